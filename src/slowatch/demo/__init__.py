"""Five systems at play, a real Prometheus and slowatch, to be looked at."""
