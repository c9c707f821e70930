"""PromQL for cumulative series: how much they grew in a slot, and where that must be looked at.

A slot's events are the difference of the counter at its two ends. That is exact unless the counter
was reset in the slot, was born in it or vanished in it; such slots are counted by a second
expression and repaired from raw samples (`repairing`).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from slowatch.spec.compiled import Counter, HistogramView, Matcher
from slowatch.spec.promql import selector_text

LOOK_BACK_S = 300
"""How long Prometheus takes a sample to stand for the present (`--query.lookback-delta`)."""
REMEMBERED_S = 900
"""For how long scrapes may fail, in seconds, and what is seen then still go on from before."""


@dataclass(frozen=True, slots=True)
class CounterNeed:
    """A counter to be counted per slot for each value of the labels in `by`.

    `watched_by` is a counter whose series are reset, born and gone together with this one's, such
    as a total and its bad part: what is irregular there need not be asked for here.
    """

    counter: Counter
    by: tuple[str, ...] = ()
    watched_by: Self | None = None

    @property
    def metric(self) -> str:
        """The counter's metric."""
        return self.counter.metric

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """The counter's matchers."""
        return self.counter.matchers

    @property
    def template(self) -> tuple[str, HistogramView | None, tuple[str, ...], bool]:
        """What it has in common with counters that it can be asked together with."""
        is_watched = self.watched_by is not None
        return self.counter.metric, self.counter.view, self.by, is_watched


def instant(counter: Counter, *, offset_s: int = 0) -> str:
    """The counter's value now or `offset_s` ago, per series."""
    name = selector_text(counter.metric, counter.matchers)
    at = f"{name} offset {offset_s}s" if offset_s else name
    if counter.view is None:
        return at
    if counter.view == "count":
        return f"histogram_count({at})"
    share = f"histogram_fraction(-Inf, {counter.view.bound!r}, {at})"
    # A histogram without observations has NaN for every share, and its count, zero, instead.
    return f"(histogram_count({at}) * {share} >= 0 or histogram_count({at}))"


def raw(counter: Counter, *, over_s: int, slot_s: int, scrape_s: int) -> str:
    """The counter's samples over a look-back, as a range vector.

    A native histogram's view is no stored series, so its values are taken at least twice a scrape,
    and at the slots' ends above all.
    """
    if counter.view is None:
        return f"{selector_text(counter.metric, counter.matchers)}[{over_s}s]"
    return f"({instant(counter)})[{over_s}s:{view_step_s(slot_s, scrape_s)}s]"


def growth(counter: Counter, *, by: Sequence[str], slot_s: int) -> str:
    """How much the series that were there at both ends of the slot grew, summed."""
    return f"{_sum(by)} ({instant(counter)} - {instant(counter, offset_s=slot_s)})"


def irregular(counter: Counter, *, by: Sequence[str], slot_s: int, scrape_s: int) -> str:
    """How many series were reset, born or gone in the slot; absent where none was.

    The look-back for resets reaches back one scrape before the slot, give or take a late one. A
    series whose last sample before the slot is older than that counts as irregular too: it may
    have been reset between the two.
    """
    now, then = instant(counter), instant(counter, offset_s=slot_s)
    if counter.view is not None:
        seen = raw(counter, over_s=slot_s + LOOK_BACK_S, slot_s=slot_s, scrape_s=scrape_s)
        return _count(by, f"resets({seen}) > 0", f"({now} unless {then})", f"({then} unless {now})")
    fresh_s = scrape_s + max(1, scrape_s // 10)
    name = selector_text(counter.metric, counter.matchers)
    resets = f"resets({name}[{slot_s + fresh_s}s]) > 0"
    # Not `timestamp(…)`: over a range Prometheus 2 reads a series anew for each of its steps.
    fresh = f"present_over_time({name}[{fresh_s}s] offset {slot_s}s)"
    stale = f"({then} unless {fresh})"
    # In a slot as long as this, a series may well be born and gone.
    seen = f"present_over_time({name}[{slot_s}s])" if slot_s >= LOOK_BACK_S else then
    return _count(by, resets, stale, f"({now} unless {then})", f"({seen} unless {now})")


def last_known(counter: Counter, *, back_s: int, over_s: int, scrape_s: int) -> str:
    """The last value of each series in the `over_s` seconds before `back_s` seconds ago."""
    if counter.view is None:
        name = selector_text(counter.metric, counter.matchers)
        return f"last_over_time({name}[{over_s}s] offset {back_s}s)"
    step_s = max(1, scrape_s // 2)
    return f"last_over_time(({instant(counter)})[{over_s}s:{step_s}s] offset {back_s}s)"


def view_step_s(slot_s: int, scrape_s: int) -> int:
    """How often a view's values are taken: half a scrape at most, and so that it divides the slot.

    It is the longest such step of whole seconds. A subquery's steps are multiples of its step, as
    slots are of theirs.
    """
    return next(step_s for step_s in range(max(1, scrape_s // 2), 0, -1) if slot_s % step_s == 0)


def _sum(by: Sequence[str]) -> str:
    return f"sum by ({', '.join(by)})"


def _count(by: Sequence[str], *conditions: str) -> str:
    return f"count by ({', '.join(by)}) ({' or '.join(conditions)})"
