"""Writing a trace as OpenMetrics, for `promtool tsdb create-blocks-from openmetrics`.

What it cannot hold is a staleness marker: where a scrape fails or a series ends, the last value
stays visible for the engine's look-back, five minutes, where a real Prometheus would drop it.
"""

import random
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from slowatch.slo.slot import DAY_S, Span
from tests.traces.counting import Pair, Truth, count, no_events
from tests.traces.target import Stretch, Target, plan_targets, segments

START_S = 1_699_920_000  # a midnight
PAIRS = 40
METRIC = "trace_requests_total"
OLD_S = 5 * DAY_S + 4567
"""How long before the trace an old process began."""


@dataclass(frozen=True, slots=True)
class Trace:
    """The span of a trace, its targets and pairs, and the truth of every pair by its name."""

    span: Span
    targets: list[Target]
    pairs: list[Pair]
    truths: dict[str, Truth]


def write_trace(path: Path, *, days: int, seed: int = 7) -> Trace:
    """Write `trace_requests_total`, `up` and `process_start_time_seconds`; the truth."""
    rng = random.Random(seed)  # noqa: S311  a trace is to be the same every time
    span = Span(START_S, START_S + days * DAY_S)
    targets = plan_targets(Stretch(span.start_s * 1000, span.end_s * 1000), rng)
    pairs = _plan_pairs(targets, rng)
    with path.open("w") as out:
        out.write("# TYPE trace_requests counter\n")
        truths = {pair.name: _write_pair(out, pair, span, rng) for pair in pairs}
        _write_targets(out, targets)
        out.write("# EOF\n")
    return Trace(span, targets, pairs, truths)


def _plan_pairs(targets: list[Target], rng: random.Random) -> list[Pair]:
    """Rates from 0.02 to 20 events per second, bad shares from 0.01 % to 20 %, in any pairing."""
    steps = [step / (PAIRS - 1) for step in range(PAIRS)]
    rates = [0.02 * 1000**step for step in steps]
    shares = [0.0001 * 2000**step for step in rng.sample(steps, PAIRS)]
    return [
        Pair(
            name=f"{number:02}",
            target=targets[number % len(targets)],
            per_second=rates[number],
            bad_share=shares[number],
            is_lazy=number % 4 == 1,
        )
        for number in range(PAIRS)
    ]


def _write_pair(out: TextIO, pair: Pair, span: Span, rng: random.Random) -> Truth:
    truth = no_events(span.start_s, span.length_s // 60)
    pieces = list(segments(pair.target, span.start_s * 1000))
    labels = f'job="trace",instance="{pair.target.instance}",series="{pair.name}"'
    good, bad = f'{METRIC}{{{labels},result="good"}}', f'{METRIC}{{{labels},result="bad"}}'
    errors = []
    for sample in count(pair, pieces, truth, rng):
        at_s = sample.at_ms / 1000
        out.write(f"{good} {sample.good} {at_s:.3f}\n")
        if sample.bad is not None:
            errors.append(f"{bad} {sample.bad} {at_s:.3f}\n")
    out.writelines(errors)
    return truth


def _write_targets(out: TextIO, targets: list[Target]) -> None:
    out.write("# TYPE up gauge\n")
    for target in targets:
        name = f'up{{job="trace",instance="{target.instance}"}}'
        for scrape in target.scrapes:
            out.write(f"{name} {int(scrape.process is not None)} {scrape.at_ms / 1000:.3f}\n")
    out.write("# TYPE process_start_time_seconds gauge\n")
    for target in targets:
        name = f'process_start_time_seconds{{job="trace",instance="{target.instance}"}}'
        for scrape in target.scrapes:
            if scrape.process is not None:
                out.write(
                    f"{name} {_start_s(target, scrape.process):.3f} {scrape.at_ms / 1000:.3f}\n"
                )


def _start_s(target: Target, process: int) -> float:
    """What the process says of its start; the first may have counted for long."""
    start_s = target.processes[process].start_ms / 1000
    return start_s if process or target.is_born else start_s - OLD_S
