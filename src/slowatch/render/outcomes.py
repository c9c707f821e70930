"""From what SLOs count to good and bad events per minute: two rules for a whole service."""

from collections.abc import Iterator, Sequence

from slowatch.render.minutes import TOTAL, counted_part, family_of, is_sliced
from slowatch.render.names import EVENTS_1M, MARGIN, SLICES_1M
from slowatch.render.promql import any_of, parenthesised, times
from slowatch.render.rule import Recording
from slowatch.render.scope import Scope
from slowatch.spec.compiled import CompiledSlo, Level, Slicing


def outcome_rules(slos: Sequence[CompiledSlo]) -> Iterator[Recording]:
    """Good and bad events of each minute, of all SLOs of one service; an idle minute has none."""
    scope = Scope.of(slos)
    sliced = [slo for slo in slos if is_sliced(slo)]
    levels = [slo for slo in slos if isinstance(slo.sli, Level)]
    for outcome in ("good", "bad"):
        parts = list(_of_counts(sliced, outcome))
        if parts:
            yield _rule(SLICES_1M, parts, scope, outcome)
    for slo in sliced:
        labels = {"service": scope.service, "slo": slo.name, "outcome": "good"}
        yield Recording(EVENTS_1M, _good_slice(slo), labels)
    for outcome in ("good", "bad"):
        parts = list(_of_counts([slo for slo in slos if slo not in sliced], outcome))
        if levels:
            parts.append(_of_levels(Scope.of(levels), outcome))
        if sliced and outcome == "bad":
            parts.append(_bad_slices(Scope.of(sliced)))
        if parts:
            yield _rule(EVENTS_1M, parts, scope, outcome)


def _rule(record: str, parts: Sequence[str], scope: Scope, outcome: str) -> Recording:
    return Recording(record, any_of(parts), {"service": scope.service, "outcome": outcome})


def _of_levels(scope: Scope, outcome: str) -> str:
    """A number is good within its bounds; NaN, an idle minute, is neither good nor bad."""
    comparison = ">=" if outcome == "good" else "<"
    return f"{scope.series(MARGIN)} {comparison} bool 0"


def _of_counts(slos: Sequence[CompiledSlo], outcome: str) -> Iterator[str]:
    """The counted part is held between nothing and all; the other outcome is what is left."""
    families: dict[str, list[CompiledSlo]] = {}
    for slo in slos:
        if not isinstance(slo.sli, Level):
            families.setdefault(family_of(slo), []).append(slo)
    for family, own in sorted(families.items()):
        part, scope = counted_part(own[0]), Scope.of(own)
        counted = "bad" if part == "bad" else "good"
        total = scope.series(family, outcome=TOTAL)
        some = scope.series(family, outcome=counted)
        left = f"clamp_min({total} - ignoring (outcome) ({some} >= 0), 0)"
        if part != "bucket":
            # Series that are not there yet have counted nothing.
            left = f"{left}\nor\nclamp_min(sum without (outcome) ({total}), 0)"
        if outcome == counted:
            left = f"clamp_min({total}, 0)\n- ignoring (outcome) {parenthesised(left)}"
        yield left


def _good_slice(slo: CompiledSlo) -> str:
    """One event for a minute with events: good or bad, or as good as its share of good ones."""
    assert slo.slicing is not None  # noqa: S101  it is sliced
    own = Scope.of([slo])
    good = own.series(SLICES_1M, outcome="good")
    every = f"sum without (outcome) ({own.series(SLICES_1M)})"
    return _slice(good, every, slo.slicing)


def _slice(good: str, every: str, slicing: Slicing) -> str:
    if slicing.target is None:
        return f"{good} / ignoring (outcome) ({every} > 0)\nor\n0 * {every}"
    # Whole numbers, so that a share that is just reached is reached.
    share, of = slicing.target.as_integer_ratio()
    reached = f"{times(of, good)} >= bool ignoring (outcome) {times(share, every)}"
    return f"({reached})\n* ({every} > bool 0)"


def _bad_slices(scope: Scope) -> str:
    every = f"sum without (outcome) ({scope.series(SLICES_1M)})"
    good = scope.series(EVENTS_1M, outcome="good")
    return f"({every} > bool 0)\n- ignoring (outcome) {good}"
