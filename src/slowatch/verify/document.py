"""A verdict on a run as a JSON document: what is printed, stored, and read again without loss.

Moments are RFC 3339, UTC. What is exact is a text; a number that is not finite is null.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any

from slowatch.evaluate.wording import moment
from slowatch.slo.slot import Span
from slowatch.slo.verdict import WORST_FIRST
from slowatch.verify.bound_document import bound_of, document_of_bound
from slowatch.verify.result import (
    BaselineRef,
    Contributor,
    Interval,
    Judged,
    Line,
    Notice,
    PlayedPhase,
    Point,
)

VERSION = 1
"""The form of the documents; keys may be added to it, none is renamed or removed."""

_PLAIN = ("service", "name", "nfr", "description", "id", "users", "digest", "exit_code")
_NUMBERS = ("scale", "time_scale", "confidence")
_LINE_NUMBERS = ("measured", "at_least", "at_most", "baseline", "change", "events")
_COURSE_NUMBERS = ("course_at_least", "course_at_most")


class UnreadableRun(Exception):
    """A document is no verdict that this version can read; the message says what is wrong."""


def document_of(judged: Judged) -> dict[str, object]:
    """What there is to say of a run: the verdict first, then the run, then its lines."""
    verdicts = [line.verdict for line in judged.lines]
    return {
        "version": VERSION,
        "verdict": judged.verdict,
        "run": judged.title,
        **{name: getattr(judged, name) for name in _PLAIN},
        "span": _span_document(judged.span),
        "judged_span": _span_document(judged.judged_span),
        **{name: _finite(getattr(judged, name)) for name in _NUMBERS},
        "command": list(judged.command),
        "counts": {verdict: verdicts.count(verdict) for verdict in WORST_FIRST},
        "notices": [{"text": one.text, "blocks": one.blocks} for one in judged.notices],
        "phases": [
            {
                "name": one.name,
                **_span_document(one.span),
                "users": one.users,
                "usual_users": one.usual_users,
            }
            for one in judged.phases
        ],
        "lines": [_line_document(line) for line in judged.lines],
    }


def judged_of(document: Mapping[str, object]) -> Judged:
    """The verdict that a document tells of. Raises UnreadableRun."""
    version = document.get("version")
    if version != VERSION:
        message = f"the run is written in form {version!r}, and this slowatch reads {VERSION}"
        raise UnreadableRun(f"{message}: use the slowatch that wrote it")
    try:
        return _judged(document)
    except (AttributeError, KeyError, TypeError, ValueError, ArithmeticError) as error:
        message = f"the run is not written as slowatch writes them: {type(error).__name__} {error}"
        raise UnreadableRun(message) from error


def _judged(document: Mapping[str, Any]) -> Judged:
    return Judged(
        **{name: document[name] for name in (*_PLAIN, *_NUMBERS)},
        span=_span(document["span"]),
        judged_span=_span(document["judged_span"]),
        lines=tuple(_line(one) for one in document["lines"]),
        notices=tuple(Notice(**one) for one in document["notices"]),
        phases=tuple(
            PlayedPhase(one["name"], _span(one), one["users"], one["usual_users"])
            for one in document["phases"]
        ),
        command=tuple(document["command"]),
    )


def _line_document(line: Line) -> dict[str, object]:
    ref = line.baseline_ref
    return {
        "verdict": line.verdict,
        "stands": line.stands,
        "check": line.name,
        "nfr": line.nfr,
        "description": line.description,
        "group": dict(line.group),
        "unit": line.unit,
        **{name: _finite(getattr(line, name)) for name in _LINE_NUMBERS},
        "interval": _interval_document(line.interval),
        "change_interval": _interval_document(line.change_interval),
        "reason": line.reason,
        "bound": document_of_bound(line.bound),
        "compared_with": None
        if ref is None
        else {
            "told": ref.told,
            "run_id": ref.run_id,
            "span": None if ref.span is None else _span_document(ref.span),
        },
        "contributors": [_flat(one) for one in line.contributors],
        "course_unit": line.course_unit,
        **{name: _finite(getattr(line, name)) for name in _COURSE_NUMBERS},
        "course": _course_document(line.course),
        "before": _course_document(line.before),
    }


def _line(document: Mapping[str, Any]) -> Line:
    ref = document["compared_with"]
    span = None if ref is None or ref["span"] is None else _span(ref["span"])
    return Line(
        name=document["check"],
        nfr=document["nfr"],
        description=document["description"],
        group=dict(document["group"]),
        bound=bound_of(document["bound"]),
        unit=document["unit"],
        verdict=document["verdict"],
        stands=document["stands"],
        **{name: document[name] for name in (*_LINE_NUMBERS, *_COURSE_NUMBERS)},
        interval=_interval(document["interval"]),
        change_interval=_interval(document["change_interval"]),
        reason=document["reason"],
        baseline_ref=None if ref is None else BaselineRef(ref["told"], span, ref["run_id"]),
        contributors=tuple(Contributor(**one) for one in document["contributors"]),
        course_unit=document["course_unit"],
        course=_course(document["course"]),
        before=_course(document["before"]),
    )


def _course_document(course: Sequence[Point]) -> list[list[object]]:
    return [[moment(point.at_s), _finite(point.value)] for point in course]


def _course(document: Sequence[Sequence[Any]]) -> tuple[Point, ...]:
    return tuple(Point(_seconds(at), value) for at, value in document)


def _span_document(span: Span) -> dict[str, object]:
    start, end = moment(span.start_s), moment(span.end_s)
    return {"start": start, "end": end, "length_s": span.length_s}


def _span(document: Mapping[str, Any]) -> Span:
    return Span(_seconds(document["start"]), _seconds(document["end"]))


def _interval_document(interval: Interval | None) -> dict[str, object] | None:
    if interval is None or not (math.isfinite(interval.low) and math.isfinite(interval.high)):
        return None
    return {"low": interval.low, "high": interval.high}


def _interval(document: Mapping[str, Any] | None) -> Interval | None:
    return None if document is None else Interval(document["low"], document["high"])


def _flat(one: Contributor) -> dict[str, object]:
    values = {field.name: getattr(one, field.name) for field in fields(one)}
    return {name: _finite(v) if isinstance(v, float) else v for name, v in values.items()}


def _finite(number: float | None) -> float | None:
    return number if number is not None and math.isfinite(number) else None


def _seconds(at: str) -> int:
    return int(datetime.fromisoformat(at).timestamp())
