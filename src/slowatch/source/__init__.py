"""The only door to Prometheus: plan what to ask, batch it, ask, decode, repair, discover."""
