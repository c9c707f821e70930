"""Which buckets a classic histogram has, and what a bound that is none of them means."""

from bisect import bisect
from collections.abc import Iterable, Sequence
from math import inf, isclose

from slowatch.source.answer import Grid, series_of
from slowatch.source.asking import Asker
from slowatch.spec.compiled import ClassicBound
from slowatch.spec.promql import selector_text

KEPT_FOR_S = 3600


class Buckets:
    """The finite bucket bounds of histograms as Prometheus has them, asked again once an hour."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._known: dict[str, tuple[int, tuple[float, ...]]] = {}

    def bounds(self, wanted: Sequence[ClassicBound], at_s: int) -> list[tuple[float, ...]]:
        """The ascending finite bounds of each histogram; empty where it has no series now."""
        expressions = [_expression(bound) for bound in wanted]
        stale = [e for e in expressions if not self._is_fresh(e, at_s)]
        if stale:
            answers = self._asker.ask(stale, Grid(at_s, at_s, 1))
            for expression, answer in answers.items():
                ends = (series.labels.get("le", "") for series in series_of(answer))
                self._known[expression] = (at_s, finite(ends))
        return [self._known[expression][1] for expression in expressions]

    def _is_fresh(self, expression: str, at_s: int) -> bool:
        asked_at_s, bounds = self._known.get(expression, (0, ()))
        return bool(bounds) and abs(at_s - asked_at_s) < KEPT_FOR_S


def finite(texts: Iterable[str]) -> tuple[float, ...]:
    """The finite bounds among `le` values, ascending."""
    bounds = set()
    for text in texts:
        try:
            bounds.add(float(text))
        except ValueError:
            continue
    return tuple(sorted(bounds - {inf}))


def share_problem(bound: ClassicBound, bounds: Sequence[float]) -> str | None:
    """Why the share under a bound cannot be counted, and what to write; None where it can."""
    if not bounds or any(isclose(bound.bound, one, rel_tol=1e-9) for one in bounds):
        return None
    place = bisect(bounds, bound.bound)
    near = " and ".join(f"{one:g}" for one in bounds[max(0, place - 1) : place + 1])
    return (
        f"{bound.bound:g} is no bucket of {bound.histogram}; its neighbours are {near}: "
        "use one of those, or add the bucket where the histogram is made"
    )


def quantile_problem(bound: ClassicBound, bounds: Sequence[float]) -> str | None:
    """Why a quantile cannot be held against a bound; None where it can.

    `histogram_quantile` never yields more than the highest finite bucket.
    """
    if not bounds or bound.bound < bounds[-1]:
        return None
    return (
        f"a quantile of {bound.histogram} never exceeds its highest bucket {bounds[-1]:g}, so it "
        f"cannot be held against {bound.bound:g}: add a higher bucket where the histogram is made"
    )


def _expression(bound: ClassicBound) -> str:
    return f"group by (le) ({selector_text(f'{bound.histogram}_bucket', bound.matchers)})"
