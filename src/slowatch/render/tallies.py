"""What SLOs measure in a unit test's world, minute by minute, as the daemon tallies it."""

from collections.abc import Mapping, Sequence

from slowatch.evaluate.told import sliced, tally_of
from slowatch.render.scenarios import Minute
from slowatch.render.worlds import World
from slowatch.slo.tally import Tally, slot_tally
from slowatch.spec.compiled import CompiledSlo, CounterEvents, CounterSum

Group = tuple[str, ...]
Tallies = Sequence[Tally | None]
"""A tally per minute; None where nothing was measured."""


def tallies_in(world: World, slo: CompiledSlo) -> Mapping[Group, Tallies]:
    """The tallies of each group of a counter SLO: whatever its selectors find in the world."""
    sli = slo.sli
    assert isinstance(sli, CounterEvents)  # noqa: S101  only counters are played as raw series
    totals = _sums(world, sli.total, slo.by)
    parts = _sums(world, sli.good or sli.bad or (), slo.by)
    return {
        group: [
            None
            if total is None
            else tally_of(
                part or 0.0, total, part_is_good=sli.good is not None, slicing=slo.slicing
            )
            for total, part in zip(row, parts.get(group, [None] * len(row)), strict=True)
        ]
        for group, row in totals.items()
    }


def fed_tallies(slo: CompiledSlo, minutes: Sequence[Minute | None]) -> Tallies:
    """The tallies of minutes that are fed to an SLO as they are."""
    return [
        None
        if minute is None
        else sliced(slot_tally(minute.good, minute.good + minute.bad), slo.slicing)
        for minute in minutes
    ]


def _sums(
    world: World, terms: CounterSum, by: Sequence[str]
) -> Mapping[Group, Sequence[float | None]]:
    found: dict[Group, list[float | None]] = {}
    for term in terms:
        for one in world.meant_by(term.counter):
            group = tuple(one.labels.get(label, "") for label in by)
            row = found.setdefault(group, [None] * len(one.growth))
            for at, growth in enumerate(one.growth):
                if growth is not None:
                    row[at] = (row[at] or 0.0) + float(term.coefficient) * growth
    return found
