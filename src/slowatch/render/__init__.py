"""Rules for Prometheus, rendered from compiled SLOs, and the tests that prove them."""
