"""What a slot costs: slowatch against hand-made queries, single queries, and recording rules.

    python -m benchmarks.tick

Wall time of one slot (asked, decoded, recorded, judged) beside a bare script that sends the best
hand-made queries for the same numbers and only decodes them, and beside one query for each
expression. Then the samples that Prometheus reads for one SLO and slot, by its own statistics,
beside the seven raw look-backs that a Sloth rule set records for the same SLO.
"""

import statistics
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from functools import partial

import httpx

from benchmarks.fleet import END_S, SCRAPE_S, fleet, one_slo, slos
from slowatch.evaluate.counter_events import CounterQuestion
from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.levels import LevelPlan
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.question import question_of
from slowatch.evaluate.watch import Watch
from slowatch.ledger.ledger import Ledger
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.counters import growth, irregular
from slowatch.spec.compiled import DEFAULT_SOURCE, CompiledSlo, CounterEvents, Level

SLOT_S = 60
ROUNDS = 5
CONCURRENCY = 4
SLOTH_LOOK_BACKS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
LAST_END_S = END_S - 300


def main() -> None:
    """Print the table."""
    print("SLOs    kinds      slowatch s   hand-made s   single s   vs hand-made   vs single")
    for count in (1_000, 10_000):
        with fleet(count) as url:
            for kinds in ("mixed", "template"):
                _compare(url, slos(count, kinds), kinds)
    with fleet(10) as url:
        _compare_samples(url)


def _compare(url: str, watched: Sequence[CompiledSlo], kinds: str) -> None:
    with closing(Asker(Connection(url))) as asker, Ledger.open(":memory:") as ledger:
        watch = Watch(
            watched, ledger, {DEFAULT_SOURCE: Measuring(asker, scrape_s=SCRAPE_S)}, slot_s=SLOT_S
        )
        watch.measure_slot(LAST_END_S - (ROUNDS + 1) * SLOT_S)
        watch.judge(LAST_END_S - (ROUNDS + 1) * SLOT_S)
        ours, hand, single = [], [], []
        queries = _hand_made(kinds)
        alone = _each(watched)
        for turn in range(ROUNDS):
            end_s = LAST_END_S - (ROUNDS - turn) * SLOT_S
            ours.append(_timed(partial(_slot, watch, end_s)))
            hand.append(_timed(partial(_send, url, queries, end_s)))
            if turn == 0:
                single.append(_timed(partial(_send, url, alone, end_s)))
    a, b, c = statistics.median(ours), statistics.median(hand), statistics.median(single)
    row = f"{len(watched):<7} {kinds:<10} {a:<12.3f} {b:<13.3f} {c:<10.2f}"
    print(f"{row} {a / b:<14.2f} {a / c:.3f}", flush=True)


def _slot(watch: Watch, end_s: int) -> None:
    watch.measure_slot(end_s)
    watch.judge(end_s)


def _timed(work: Callable[[], None]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started


def _hand_made(kinds: str) -> list[str]:
    """What a person would send who knows that all services are alike."""
    counters = ["requests_total", 'requests_total{code="200"}']
    if kinds == "template":
        return [query for counter in counters for query in _counted(counter)]
    counters = ["requests_total", 'requests_total{code="500"}', "seconds_count"]
    counters.append('seconds_bucket{le="0.5"}')
    return [
        *(query for counter in counters for query in _counted(counter)),
        "histogram_quantile(0.95, sum by (le, service) (rate(seconds_bucket[60s])))",
        "sum by (service) (rate(requests_total[60s]))",
        "max by (service) (busy)",
        "max by (service) (min_over_time(up[60s]))",
    ]


def _counted(counter: str) -> tuple[str, str]:
    then = f"{counter} offset {SLOT_S}s"
    resets = counter + f"[{SLOT_S + SCRAPE_S + 1}s]"
    return (
        f"sum by (service) ({counter} - {then})",
        (
            f"count by (service) (resets({resets}) > 0 or ({counter} unless {then})"
            f" or ({then} unless {counter}))"
        ),
    )


def _each(watched: Sequence[CompiledSlo]) -> list[str]:
    """Every expression of every SLO, as it is asked when nothing is put together."""
    queries: list[str] = []
    for slo in watched:
        question = question_of(slo, SLOT_S)
        if isinstance(question.sli, CounterEvents):
            for need in CounterQuestion.of(question, question.sli).needs:
                queries.append(growth(need.counter, by=need.by, slot_s=SLOT_S))
                if need.watched_by is None:
                    queries.append(
                        irregular(need.counter, by=need.by, slot_s=SLOT_S, scrape_s=SCRAPE_S)
                    )
        elif isinstance(question.sli, Level):
            lengths = Lengths(SLOT_S, SCRAPE_S)
            queries.extend(LevelPlan(question, question.sli, lengths, is_hourly=False).expressions)
    return queries


def _send(url: str, queries: Sequence[str], at_s: int) -> None:
    """Send queries as they are, a few at once, and decode what comes back."""
    with httpx.Client(base_url=url, timeout=60.0) as client:

        def send(query: str) -> object:
            form = {"query": query, "time": str(at_s)}
            response = client.post("/api/v1/query", data=form)
            response.raise_for_status()
            return response.json()["data"]["result"]

        with ThreadPoolExecutor(CONCURRENCY) as pool:
            list(pool.map(send, queries))


def _compare_samples(url: str) -> None:
    """Samples read for one SLO and slot, by the engine's own count."""
    with closing(Asker(Connection(url))) as asker, Ledger.open(":memory:") as ledger:
        measuring = Measuring(asker, scrape_s=SCRAPE_S)
        watch = Watch(one_slo("old"), ledger, {DEFAULT_SOURCE: measuring}, slot_s=SLOT_S)
        watch.measure_slot(LAST_END_S)
        ours = asker.effort.samples_read
    theirs = sum(_samples(url, query) for query in _sloth())
    print(f"\nsamples read for one SLO and slot: slowatch {ours}, ", end="")
    print(f"seven raw look-backs evaluated once {theirs}: {ours / theirs:.6f}")


def _sloth() -> list[str]:
    """The error ratio over each look-back, as Sloth records it from raw series."""
    return [
        f'sum(rate(requests_total{{service="old",code="500"}}[{look_back}])) / '
        f'sum(rate(requests_total{{service="old"}}[{look_back}]))'
        for look_back in SLOTH_LOOK_BACKS
    ]


def _samples(url: str, query: str) -> int:
    form = {"query": query, "time": str(LAST_END_S), "stats": "all"}
    data = httpx.post(f"{url}/api/v1/query", data=form, timeout=60.0).json()["data"]
    return int(data["stats"]["samples"]["totalQueryableSamples"])


if __name__ == "__main__":
    main()
