"""What buckets hide: a quantile is known to its bucket, and interpolated within it."""

from dataclasses import replace
from math import inf

from slowatch.spec.compiled_runs import Change, Limits
from slowatch.verify.estimate import Estimate
from slowatch.verify.limits import Held, against_limits
from slowatch.verify.measuring import InBuckets, Measured
from slowatch.verify.result import Interval


def against_buckets(estimate: Estimate, limits: Limits, told: InBuckets) -> tuple[Held, str | None]:
    """Whether a quantile is within limits for certain, by the buckets that it may be in.

    Where a limit lies inside of a bucket, nobody knows on which side of it; then that is said.
    """
    certain = Estimate(estimate.value, estimate.events, told.within)
    held = against_limits(certain, limits, scale=1.0, is_share=False)
    high = held.at_most
    if high is not None and told.within.low >= high:
        # What is above the end of a bucket is above the limit that lies there.
        return replace(held, verdict="fail"), None
    if held.verdict != "inconclusive":
        return held, None
    for limit in (held.at_least, held.at_most):
        if limit is not None and told.bucket.low < limit < told.bucket.high:
            return held, _hidden(limit, told.bucket)
    return held, None


def unseen_change(held: Held, change: Change, now: Measured, was: Measured) -> str | None:
    """Why a change of a quantile cannot be told from what buckets say; None where it can.

    A quantile that lies beyond all buckets may be anything. Where both lie in one bucket that is
    wider than the change, the mean, which is exact, has to be within the change too.
    """
    if now.in_buckets is None or was.in_buckets is None:
        return None
    beyond = beyond_buckets(was) or (beyond_buckets(now) if held.verdict != "fail" else None)
    if beyond is not None:
        return beyond
    if held.verdict != "pass" or change.at_most is None:
        return None
    bucket = now.in_buckets.bucket
    allowed = 1 + float(change.at_most)
    if bucket != was.in_buckets.bucket or bucket.high <= allowed * bucket.low:
        return None
    means = now.in_buckets.mean, was.in_buckets.mean
    if means[0] is None or means[1] is None:
        return None
    if means[0] <= max(allowed * means[1], means[1] + float(change.floor)):
        return None
    return (
        f"both lie in the bucket from {bucket.low:g} to {bucket.high:g}, in which no change can be "
        f"seen, and the mean went from {means[1]:.3g} to {means[0]:.3g}: add buckets there"
    )


def beyond_buckets(measured: Measured) -> str | None:
    """Why a quantile may be anything; None where it is within the buckets that have an end."""
    if measured.in_buckets is None or measured.in_buckets.within.high < inf:
        return None
    return "it may lie beyond the highest bucket, where nothing is known: add a higher one"


def _hidden(limit: float, bucket: Interval) -> str:
    if bucket.high == inf:
        return f"it may lie beyond the highest bucket, {bucket.low:g}: add one above {limit:g}"
    return (
        f"{limit:g} is no bucket: it lies between {bucket.low:g} and {bucket.high:g}, and so does "
        "what was measured; add it as one"
    )
