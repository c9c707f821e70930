"""Classic histograms: the counters that a client makes of one, and the ends of its buckets."""

from math import inf

from slowatch.spec.compiled import Counter


def part_of(histogram: Counter, suffix: str) -> Counter:
    """A counter of a histogram: `_bucket`, `_sum` or `_count`."""
    return Counter(f"{histogram.metric}{suffix}", histogram.matchers)


def bucket_end(le: str) -> float:
    """The upper end of a bucket by its label; what is no number is the last one's, infinite."""
    try:
        return float(le)
    except ValueError:
        return inf
