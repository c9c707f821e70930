"""What is kept of a run, so that a later one can be compared with it."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from slowatch.evaluate.told import Group
from slowatch.slo.slot import Span
from slowatch.verify.asked import Subject
from slowatch.verify.estimate import Estimate, z_of
from slowatch.verify.measuring import Measured, Outcome
from slowatch.verify.result import Interval, Point

VERSION = 1


@dataclass(frozen=True, slots=True)
class Kept:
    """What was measured over a span, by the key of the subject and by group."""

    span: Span
    scale: float = 1.0
    by_key: Mapping[str, Mapping[Group, Measured]] = field(default_factory=dict)


def kept_text(
    outcomes: Mapping[Subject, Outcome], span: Span, *, scale: float, confidence: float
) -> str:
    """What was measured as JSON: values, intervals and courses, with what was asked."""
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
        "confidence": confidence,
        "subjects": subjects,
    }
    return json.dumps(told, separators=(",", ":"), allow_nan=False)


def kept_of(text: str, *, confidence: float) -> Kept | None:
    """What `kept_text` wrote, with intervals of another confidence; None where it cannot be read.

    Intervals grow with their standard errors, as if their ends were those of a normal number's.
    """
    told: dict[str, Any] = json.loads(text)
    if told.get("version") != VERSION:
        return None
    kept_z = z_of(told["confidence"])
    reach = z_of(confidence) / kept_z if kept_z > 0 else 1.0
    by_key = {
        key: {tuple(one["group"]): _measured(one, reach) for one in subject["groups"]}
        for key, subject in told["subjects"].items()
    }
    return Kept(Span(told["start_s"], told["end_s"]), told["scale"], by_key)


def _group(group: Group, measured: Measured) -> dict[str, object]:
    estimate = measured.estimate
    interval = estimate.interval
    return {
        "group": list(group),
        "value": estimate.value,
        "events": estimate.events,
        "interval": None if interval is None else [interval.low, interval.high],
        "course": [[point.at_s, point.value] for point in measured.course],
    }


def _measured(one: Mapping[str, Any], reach: float) -> Measured:
    value, ends = one["value"], one["interval"]
    interval = None
    if ends is not None:
        interval = Interval(value - (value - ends[0]) * reach, value + (ends[1] - value) * reach)
    course = tuple(Point(at_s, point) for at_s, point in one["course"])
    return Measured(Estimate(value, one["events"], interval), course)
