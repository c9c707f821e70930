"""Stretches of a recovery: until when a measure was away from what it had been before.

A single scrape rests on few events, and there are many: each is asked whether it was away with so
much confidence that all of them together are as sure as one is (Bonferroni). So are stretches of
2, 4, 8, … of them, since what is off by little shows in many only.
"""

from collections.abc import Iterator, Mapping, Sequence, Set
from dataclasses import dataclass, replace
from itertools import accumulate
from math import exp, isfinite
from typing import TYPE_CHECKING

from slowatch.slo.verdict import Verdict
from slowatch.source.answer import Grid
from slowatch.spec.compiled_runs import Change, Limits
from slowatch.verify.asked import Row
from slowatch.verify.estimate import Estimate, z_of
from slowatch.verify.estimators import NO_MARGIN, Estimator
from slowatch.verify.limits import against_baseline, against_limits, limits_around

if TYPE_CHECKING:
    from slowatch.verify.estimators import Matrix

STAYS = 2
"""Scrapes in a row that must be back at the end of what was seen."""
SILENCE_DOUBT = 0.05
"""How likely silence may be by chance, anywhere in what was seen; no confidence changes that."""
MOST_MISSED = 2
"""So many scrapes in a row may be missing: what is counted is counted by the next one, too."""


@dataclass(frozen=True, slots=True)
class Home:
    """What a measure is back at: within a change of what it was, of so many events a second."""

    change: Change
    was: Estimate
    per_s: float = 0.0

    @property
    def limits(self) -> Limits:
        """The change as numbers, as if what it was were known for certain."""
        return limits_around(self.was.value, self.change)

    def is_away(self, now: Estimate) -> bool:
        """Whether a stretch is away for certain, wherever what it was may have been.

        The odds of a difference of two numbers are not known well enough for one stretch of many.
        """
        most, least = (limits_around(end, self.change) for end in (self.was.high, self.was.low))
        far = Limits(least.at_least, most.at_most)
        return against_limits(now, far, scale=1.0, is_share=False).verdict == "fail"

    def verdict(self, now: Estimate) -> Verdict:
        """Whether it is back, or away, for certain; beyond all buckets only the limits tell."""
        if isfinite(now.high):
            return against_baseline(now, self.change, self.was).verdict
        return against_limits(now, self.limits, scale=1.0, is_share=False).verdict


@dataclass(frozen=True, slots=True)
class Slots:
    """What one group did in each scrape's slot after the clock started, at which the grid begins.

    A slot without a row was not scraped.
    """

    estimator: Estimator
    rows: Mapping[int, Row]
    grid: Grid
    confidence: float

    @property
    def clock_s(self) -> int:
        """When the clock started."""
        return self.grid.first_s - self.grid.step_s

    @property
    def seen_s(self) -> int:
        """The end of the last slot that was scraped; the clock's start where none was."""
        return max(self.rows, default=self.clock_s)

    def scraped(self, ends: Set[int]) -> "Slots":
        """The same of scraped slots alone; what went on meanwhile is in the next one."""
        found, meanwhile = {}, []
        for end_s in sorted(self.rows):
            meanwhile.append(self.rows[end_s])
            if end_s in ends:
                found[end_s], meanwhile = _sum(meanwhile), []
        return replace(self, rows=found)

    def back(self, home: Home) -> tuple[int, int] | None:
        """The end of the last slot that was away, and that from which it was back to stay.

        The latter is the first from which all that is left is at home for certain, taken together:
        what is slow now and then is not back. None where it was not back.
        """
        away_s = self.away_until_s(home)
        for start_s, rest in self._rests():
            if start_s >= away_s and self._verdict(rest, home) == "pass":
                return away_s, start_s
        return None

    def is_away(self, home: Home, within_s: int) -> bool:
        """Whether it was certainly not back in time, to stay.

        It was away when the run ended, or what came after its time was, taken together.
        """
        due_s, step_s = self.clock_s + within_s, self.grid.step_s
        if self.seen_s < due_s + STAYS * step_s:
            return False
        is_at_end = self.away_until_s(home) > self.seen_s - STAYS * step_s
        return is_at_end or self.after(due_s, home) == "fail"

    def after(self, start_s: int, home: Home) -> Verdict:
        """Where all slots after a moment are, taken together."""
        rows = [row for end_s, row in self.rows.items() if end_s > start_s]
        return self._verdict(_sum(rows), home) if len(rows) >= STAYS else "inconclusive"

    def away_until_s(self, home: Home) -> int:
        """The end of the last slot that was away; the clock's start where none was.

        Of a stretch that was away at least the first slot was. So is one in which nothing happened,
        though that would be odd: who no longer answers is not back.
        """
        return max(
            (end_s for end_s in (*self._away(home), *self._silent(home))), default=self.clock_s
        )

    def blind_until_s(self) -> int | None:
        """The end of the last stretch in which too many scrapes are missing; None where none is."""
        found, missed = None, 0
        for end_s in self.grid.ends:
            missed = 0 if end_s in self.rows else missed + 1
            if missed > MOST_MISSED:
                found = end_s
        return found

    def _rests(self) -> list[tuple[int, Row]]:
        """The end of each slot, the clock's start first, and the sum of all slots after it."""
        ends = sorted(self.rows, reverse=True)
        sums = accumulate((self.rows[end_s] for end_s in ends), lambda *rows: _sum(rows))
        rests = list(zip([*ends[1:], self.clock_s], sums, strict=True))
        return rests[STAYS - 1 :][::-1]

    def _verdict(self, row: Row, home: Home) -> Verdict:
        found = self.estimator.estimate(row, z_of(self.confidence))
        return "inconclusive" if found is None else home.verdict(found)

    def _away(self, home: Home) -> Iterator[int]:
        """The ends of the first slots of all stretches that were away for certain."""
        ends, z = sorted(self.rows), z_of(1 - self._doubt)
        for length, sums in _stretches(self._table(ends)):
            for at in _beyond(self.estimator.values(sums), home.limits):
                found = self.estimator.estimate([float(number) for number in sums[at]], z)
                if found is not None and home.is_away(found):
                    yield ends[at * length]

    def _silent(self, home: Home) -> Iterator[int]:
        """The ends of all slots in which nothing happened for so long that it would be odd."""
        import numpy as np

        ends = sorted(self.rows)
        if not ends:
            return
        silent = np.isnan(self.estimator.values(self._table(ends)))
        heard = [end_s for end_s, is_silent in zip(ends, silent, strict=True) if not is_silent]
        per_s, silent_s = self._per_s(home, heard), 0
        for end_s, is_silent in zip(ends, silent, strict=True):
            silent_s = silent_s + self.grid.step_s if is_silent else 0
            if silent_s and exp(-per_s * silent_s) < SILENCE_DOUBT / len(ends):
                yield end_s

    def _per_s(self, home: Home, heard: Sequence[int]) -> float:
        """Events a second that are to be expected: as few as there were before, or are now.

        Now is until the last slot that something was heard of.
        """
        found = self.estimator.estimate(_sum([self.rows[s] for s in heard]), 0.0) if heard else None
        if found is None:
            return home.per_s
        return min(home.per_s, found.events / (heard[-1] - self.clock_s))

    def _table(self, ends: Sequence[int]) -> "Matrix":
        import numpy as np

        return np.asarray([self.rows[end_s] for end_s in ends], dtype=float)

    @property
    def _doubt(self) -> float:
        """How sure one slot or stretch has to be, for all together to be as sure as one.

        Who asks for no margin gets none.
        """
        if self.confidence <= NO_MARGIN:
            return 1 - self.confidence
        return (1 - self.confidence) / (2 * max(1, len(self.rows)))


def _stretches(table: "Matrix") -> Iterator[tuple[int, "Matrix"]]:
    """Slots taken together by one, by two, by four, …, side by side: how many, and their sums."""
    length, sums = 1, table
    while len(sums):
        yield length, sums
        length, half = 2 * length, len(sums) // 2
        sums = sums[: 2 * half : 2] + sums[1 : 2 * half : 2]


def _beyond(values: "Matrix", limits: Limits) -> list[int]:
    """The places of values that are not within limits."""
    import numpy as np

    odd = np.zeros(len(values), dtype=bool)
    if limits.at_most is not None:
        odd |= values > float(limits.at_most)
    if limits.at_least is not None:
        odd |= values < float(limits.at_least)
    return [int(at) for at in np.flatnonzero(odd)]


def _sum(rows: Sequence[Row]) -> Row:
    return tuple(sum(numbers) for numbers in zip(*rows, strict=True))
