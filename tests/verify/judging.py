"""Checks over the played runs, and the verdicts on them."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

from slowatch.evaluate.measuring import Measuring
from slowatch.ledger.ledger import Ledger
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.spec.compiled import (
    DEFAULT_SOURCE,
    Counter,
    CounterEvents,
    Matcher,
    Term,
)
from slowatch.spec.compiled_runs import (
    Baseline,
    Bound,
    Check,
    CompiledRun,
    CountMeasure,
    Limits,
    MeanMeasure,
    Measure,
    QuantileMeasure,
    RateMeasure,
    ShareMeasure,
    Unit,
)
from slowatch.verify.played import Played
from slowatch.verify.result import Judged, Line
from slowatch.verify.verifying import Verified, Verifying
from tests.support.openmetrics import serve, store_text
from tests.verify.playing import SCRAPE_S, Run

REQUESTS = Counter("requests_total")
BAD = Counter("requests_total", (Matcher("code", "=", "500"),))
TOOK = Counter("took_seconds")
ANYTHING = Limits(at_least=Decimal(0))
RUN = "load"

BAD_SHARE = ShareMeasure(
    CounterEvents(total=(Term(Decimal(1), REQUESTS),), bad=(Term(Decimal(1), BAD),)), "bad"
)
P50, P95, P99 = (QuantileMeasure(Decimal(p), TOOK) for p in ("0.5", "0.95", "0.99"))
MEAN = MeanMeasure(TOOK)
RATE = RateMeasure(REQUESTS)
COUNT = CountMeasure(REQUESTS)


def check(
    measure: Measure,
    bound: Bound = ANYTHING,
    *,
    by: Sequence[str] = (),
    baseline: Baseline | None = None,
    name: str = "it",
) -> Check:
    """A check of a measure, which anything passes where no bound is given."""
    unit: Unit = "ratio" if isinstance(measure, ShareMeasure) else "seconds"
    return Check(name, measure, bound, unit, by=tuple(by), baseline=baseline)


def run_of(*checks: Check) -> CompiledRun:
    """A declared run of these checks."""
    return CompiledRun("shop", RUN, checks)


class Judge:
    """Verdicts of one Prometheus, with a ledger of runs."""

    def __init__(self, measuring: Measuring, ledger: Ledger) -> None:
        self.measuring = measuring
        self.verifying = Verifying({DEFAULT_SOURCE: measuring}, ledger)
        self.ledger = ledger

    def verified(self, run: Run, *checks: Check, declared: CompiledRun | None = None) -> Verified:
        """The verdict on a played run, with what is kept of it."""
        played = Played(run.span, is_isolated=True)
        return self.verifying.verify(declared or run_of(*checks), played)

    def judged(self, run: Run, *checks: Check) -> Judged:
        """The verdict on a played run."""
        return self.verified(run, *checks).judged

    def line(self, run: Run, one: Check) -> Line:
        """The only line of a check."""
        (line,) = self.judged(run, one).lines
        return line

    def by_route(self, run: Run, one: Check) -> Mapping[str, Line]:
        """The lines of a check by route."""
        by = replace(one, by=("route",))
        return {line.group["route"]: line for line in self.judged(run, by).lines}

    def keep(self, run: Run, *checks: Check, is_baseline: bool = False) -> int:
        """Keep the verdict on a played run; the id it gets."""
        verified = self.verified(run, *checks)
        new = verified.to_keep(verified.judged.span.end_s)
        stored = self.ledger.store_run(new)
        if is_baseline:
            self.ledger.mark_baseline(stored)
        return stored

    def keep_otherwise(self, run: Run, measurements: str, *checks: Check) -> None:
        """Keep the verdict on a played run with other measurements, as the baseline."""
        new = self.verified(run, *checks).to_keep(run.span.end_s)
        stored = self.ledger.store_run(replace(new, measurements=measurements))
        self.ledger.mark_baseline(stored)


@contextmanager
def judge_of_series(folder: Path, exposition: str) -> Iterator[Judge]:
    """A judge who asks a Prometheus that holds what an OpenMetrics text says."""
    with serve(store_text(folder, exposition)) as url, judge_of(url) as found:
        yield found


@contextmanager
def judge_of(url: str) -> Iterator[Judge]:
    """A judge who asks a Prometheus."""
    with closing(Asker(Connection(url))) as asker, Ledger.open(":memory:") as ledger:
        yield Judge(Measuring(asker, scrape_s=SCRAPE_S), ledger)
