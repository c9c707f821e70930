"""How a line's measure went: over the run, and beside it over its baseline, on the same scale."""

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from slowatch.reports.bounds import limit_words
from slowatch.reports.figures import figure, figures
from slowatch.reports.places import (
    Range,
    Tick,
    moment_place,
    path,
    percent,
    reach,
    time_ticks,
    value_ticks,
)
from slowatch.reports.shown import when
from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import Recovery, Unit
from slowatch.verify.played import clock_start_s
from slowatch.verify.result import Judged, Line, Point

FAR = 4.0
"""How many times what was measured a limit may be, to stand in the drawing."""
_NEAR_TOP = 0.14
_DRAWN_PX, _SIGN_PX = 420, 6.5
"""How wide a drawing and a sign in it are, more or less."""


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of a drawing's width with its name; places are in percent.

    One that is narrow has no room for its name.
    """

    left: str
    wide: str
    name: str
    kind: str
    is_narrow: bool


@dataclass(frozen=True, slots=True)
class Level:
    """A line across a drawing with its words, which stand below it where it is near the top."""

    top: str
    text: str
    kind: str
    is_below: bool


@dataclass(frozen=True, slots=True)
class Panel:
    """One drawing: what it shows in words, and what is in it."""

    title: str
    when: str
    told: str
    path: str
    bands: Sequence[Band]
    levels: Sequence[Level]
    marks: Sequence[Tick]
    times: Sequence[Tick]


@dataclass(frozen=True, slots=True)
class Chart:
    """The drawings of a line, with the numbers along their side, and what is not in them."""

    panels: Sequence[Panel]
    values: Sequence[Tick]
    note: str


def chart(line: Line, judged: Judged) -> Chart | None:
    """The course of a line and of its baseline; None where nothing was told of it."""
    unit = line.course_unit or line.unit
    measured = [*_values(line.course), *_values(line.before)]
    if not _values(line.course):
        return None
    limits = _limits(line)
    near = [one for one in limits if abs(one) <= FAR * max(map(abs, measured))]
    baseline = [] if line.baseline is None or unit == "events" else [line.baseline]
    of = reach([*measured, *near, *baseline], is_good_share=_is_good_share(line))
    levels = [*_limit_levels(near, line, of), *_baseline_levels(baseline, near, unit, of)]
    panels = [_run_panel(line, judged, of, levels)]
    if _values(line.before):
        panels.append(_before_panel(line, of, levels))
    note = " ".join(_notes(line, judged, is_whole=len(near) == len(limits)))
    return Chart(panels, value_ticks(of, unit), note)


def _run_panel(line: Line, judged: Judged, of: Range, levels: Sequence[Level]) -> Panel:
    return Panel(
        title="This run",
        when=when(judged.span),
        told=_told(line, line.course),
        path=path(line.course, judged.span, of),
        bands=[*_phases(judged), *_recovery(line, judged), *_cut(judged)],
        levels=levels,
        marks=_deadline(line, judged),
        times=time_ticks(judged.span),
    )


def _before_panel(line: Line, of: Range, levels: Sequence[Level]) -> Panel:
    ref = line.baseline_ref
    span = ref.span if ref and ref.span and ref.span.length_s else _extent(line.before)
    return Panel(
        title=f"Before: {ref.told}" if ref else "Before",
        when=when(span),
        told=_told(line, line.before),
        path=path(line.before, span, of),
        bands=[],
        levels=[replace(one, text="") if one.kind == "baseline" else one for one in levels],
        marks=[],
        times=time_ticks(span),
    )


def _extent(course: Sequence[Point]) -> Span:
    """The stretch of some points, with a step before the first, whose measure it was."""
    step_s = course[1].at_s - course[0].at_s if len(course) > 1 else 1
    return Span(course[0].at_s - step_s, course[-1].at_s)


def _values(course: Sequence[Point]) -> list[float]:
    return [p.value for p in course if p.value is not None and math.isfinite(p.value)]


def _told(line: Line, course: Sequence[Point]) -> str:
    values, unit = _values(course), line.course_unit or line.unit
    return f"{line.name}: {figures(min(values), max(values), unit)}"


def _limits(line: Line) -> list[float]:
    """The limits of what is drawn; how many events there may be in all is none of its points'."""
    if isinstance(line.bound, Recovery):
        limits = [line.course_at_least, line.course_at_most]
    else:
        limits = [] if line.unit == "events" else [line.at_least, line.at_most]
    return [one for one in limits if one is not None and math.isfinite(one)]


def _limit_levels(limits: Sequence[float], line: Line, of: Range) -> Iterator[Level]:
    is_back = isinstance(line.bound, Recovery)
    least = line.course_at_least if is_back else line.at_least
    unit = line.course_unit or line.unit
    for limit in limits:
        is_least = limit == least
        at_limit = "at least" if is_least else "at most"
        back = "back above" if is_least else "back below"
        text = f"{back if is_back else at_limit} {figure(limit, unit)}"
        # The words stand where the course should not be.
        yield _level(limit, text, "limit", of, is_below=is_least)


def _baseline_levels(
    baseline: Sequence[float], limits: Sequence[float], unit: Unit, of: Range
) -> Iterator[Level]:
    for value in baseline:
        # The words stand on the other side than the limit.
        is_below = any(limit > value for limit in limits)
        yield _level(value, f"baseline {figure(value, unit)}", "baseline", of, is_below=is_below)


def _level(value: float, text: str, kind: str, of: Range, *, is_below: bool) -> Level:
    place = of.place(value)
    has_room = _NEAR_TOP <= place <= 1 - _NEAR_TOP
    return Level(percent(place), text, kind, is_below=is_below if has_room else place < _NEAR_TOP)


def _is_good_share(line: Line) -> bool:
    return line.unit == "ratio" and line.at_most is None


def _notes(line: Line, judged: Judged, *, is_whole: bool) -> Iterator[str]:
    if not is_whole:
        yield f"The limit ({limit_words(line)}) lies outside of the drawing."
    if judged.span != judged.judged_span:
        yield "What is hatched was cut off."


def _phases(judged: Judged) -> Iterator[Band]:
    for at, phase in enumerate(judged.phases):
        yield _band(phase.span, judged.span, phase.name, f"phase p{at % 2}")


def _cut(judged: Judged) -> Iterator[Band]:
    whole, kept = judged.span, judged.judged_span
    for name, span in (
        ("warm-up", Span(whole.start_s, max(whole.start_s, kept.start_s))),
        ("cool-down", Span(min(kept.end_s, whole.end_s), whole.end_s)),
    ):
        if span.length_s:
            yield _band(span, whole, name, "cut")


def _recovery(line: Line, judged: Judged) -> Iterator[Band]:
    start_s = _clock_start(line, judged)
    if start_s is None or line.measured is None:
        return
    back = Span(start_s, start_s + max(1, math.ceil(line.measured)))
    yield _band(back, judged.span, f"back after {figure(line.measured, 'seconds')}", "back")


def _deadline(line: Line, judged: Judged) -> list[Tick]:
    start_s = _clock_start(line, judged)
    if start_s is None or not isinstance(line.bound, Recovery):
        return []
    place = moment_place(start_s + line.bound.within_s, judged.span)
    return [Tick(percent(place), f"{figure(line.bound.within_s, 'seconds')} after")]


def _clock_start(line: Line, judged: Judged) -> int | None:
    """When the clock of a recovery started; None where there is none."""
    if not isinstance(line.bound, Recovery):
        return None
    return clock_start_s(line.bound, judged.phases, judged.span)


def _band(span: Span, whole: Span, name: str, kind: str) -> Band:
    left, right = moment_place(span.start_s, whole), moment_place(span.end_s, whole)
    is_narrow = (right - left) * _DRAWN_PX < len(name) * _SIGN_PX + 5
    return Band(percent(left), percent(right - left), name, kind, is_narrow=is_narrow)
