"""Verdicts on runs: what was measured over a stretch of time, held against what must hold."""
