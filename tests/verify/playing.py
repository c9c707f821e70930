"""Runs of which everything is known: each request, when it ended, how long it took, how it went.

They are scraped as a Prometheus would have scraped them, 2 s after each fifth second, and written
down for a real one. Between runs nothing happens, so that every request of a run is counted by the
scrapes around it.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field

import numpy as np

from slowatch.slo.slot import Span

START_S = 1_700_006_400
SCRAPE_S = 5
SCRAPED_S = 2
"""Seconds into each scrape interval at which it is scraped."""
GAP_S = 60
BUCKETS_S = (0.05, 0.1, 0.15, 0.2, 0.25, 0.3, 0.4, 0.5, 0.75, 1.0, 2.0)
ROUTES = ("/cart", "/pay")

Slowness = Callable[[float], float]
"""A factor on latencies, by the second of the run."""


@dataclass(frozen=True, slots=True)
class Load:
    """How a run is played: requests a second, their median, and how many of them fail.

    By the second of the run, `slowness` is a factor on all latencies, `slow_ratio` the share of
    requests that take ten times as long, `answers` whether any request is answered, and `scraped`
    whether it is scraped. At the second `fails_at_s` the next request fails.
    """

    length_s: int = 120
    per_s: float = 50.0
    median_s: float = 0.12
    spread: float = 0.25
    bad_ratio: float = 0.01
    slowness: Slowness = lambda _second: 1.0
    slow_ratio: Slowness = lambda _second: 0.0
    answers: Callable[[float], bool] = lambda _second: True
    scraped: Callable[[float], bool] = lambda _second: True
    restarts_at_s: int | None = None
    fails_at_s: int | None = None


@dataclass(frozen=True, slots=True)
class Request:
    """One request of a run."""

    at_s: float
    route: str
    took_s: float
    is_good: bool


@dataclass(frozen=True, slots=True)
class Run:
    """A run and all that happened in it."""

    span: Span
    load: Load
    requests: tuple[Request, ...]

    def of(self, route: str | None = None) -> list[Request]:
        """Its requests, of one route where one is given."""
        return [one for one in self.requests if route in (None, one.route)]

    def quantile(self, p: float, route: str | None = None) -> float:
        """The true quantile: of so many requests in order, the one at that rank."""
        took = sorted(one.took_s for one in self.of(route))
        return took[max(0, int(np.ceil(p * len(took))) - 1)]

    def mean(self, route: str | None = None) -> float:
        """The true mean."""
        return float(np.mean([one.took_s for one in self.of(route)]))


@dataclass(slots=True)
class Theatre:
    """Plays runs one after the other."""

    seed: int = 1
    runs: list[Run] = field(default_factory=list)

    def play(self, load: Load) -> Run:
        """The next run, a pause after the one before."""
        start_s = self.runs[-1].span.end_s + GAP_S if self.runs else START_S + GAP_S
        drawing = np.random.default_rng([self.seed, len(self.runs)])
        count = int(load.per_s * load.length_s)
        seconds = np.sort(drawing.uniform(0, load.length_s, count))
        took = drawing.lognormal(np.log(load.median_s), load.spread, count)
        good = drawing.uniform(size=count) >= load.bad_ratio
        odds = drawing.uniform(size=count)
        failing = (
            None if load.fails_at_s is None else int(np.searchsorted(seconds, load.fails_at_s))
        )
        requests = tuple(
            Request(
                start_s + second,
                ROUTES[index % 2],
                one * load.slowness(second) * (10 if odd < load.slow_ratio(second) else 1),
                is_good and index != failing,
            )
            for index, (second, one, is_good, odd) in enumerate(
                zip(seconds.tolist(), took.tolist(), good.tolist(), odds.tolist(), strict=True)
            )
            if load.answers(second)
        )
        run = Run(Span(start_s, start_s + load.length_s), load, requests)
        self.runs.append(run)
        return run

    @property
    def end_s(self) -> int:
        """When all is over and scraped."""
        return self.runs[-1].span.end_s + GAP_S

    def exposition(self) -> str:
        """All scrapes, as OpenMetrics."""
        return "".join(_exposition(self.runs, self.end_s))


@dataclass(slots=True)
class _Totals:
    """What one route's counters stand at."""

    good: int = 0
    bad: int = 0
    took_s: float = 0.0
    buckets: list[int] = field(default_factory=lambda: [0] * len(BUCKETS_S))

    @property
    def count(self) -> int:
        return self.good + self.bad

    def add(self, request: Request) -> None:
        self.good += request.is_good
        self.bad += not request.is_good
        self.took_s += request.took_s
        for index, bound in enumerate(BUCKETS_S):
            self.buckets[index] += request.took_s <= bound


def _exposition(runs: Sequence[Run], end_s: int) -> Iterator[str]:
    lines: dict[str, list[str]] = {}
    totals = {route: _Totals() for route in ROUTES}
    requests = iter(sorted((r for run in runs for r in run.requests), key=lambda r: r.at_s))
    restarts = [run.span.start_s + at for run in runs if (at := run.load.restarts_at_s) is not None]
    pending = next(requests, None)
    for at_s in range(START_S + SCRAPED_S, end_s, SCRAPE_S):
        while pending is not None and pending.at_s <= at_s:
            # What a process counted since its last scrape is lost with it: it restarts just after.
            totals[pending.route].add(pending)
            pending = next(requests, None)
        if not _is_scraped(runs, at_s):
            continue
        for route, total in totals.items():
            _scrape(lines, route, total, at_s)
        if any(at_s <= moment < at_s + SCRAPE_S for moment in restarts):
            totals = {route: _Totals() for route in ROUTES}
    for family, kind in (("requests", "counter"), ("took_seconds", "histogram")):
        yield f"# TYPE {family} {kind}\n"
        yield from lines[family]
    yield "# EOF\n"


def _is_scraped(runs: Sequence[Run], at_s: int) -> bool:
    """Whether somebody looks at a moment; between runs somebody does."""
    within = (run for run in runs if run.span.start_s <= at_s < run.span.end_s)
    return all(run.load.scraped(at_s - run.span.start_s) for run in within)


def _scrape(lines: dict[str, list[str]], route: str, total: _Totals, at_s: int) -> None:
    labels = f'job="shop",instance="a",route="{route}"'
    counted = lines.setdefault("requests", [])
    counted.append(f'requests_total{{{labels},code="200"}} {total.good} {at_s}\n')
    counted.append(f'requests_total{{{labels},code="500"}} {total.bad} {at_s}\n')
    took = lines.setdefault("took_seconds", [])
    for bound, count in zip(BUCKETS_S, total.buckets, strict=True):
        took.append(f'took_seconds_bucket{{{labels},le="{bound}"}} {count} {at_s}\n')
    took.append(f'took_seconds_bucket{{{labels},le="+Inf"}} {total.count} {at_s}\n')
    took.append(f"took_seconds_count{{{labels}}} {total.count} {at_s}\n")
    took.append(f"took_seconds_sum{{{labels}}} {total.took_s!r} {at_s}\n")
