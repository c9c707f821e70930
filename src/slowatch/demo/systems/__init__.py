"""The five systems at play: real handlers, real metrics, simulated work and latencies."""
