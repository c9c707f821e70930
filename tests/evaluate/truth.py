"""SLOs over the trace, and how far their bad shares are from what happened."""

from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass

from slowatch.evaluate.judging import Status
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.oneshot import evaluate_at
from slowatch.evaluate.watch import Watch
from slowatch.ledger.ledger import Ledger
from slowatch.slo.tally import MICRO
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.spec.compiled import DEFAULT_SOURCE, CompiledSlo
from slowatch.spec.reading import read_text
from tests.support.prometheus import ServedTrace
from tests.traces.counting import Pair
from tests.traces.openmetrics import METRIC, Trace
from tests.traces.target import OUTAGE_MS, SCRAPE_MS

SCRAPE_S = SCRAPE_MS // 1000
OUTAGE_SCRAPES = OUTAGE_MS // SCRAPE_MS
WITHIN = 0.0005
WITHIN_AFTER_OUTAGE = 0.005

_HEAD = "apiVersion: slowatch/v1\nservice: trace\ndefaults: {objective: 99%}\nslos:\n"


@dataclass(frozen=True, slots=True)
class Deviation:
    """How far the bad share of one pair is from the truth, relative to it."""

    pair: str
    relative: float
    had_outage: bool

    @property
    def is_small(self) -> bool:
        """Whether it is within what is promised."""
        return self.relative <= (WITHIN_AFTER_OUTAGE if self.had_outage else WITHIN)


def by_series(window: str = "30d") -> str:
    """One SLO for all pairs."""
    return (
        f"{_HEAD}  - name: all\n    window: {window}\n    by: [series]\n    sli:\n      ratio:\n"
        f"        bad: '{METRIC}{{result=\"bad\"}}'\n        total: {METRIC}\n"
    )


def one_each(trace: Trace) -> str:
    """One SLO for each pair, from its good events."""
    return _HEAD + "".join(
        f'  - name: "p{pair.name}"\n    sli:\n      ratio:\n'
        f'        good: \'{METRIC}{{series="{pair.name}",result="good"}}\'\n'
        f"        total: '{METRIC}{{series=\"{pair.name}\"}}'\n"
        for pair in trace.pairs
    )


def compiled(text: str) -> Sequence[CompiledSlo]:
    """The SLOs of a spec without problems."""
    reading = read_text(text, "trace.yaml")
    assert not reading.problems, reading.problems
    return reading.slos


def evaluated(served: ServedTrace, text: str, *, state: str = ":memory:") -> list[Status]:
    """Where the SLOs stand at the end of the trace."""
    with closing(Asker(Connection(served.url))) as asker, Ledger.open(state) as ledger:
        watch = Watch(
            compiled(text), ledger, {DEFAULT_SOURCE: Measuring(asker, scrape_s=SCRAPE_S)}, slot_s=60
        )
        # The trace lies far back; nothing before it is asked for.
        watch.oldest_s = {DEFAULT_SOURCE: served.trace.span.start_s}
        return evaluate_at(watch, served.trace.span.end_s)


def counts_of(statuses: Sequence[Status]) -> dict[str, tuple[float, float]]:
    """Good and bad events by the name of the pair."""
    return {
        status.group.get("series") or status.slo.name.removeprefix("p"): (
            status.tally.good / MICRO,
            status.tally.bad / MICRO,
        )
        for status in statuses
    }


def deviations(
    trace: Trace, counts: Mapping[str, tuple[float, float]], *, with_masked: bool = True
) -> list[Deviation]:
    """Of every pair, the largest first.

    Without the masked events, the truth is what the values of the counters tell.
    """
    found = []
    for pair in trace.pairs:
        truth = trace.truths[pair.name]
        good, bad = truth.events(trace.span)
        if not with_masked:
            masked_good, masked_bad = truth.masked(trace.span)
            good, bad = good - masked_good, bad - masked_bad
        measured = bad_share(*counts[pair.name])
        relative = abs(measured / bad_share(good, bad) - 1)
        found.append(Deviation(pair.name, relative, had_outage(pair)))
    return sorted(found, key=lambda one: -one.relative)


def bad_share(good: float, bad: float) -> float:
    """Bad events of all."""
    return bad / (good + bad)


def had_outage(pair: Pair) -> bool:
    """Whether scrapes failed for minutes on end."""
    return sum(scrape.process is None for scrape in pair.target.scrapes) >= OUTAGE_SCRAPES
