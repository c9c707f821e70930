"""From what SLOs count to good and bad events per minute: two rules for a whole service."""

from collections.abc import Iterator, Sequence

from slowatch.render.minutes import TOTAL, counted_part, family_of, is_sliced
from slowatch.render.names import EVENTS_1M, MARGIN, SLICES_1M
from slowatch.render.promql import any_of, parenthesised, series, times
from slowatch.render.rule import Recording
from slowatch.spec.compiled import CompiledSlo, Level, Slicing


def outcome_rules(slos: Sequence[CompiledSlo]) -> Iterator[Recording]:
    """Good and bad events of each minute, of all SLOs of one service; an idle minute has none."""
    service = slos[0].service
    sliced = [slo for slo in slos if is_sliced(slo)]
    for outcome in ("good", "bad"):
        parts = list(_of_counts(sliced, outcome))
        if parts:
            yield _rule(SLICES_1M, parts, service, outcome)
    for slo in sliced:
        labels = {"service": service, "slo": slo.name, "outcome": "good"}
        yield Recording(EVENTS_1M, _good_slice(slo), labels)
    for outcome in ("good", "bad"):
        parts = list(_of_counts([slo for slo in slos if slo not in sliced], outcome))
        if any(isinstance(slo.sli, Level) for slo in slos):
            parts.append(_of_levels(service, outcome))
        if sliced and outcome == "bad":
            parts.append(_bad_slices(service))
        if parts:
            yield _rule(EVENTS_1M, parts, service, outcome)


def _rule(record: str, parts: Sequence[str], service: str, outcome: str) -> Recording:
    return Recording(record, any_of(parts), {"service": service, "outcome": outcome})


def _of_levels(service: str, outcome: str) -> str:
    """A number is good within its bounds; NaN, an idle minute, is neither good nor bad."""
    comparison = ">=" if outcome == "good" else "<"
    return f"{series(MARGIN, service=service)} {comparison} bool 0"


def _of_counts(slos: Sequence[CompiledSlo], outcome: str) -> Iterator[str]:
    """The counted part is held between nothing and all; the other outcome is what is left."""
    families = {family_of(slo): slo for slo in slos if not isinstance(slo.sli, Level)}
    for family, slo in sorted(families.items()):
        part = counted_part(slo)
        counted = "bad" if part == "bad" else "good"
        total = series(family, service=slo.service, outcome=TOTAL)
        some = series(family, service=slo.service, outcome=counted)
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
    names = {"service": slo.service, "slo": slo.name}
    good = series(SLICES_1M, **names, outcome="good")
    every = f"sum without (outcome) ({series(SLICES_1M, **names)})"
    return _slice(good, every, slo.slicing)


def _slice(good: str, every: str, slicing: Slicing) -> str:
    if slicing.target is None:
        return f"{good} / ignoring (outcome) ({every} > 0)\nor\n0 * {every}"
    # Whole numbers, so that a share that is just reached is reached.
    share, of = slicing.target.as_integer_ratio()
    reached = f"{times(of, good)} >= bool ignoring (outcome) {times(share, every)}"
    return f"({reached})\n* ({every} > bool 0)"


def _bad_slices(service: str) -> str:
    every = f"sum without (outcome) ({series(SLICES_1M, service=service)})"
    good = series(EVENTS_1M, service=service, outcome="good")
    return f"({every} > bool 0)\n- ignoring (outcome) {good}"
