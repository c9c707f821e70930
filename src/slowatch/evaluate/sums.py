"""Window sums that move along: a new slot is added, an old one taken away.

Tallies are whole numbers, so this never drifts; and a window of thirty days costs as much to keep
as one of five minutes: the slots that enter and the slots that leave.
"""

from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Protocol

from slowatch.ledger.port import Entry
from slowatch.slo.slot import Span
from slowatch.slo.tally import NOTHING, Tally
from slowatch.slo.window import Window, judged_span


class SumReader(Protocol):
    """What reads sums from the ledger."""

    def sums(self, span: Span, series_ids: Iterable[int] | None = None) -> Mapping[int, Tally]:
        """The tally of each series over a span."""
        ...


class WindowSums:
    """The tallies of all series over a set of windows that end at the same moment."""

    def __init__(
        self, ledger: SumReader, windows: Iterable[Window], *, full_resolution_s: int
    ) -> None:
        self._ledger = ledger
        self._windows = frozenset(windows)
        self._full_resolution_s = full_resolution_s
        self._spans: dict[Window, Span] = {}
        self._tallies: dict[Window, dict[int, Tally]] = {}

    def span(self, window: Window) -> Span:
        """The span that the window's tallies are over."""
        return self._spans[window]

    def tallies(self, window: Window) -> Mapping[int, Tally]:
        """The tallies over one window, by series id; a series without any is left out."""
        return self._tallies[window]

    def advance(self, end_s: int) -> None:
        """Let all windows end at `end_s`, from what the ledger holds."""
        sums = cache(self._ledger.sums)
        anew: dict[Window, Span] = {}
        for window in self._windows:
            new = judged_span(window, end_s, self._full_resolution_s)
            old = self._spans.get(window)
            if old is None or not _follows(old, new):
                anew[window] = new
            elif new != old:
                _shift(self._tallies[window], old, new, sums)
            self._spans[window] = new
        by_start = _sums_from({span.start_s for span in anew.values()}, end_s, sums)
        self._tallies |= {window: dict(by_start[span.start_s]) for window, span in anew.items()}

    def keep(self, windows: Iterable[Window]) -> None:
        """Sum over these windows from now on; what was summed of them goes on."""
        self._windows = frozenset(windows)
        self._spans = {w: span for w, span in self._spans.items() if w in self._windows}
        self._tallies = {w: tallies for w, tallies in self._tallies.items() if w in self._windows}

    def forget(self) -> None:
        """Sum everything anew at the next advance: someone else may have written."""
        self._spans = {}

    def include(self, entries: Iterable[Entry]) -> None:
        """Add what was just recorded to the windows that hold it."""
        for entry in entries:
            span = entry.fact.span
            for window, whole in self._spans.items():
                if whole.start_s <= span.start_s < whole.end_s:
                    tallies = self._tallies[window]
                    series_id = entry.series_id
                    tallies[series_id] = tallies.get(series_id, NOTHING) + entry.fact.tally


def _follows(old: Span, new: Span) -> bool:
    """Whether a span came from an older one by moving on: then only the difference is read."""
    return old.start_s <= new.start_s < old.end_s <= new.end_s


def _sums_from(
    starts_s: Iterable[int], end_s: int, sums: Callable[[Span], Mapping[int, Tally]]
) -> dict[int, dict[int, Tally]]:
    """The tallies from each start to the end; what lies between two starts is read once."""
    found: dict[int, dict[int, Tally]] = {}
    so_far: dict[int, Tally] = {}
    until_s = end_s
    for start_s in sorted(starts_s, reverse=True):
        so_far = dict(so_far)
        for series_id, tally in sums(Span(start_s, until_s)).items():
            so_far[series_id] = so_far.get(series_id, NOTHING) + tally
        found[start_s] = so_far
        until_s = start_s
    return found


def _shift(
    tallies: dict[int, Tally], old: Span, new: Span, sums: Callable[[Span], Mapping[int, Tally]]
) -> None:
    if new.start_s > old.start_s:
        for series_id, tally in sums(Span(old.start_s, new.start_s)).items():
            tallies[series_id] = tallies.get(series_id, NOTHING) - tally
    if new.end_s > old.end_s:
        for series_id, tally in sums(Span(old.end_s, new.end_s)).items():
            tallies[series_id] = tallies.get(series_id, NOTHING) + tally
