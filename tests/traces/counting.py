"""Events of a trace: how many happen when, and what the counters say when they are scraped."""

import math
import random
from collections.abc import Iterator
from dataclasses import dataclass

from slowatch.slo.slot import Span
from tests.traces.target import Segment, Target

MINUTES_PER_DAY = 1440


@dataclass(frozen=True, slots=True)
class Pair:
    """A counter of good events and one of bad ones, on one target.

    A lazy bad counter is not there until its process has seen the first error.
    """

    name: str
    target: Target
    per_second: float
    bad_share: float
    is_lazy: bool


@dataclass(frozen=True, slots=True)
class Sample:
    """What a scrape found; no `bad` where that counter was not there yet."""

    at_ms: int
    good: int
    bad: int | None


@dataclass(frozen=True, slots=True)
class Truth:
    """Events of one pair, by the minute in which they happened.

    `unseen_*`: between a process's last scrape and its death, so no counter ever showed them.
    `masked_*`: of a process whose successor had counted further by its first scrape; the values do
    not tell that there was a restart. They are part of `good` and `bad`, and put down at that
    scrape.
    """

    start_s: int
    good: list[int]
    bad: list[int]
    unseen_good: list[int]
    unseen_bad: list[int]
    masked_good: list[int]
    masked_bad: list[int]

    def events(self, span: Span) -> tuple[int, int]:
        """Good and bad events in a span of whole minutes that some scrape could see."""
        return self._sum(self.good, span), self._sum(self.bad, span)

    def unseen(self, span: Span) -> tuple[int, int]:
        """Good and bad events in a span that no scrape could see."""
        return self._sum(self.unseen_good, span), self._sum(self.unseen_bad, span)

    def masked(self, span: Span) -> tuple[int, int]:
        """Good and bad events in a span that the values of the counters do not tell of."""
        return self._sum(self.masked_good, span), self._sum(self.masked_bad, span)

    def _sum(self, minutes: list[int], span: Span) -> int:
        if span.start_s % 60 or span.end_s % 60:
            raise ValueError(f"the truth is known by the minute, not for {span}")
        first = max(0, (span.start_s - self.start_s) // 60)
        return sum(minutes[first : max(0, (span.end_s - self.start_s) // 60)])


@dataclass(slots=True)
class _Shown:
    """What a counter said when it was last scraped, and of which process."""

    process: int = 0
    value: int = 0

    def show(self, process: int, value: int) -> int:
        """Take the next value; what it hides of the one before."""
        masked = self.value if process != self.process and value >= self.value else 0
        self.process, self.value = process, value
        return masked


def no_events(start_s: int, minutes: int) -> Truth:
    """A truth to be filled in."""
    return Truth(start_s, *([0] * minutes for _ in range(6)))


def count(pair: Pair, pieces: list[Segment], truth: Truth, rng: random.Random) -> Iterator[Sample]:
    """Let events happen, write the truth down, and yield what every scrape finds."""
    rates = _rates(pair.per_second, len(truth.good), rng)
    shares = _shares(pair.bad_share, len(truth.good), rng)
    good = 0 if pair.target.is_born else rng.randrange(10**6)
    bad = 0 if pair.target.is_born or pair.is_lazy else rng.randrange(10**4)
    process, shown_good, shown_bad = 0, _Shown(), _Shown()
    draw, clump = rng.random, rng.expovariate
    for piece in pieces:
        if piece.process != process:
            process, good, bad = piece.process, 0, 0
        minute = piece.minute
        events = int(rates[minute] * piece.seconds * clump(1.0) + draw())
        errors = int(events * shares[minute] + draw()) if events else 0
        good, bad = good + events - errors, bad + errors
        if piece.is_seen:
            truth.good[minute] += events - errors
            truth.bad[minute] += errors
        else:
            truth.unseen_good[minute] += events - errors
            truth.unseen_bad[minute] += errors
        if piece.scraped_ms is not None:
            is_shown = bad > 0 or not pair.is_lazy
            truth.masked_good[minute] += shown_good.show(process, good)
            truth.masked_bad[minute] += shown_bad.show(process, bad) if is_shown else 0
            yield Sample(piece.scraped_ms, good, bad if is_shown else None)


def _rates(per_second: float, minutes: int, rng: random.Random) -> list[float]:
    """Days have waves, and now and then ten times as much happens for some minutes."""
    rates = [
        per_second * (1 + 0.6 * math.sin(math.tau * minute / MINUTES_PER_DAY))
        for minute in range(minutes)
    ]
    for minute in _incidents(minutes, per_day=4, longest=8, rng=rng):
        rates[minute] *= 10
    return rates


def _shares(bad_share: float, minutes: int, rng: random.Random) -> list[float]:
    """Now and then thirty times as much goes wrong for up to an hour and a half."""
    shares = [bad_share] * minutes
    for minute in _incidents(minutes, per_day=1, longest=90, rng=rng):
        shares[minute] = min(0.9, bad_share * 30)
    return shares


def _incidents(minutes: int, *, per_day: int, longest: int, rng: random.Random) -> Iterator[int]:
    for _ in range(max(1, per_day * minutes // MINUTES_PER_DAY)):
        first = rng.randrange(minutes)
        yield from range(first, min(minutes, first + rng.randint(1, longest)))
