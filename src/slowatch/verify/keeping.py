"""What is kept of a run, so that a later one can be compared with it."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import inf
from typing import Any

from slowatch.evaluate.told import Group
from slowatch.slo.slot import Span
from slowatch.verify.asked import Subject
from slowatch.verify.estimate import Estimate, z_of
from slowatch.verify.measuring import KEPT_CONFIDENCE, InBuckets, Measured, Outcome
from slowatch.verify.result import Interval, Point

VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """What was measured over a span, by the key of the subject and by group."""

    span: Span
    scale: float = 1.0
    by_key: Mapping[str, Mapping[Group, Measured]] = field(default_factory=dict)


def kept_text(outcomes: Mapping[Subject, Outcome], span: Span, *, scale: float) -> str:
    """What was measured as JSON: values, intervals, doubts and courses, with what was asked."""
    subjects = {
        subject.key: {
            "asked": json.loads(subject.text),
            "groups": [_group(group, one) for group, one in outcome.groups.items()],
        }
        for subject, outcome in outcomes.items()
    }
    told = {
        "version": VERSION,
        "start_s": span.start_s,
        "end_s": span.end_s,
        "scale": scale,
        "confidence": KEPT_CONFIDENCE,
        "subjects": subjects,
    }
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def kept_of(text: str, *, confidence: float) -> Kept | None:
    """What `kept_text` wrote, with intervals of another confidence; None where it cannot be read.

    They grow with their standard errors, as if their ends were those of a normal number's.
    """
    told: dict[str, Any] = json.loads(text)
    if told.get("version") != VERSION:
        return None
    reach = z_of(confidence) / z_of(told["confidence"])
    by_key = {
        key: {tuple(one["group"]): _measured(one, reach) for one in subject["groups"]}
        for key, subject in told["subjects"].items()
    }
    return Kept(Span(told["start_s"], told["end_s"]), told["scale"], by_key)


def _group(group: Group, measured: Measured) -> dict[str, object]:
    told = measured.in_buckets
    return {
        "group": list(group),
        "value": measured.estimate.value,
        "events": measured.estimate.events,
        "interval": _ends(measured.kept),
        "within": None if told is None else _ends(told.within),
        "bucket": None if told is None else _ends(told.bucket),
        "mean": None if told is None else told.mean,
        "doubt": measured.doubt,
        "course": [[point.at_s, point.value] for point in measured.course],
    }


def _ends(interval: Interval | None) -> list[float | None] | None:
    """The ends of an interval, the upper one None where it has no end."""
    if interval is None:
        return None
    return [interval.low, None if interval.high == inf else interval.high]


def _interval(ends: Sequence[float | None] | None) -> Interval | None:
    if ends is None:
        return None
    low, high = ends
    return Interval(low or 0.0, inf if high is None else high)


def _measured(one: Mapping[str, Any], reach: float) -> Measured:
    value, kept = one["value"], _interval(one["interval"])
    interval = None
    if kept is not None:
        interval = Interval(value - (value - kept.low) * reach, value + (kept.high - value) * reach)
    within, bucket = _interval(one["within"]), _interval(one["bucket"])
    in_buckets = None
    if within is not None and bucket is not None:
        in_buckets = InBuckets(within, bucket, one["mean"])
    course = tuple(Point(at_s, point) for at_s, point in one["course"])
    estimate = Estimate(value, one["events"], interval)
    # An older slowatch kept no doubts.
    return Measured(estimate, course, kept, in_buckets, doubt=one.get("doubt"))
