"""PromQL for what counters counted in the minute that ended a scrape ago: exact, in one rule.

A minute's events are the last value in it less the last value before it: neighbouring minutes share
their edge, so nothing falls between them, nor while scrapes fail for some minutes. A rule cannot
look through the past of a series as the daemon does. It looks for it at seven moments of the last
day, each twice as long ago as the one before. One that was there, and has not begun anew since,
counts from where it comes back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from slowatch.render.promql import aggregated, any_of, labelled, number, parenthesised, renamed
from slowatch.render.rule import MINUTE_S
from slowatch.source.counters import REMEMBERED_S, instant
from slowatch.spec.alert_rules import published_label
from slowatch.spec.compiled import Below, Counter, CounterSum
from slowatch.spec.promql import selector_text
from slowatch.spec.units import duration_text

TERM = "slowatch_term"
LONG_AGO_MIN = (20, 40, 80, 160, 320, 640, 1280)
"""Where a series that was away for longer is looked for, in minutes before: one that had been there
for as long as it was away is found."""


@dataclass(frozen=True, slots=True)
class Minute:
    """The minute that ended one scrape interval ago, so that its last scrape is in."""

    scrape_s: int

    @property
    def end(self) -> str:
        """The end of the minute, as an offset."""
        return f"offset {self.scrape_s}s"

    @property
    def start(self) -> str:
        """Its start."""
        return f"offset {self.scrape_s + MINUTE_S}s"

    @property
    def recent_s(self) -> int:
        """How old the last sample of a series that is there may be: two scrapes, or the minute."""
        return max(MINUTE_S, 2 * self.scrape_s)


def summed_growth(terms: CounterSum, by: Sequence[str], minute: Minute) -> str:
    """Events of a sum of counters for each value of the labels `by`, under their public names.

    Terms are told apart, else equal labels would let one series swallow another.
    """
    grown = [series_growth(term.counter, minute) for term in terms]
    if len(terms) > 1 or terms[0].coefficient != 1:
        weighed = (_weighed(term.coefficient, one) for term, one in zip(terms, grown, strict=True))
        grown = [labelled(one, TERM, str(place)) for place, one in enumerate(weighed)]
    return grouped("sum", by, any_of(grown))


def _weighed(coefficient: Decimal, grown: str) -> str:
    return grown if coefficient == 1 else f"{number(coefficient)} * {parenthesised(grown)}"


def grouped(operation: str, by: Sequence[str], expression: str) -> str:
    """An aggregation by labels that are called what they are called outside."""
    for label in by:
        if published_label(label) != label:
            expression = renamed(expression, label, published_label(label))
    return aggregated(operation, [published_label(label) for label in by], expression)


def series_growth(counter: Counter, minute: Minute) -> str:
    """How much each series of a counter grew in the minute."""
    return _growth(counter, minute) if counter.view is None else _view_growth(counter, minute)


def _growth(counter: Counter, minute: Minute) -> str:
    """The last value in the minute, less what the series had counted before it."""
    name = selector_text(counter.metric, counter.matchers)
    last = f"last_over_time({name}[{minute.recent_s}s] {minute.end})"
    before = f"last_over_time({name}[{REMEMBERED_S}s] {minute.start})"
    inside = f"({name}[{MINUTE_S}s] {minute.end})"
    lowest, highest = f"min_over_time{inside}", f"max_over_time{inside}"
    if minute.recent_s > MINUTE_S:
        # There may be no sample within the minute: then nothing grew.
        lowest = f"({lowest} or {last})"
    bases = (
        f"{before} <= {lowest}",
        # A reset: since then all is new, and so is what was counted before, as far as was seen.
        f"clamp_max({before} - {highest}, 0) * ({highest} > bool {last})",
        # It comes back, or merely comes into sight: what it counted unseen is not known. What is
        # lower than it was long ago has begun anew.
        f"{lowest} >= ({_long_ago(name)})",
        _born(f"0 * {last}", minute),
        lowest,
    )
    return f"{last} - {parenthesised(any_of(bases))}"


def _view_growth(counter: Counter, minute: Minute) -> str:
    """A native histogram's view: no stored series, so a reset takes what `increase` makes of it."""
    name = selector_text(counter.metric, counter.matchers)
    increase = f"increase({name}[{MINUTE_S + minute.scrape_s}s] {minute.end})"
    last = instant(counter, offset_s=minute.scrape_s)
    before = instant(counter, offset_s=minute.scrape_s + MINUTE_S)
    reset = f"histogram_count({increase})"
    if isinstance(counter.view, Below):
        reset += f" * histogram_fraction(-Inf, {counter.view.bound!r}, {increase})"
    grown = f"{last} - {before} >= 0"
    back = f"0 * {last} and ({_long_ago(name)})"
    return any_of((grown, f"{reset} and {before}", back, _born(last, minute), f"0 * {last}"))


def _long_ago(name: str) -> str:
    """What series had counted when they were there long ago."""
    return " or ".join(f"{name} offset {duration_text(ago * MINUTE_S)}" for ago in LONG_AGO_MIN)


def _born(last: str, minute: Minute) -> str:
    """Series that began to exist, and count from zero.

    Their target was scraped before the minute, without them; or their process has just started. A
    target whose labels were changed is not the same: all its series have a past.
    """
    known = f"max_over_time(up[{REMEMBERED_S}s] {minute.start}) == 1 and up {minute.end}"
    started = f"process_start_time_seconds {minute.end} > time() - {minute.scrape_s + MINUTE_S}"
    return f"{last} and on (job, instance) ({known} or {started})"
