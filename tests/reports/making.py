"""Verdicts made by hand: a run that passes, one that fails in every way, and hostile words."""

import math
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

from slowatch.slo.slot import Span
from slowatch.slo.verdict import Verdict
from slowatch.spec.compiled_runs import Bound, Change, Limits, Recovery
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

START_S = 1_795_254_000
"""2026-11-21T09:40:00Z, when the run of these tests began; it lasted five minutes."""
SPAN = Span(START_S, START_S + 300)
JUDGED_SPAN = Span(START_S + 30, START_S + 300)
BEFORE = Span(START_S - 3600, START_S - 3300)
LOAD_10 = BaselineRef("load-10 (run 12)", BEFORE, 12)
ROUTE = {"route": "/reflection/analyze"}
HOSTILE = (
    "</td><script>alert(1)</script> | `x` @everyone [a](http://b) #1 \x1b[31m\x00\ud800 \u202eabc"
)
AT_MOST_1S = Limits(at_most=Decimal(1))


def wave(span: Span, level: float, *, swing: float = 0.1, step_s: int = 5) -> tuple[Point, ...]:
    """A measure that goes up and down around a level."""
    ends = range(span.start_s + step_s, span.end_s + 1, step_s)
    return tuple(Point(at_s, level * (1 + swing * math.sin(at_s / 17))) for at_s in ends)


def made_line(
    name: str = "analyze-p95",
    *,
    verdict: Verdict = "pass",
    bound: Bound = AT_MOST_1S,
    group: Mapping[str, str] | None = None,
    measured: float | None = 0.48,
) -> Line:
    """A P95 that is well below its limit, unless something else is said."""
    return Line(
        name=name,
        nfr="REQ-6",
        description="95 of 100 analyses take at most a second",
        group=group or {},
        bound=bound,
        unit="seconds",
        verdict=verdict,
        measured=measured,
        interval=None if measured is None else Interval(measured * 0.95, measured * 1.04),
        at_most=1.0,
        events=4312.0,
        course=wave(SPAN, measured or 0.5),
    )


SLOWER = replace(
    made_line("analyze-p95-change", verdict="fail", measured=0.79, group=ROUTE),
    bound=Change(at_most=Decimal("0.5"), floor=Decimal("0.02")),
    at_most=0.72,
    baseline=0.48,
    change=0.6458,
    change_interval=Interval(0.61, 0.69),
    baseline_ref=LOAD_10,
    before=wave(BEFORE, 0.48),
    contributors=(
        Contributor("pod", "reflection-7f6b-x2", 0.81, 0.25),
        Contributor("pod", "reflection-7f6b-kk", 0.11, 0.5),
    ),
)
ERRORS = Line(
    name="errors",
    nfr="REQ-6",
    description="Less than 1% of requests fail",
    group={},
    bound=Limits(at_most=Decimal("0.01")),
    unit="ratio",
    verdict="inconclusive",
    measured=0.0094,
    interval=Interval(0.0071, 0.0124),
    at_most=0.01,
    events=2127.0,
    reason="the interval lies on both sides of the limit: a longer run would tell",
    course=wave(SPAN, 0.0094, swing=0.6),
)
SUCCESS = Line(
    name="success",
    nfr="R-ERR",
    description="99.9% of requests succeed",
    group=ROUTE,
    bound=Limits(at_least=Decimal("0.999")),
    unit="ratio",
    verdict="pass",
    measured=0.99977,
    interval=Interval(0.9994, 0.9999),
    at_least=0.999,
    events=31_204.0,
    course=(*wave(Span(START_S, START_S + 150), 0.9997, swing=0.0002), Point(START_S + 200, None)),
)
DEADLOCKS = Line(
    name="deadlocks",
    nfr="REQ-8",
    description="The database resolves every lock",
    group={},
    bound=Limits(at_most=Decimal(0)),
    unit="events",
    verdict="fail",
    measured=3.0,
    at_most=0.0,
    events=3.0,
    course=tuple(Point(START_S + 5 * i, 1.0 if i in (20, 22, 41) else 0.0) for i in range(1, 61)),
)
MEMORY = Line(
    name="memory-growth",
    nfr="REQ-5",
    description="Memory is stable",
    group={"worker": "3"},
    bound=Change(at_most=Decimal("0.05")),
    unit="bytes",
    verdict="warn",
    measured=1.93e9,
    at_most=1.89e9,
    baseline=1.8e9,
    change=0.0722,
    baseline_ref=BaselineRef("the median of 5 runs", None),
    course=tuple(Point(START_S + 5 * i, 1.7e9 + 4e6 * i) for i in range(1, 61)),
)
THROUGHPUT = Line(
    name="throughput",
    nfr="R-THR",
    description="At least 100 requests a second",
    group={},
    bound=Limits(at_least=Decimal(100)),
    unit="per_second",
    verdict="pass",
    measured=10.4,
    at_least=10.0,
    course=wave(SPAN, 10.4, swing=0.03),
)
BACK = Line(
    name="p99-recovers",
    nfr="REQ-8",
    description="P99 is back at its baseline soon after the spike",
    group={},
    bound=Recovery(30, Change(at_most=Decimal("0.2")), after="ramp"),
    unit="seconds",
    verdict="pass",
    measured=12.0,
    interval=Interval(10.0, 14.0),
    at_most=30.0,
    baseline=0.5,
    baseline_ref=LOAD_10,
    course_unit="seconds",
    course_at_most=0.6,
    course=tuple(
        Point(START_S + 5 * i, 0.5 if i < 12 else 0.5 + 1.6 * math.exp(-(i - 12) / 2))
        for i in range(1, 61)
    ),
    before=wave(BEFORE, 0.5),
)
NOT_BACK = replace(
    BACK, verdict="fail", measured=None, interval=None, reason="still 1.9 s at the end"
)
NO_BASELINE = replace(
    SLOWER,
    name="batch-p95-change",
    verdict="inconclusive",
    at_most=None,
    baseline=None,
    change=None,
    change_interval=None,
    baseline_ref=None,
    before=(),
    contributors=(),
    reason="no run load-10 of reflection-api is stored: run it first, or give --baseline",
)
EMPTY = replace(
    made_line("dry-run-p95", verdict="inconclusive", measured=None),
    course=(),
    events=0.0,
    reason="nothing was measured: no series match http_request_duration_seconds_bucket",
)
PHASES = (
    PlayedPhase("ramp", Span(START_S, START_S + 60), 50),
    PlayedPhase("hold", Span(START_S + 60, START_S + 280), 50),
    PlayedPhase("down", Span(START_S + 280, START_S + 300), 0),
)


def made_run(*lines: Line) -> Judged:
    """Fifty users for five minutes."""
    return Judged(
        service="reflection-api",
        name="load-50",
        nfr="REQ-6",
        description="50 users for five minutes",
        span=SPAN,
        judged_span=JUDGED_SPAN,
        lines=lines,
        phases=PHASES,
        users=50,
        digest="4f1c" * 8,
        id=14,
    )


def good_run() -> Judged:
    """A run of which all is well, and much."""
    shares = [replace(SUCCESS, group={"route": f"/r/{i}"}) for i in range(12)]
    return replace(made_run(made_line(), BACK, *shares), id=12)


def warned_run() -> Judged:
    """A run with a line that only warns."""
    return made_run(made_line(), MEMORY, THROUGHPUT)


def bad_run() -> Judged:
    """A run with every verdict in it, played at a tenth of its load."""
    shares = [replace(SUCCESS, group={"route": f"/r/{i}"}) for i in range(12)]
    lines = (
        *(made_line(), SLOWER, ERRORS, DEADLOCKS, MEMORY, THROUGHPUT, BACK, NOT_BACK),
        *(NO_BASELINE, EMPTY, *shares),
    )
    return replace(
        made_run(*lines),
        users=5,
        scale=0.1,
        time_scale=0.5,
        command=("k6", "run", "spike.js"),
        exit_code=99,
        notices=(Notice("Prometheus was scraped late twice: 97% of the run was seen"),),
    )


def unfit_run() -> Judged:
    """A run that shows nothing, since its load was not reached."""
    notice = Notice("the load was not reached: 31 users, and the run declares 50", blocks=True)
    return replace(made_run(made_line(), THROUGHPUT), notices=(notice,))


def hostile_run() -> Judged:
    """A run whose every word wants to be something else."""
    line = replace(
        SLOWER,
        name=HOSTILE,
        nfr=HOSTILE,
        description=HOSTILE,
        group={HOSTILE: HOSTILE},
        reason=HOSTILE,
        baseline_ref=BaselineRef(HOSTILE, BEFORE, 12),
        contributors=(Contributor(HOSTILE, HOSTILE, 0.9, 0.1),),
    )
    return replace(
        made_run(line, replace(line, verdict="warn"), replace(line, verdict="pass")),
        service=HOSTILE,
        name=HOSTILE,
        nfr=HOSTILE,
        description=HOSTILE,
        notices=(Notice(HOSTILE),),
        phases=(PlayedPhase(HOSTILE, SPAN, 7),),
        command=(HOSTILE,),
    )


def every_slo() -> Judged:
    """No declared run: every SLO of some packs, over the last five minutes."""
    run = made_run(replace(made_line(), interval=None), replace(SUCCESS, nfr=None))
    return replace(
        run, service="", name="", nfr=None, description="", phases=(), users=None, id=None
    )


RUNS = {
    "good": good_run,
    "warned": warned_run,
    "bad": bad_run,
    "unfit": unfit_run,
    "hostile": hostile_run,
    "every-slo": every_slo,
    "empty": made_run,
}
