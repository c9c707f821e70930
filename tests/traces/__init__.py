"""A trace with known truth: counters as a Prometheus would have scraped them, and what happened."""
