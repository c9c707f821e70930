"""Counting: events per slot of many counters, summed in the engine, repaired where irregular."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_

from slowatch.source.answer import Answer, Grid, Refusal, Series
from slowatch.source.asking import Asker, Gate
from slowatch.source.census import CountedCombinations
from slowatch.source.counter_groups import (
    CounterGroup,
    all_by,
    counter_of,
    is_watched,
    values_in,
    values_of,
)
from slowatch.source.counters import CounterNeed, growth, irregular
from slowatch.source.errors import Refused
from slowatch.source.planning import Values, grouped
from slowatch.source.rereading import Repair, cells

REPAIR_SPAN_S = 1800
PLANNED_FOR_S = 3600


@dataclass(slots=True)
class Counted:
    """Events per group and slot end; `refused` where the server will not say.

    A group is its values of the labels in `by`, in that order. `unknown` are groups and slots whose
    events are there but could not be read, and why.
    """

    values: dict[Values, dict[int, float]] = field(default_factory=dict)
    unknown: dict[tuple[Values, int], str] = field(default_factory=dict)
    refused: str | None = None


Irregular = dict[int, set[Values]]
"""Groups of a need with irregular series, by the slot's end."""


class Counting:
    """Counts events of counters over slots of one Prometheus."""

    def __init__(self, asker: Asker, *, scrape_s: int) -> None:
        self._asker = asker
        self.scrape_s = scrape_s
        self.census = CountedCombinations(asker)
        self._last_grouped: tuple[Sequence[CounterNeed], int, list[CounterGroup]] = ((), 0, [])

    def count(
        self, needs: Sequence[CounterNeed], grid: Grid, gate: Gate = None
    ) -> dict[CounterNeed, Counted]:
        """The events of each need in each slot of the grid, whose ends are its moments.

        The needs that watch others are among them. Where a grouped query is refused, its needs are
        asked one by one.
        """
        groups = self._grouped(needs, grid.last_s)
        counted, odd = self._count(groups, {}, grid, gate)
        refused = [
            group
            for group in groups
            if len(group.members) > 1 and counted[group.first].refused is not None
        ]
        if not refused:
            return counted
        unheard = {need for group in refused for need in group.members.values()}
        again = [
            group
            for group in groups
            if group not in refused
            and any(need.watched_by in unheard for need in group.members.values())
        ]
        apart = [one for group in refused for one in group.apart()]
        ordered = sorted((*apart, *again), key=is_watched)
        return counted | self._count(ordered, odd, grid, gate)[0]

    def _grouped(self, needs: Sequence[CounterNeed], at_s: int) -> list[CounterGroup]:
        """The groups of needs; for an hour those of the very same needs are kept."""
        last, planned_at_s, groups = self._last_grouped
        is_same = len(last) == len(needs) and all(map(is_, last, needs))
        if not is_same or abs(at_s - planned_at_s) >= PLANNED_FOR_S:
            # Those that are watched come last: by then it is known what is irregular.
            groups = sorted(grouped(needs, self.census.at(at_s)), key=is_watched)
            self._last_grouped = (needs, at_s, groups)
        return groups

    def _count(
        self,
        groups: Sequence[CounterGroup],
        odd: Mapping[CounterNeed, Irregular],
        grid: Grid,
        gate: Gate,
    ) -> tuple[dict[CounterNeed, Counted], dict[CounterNeed, Irregular]]:
        asked = [self._expressions(group, grid.step_s) for group in groups]
        weights = {
            expression: len(group.members)
            for group, expressions in zip(groups, asked, strict=True)
            for expression in expressions
        }
        answers = self._asker.ask(weights, grid, gate, weights=weights)
        counted: dict[CounterNeed, Counted] = {}
        known = dict(odd)
        for group, expressions in zip(groups, asked, strict=True):
            told = [answers[expression] for expression in expressions]
            counted.update(self._assemble(group, told, known, grid.step_s, gate))
        return counted, known

    def _expressions(self, group: CounterGroup, slot_s: int) -> list[str]:
        """A group's growth in the slot that ends; and its irregular series, if nobody watches."""
        counter, by = counter_of(group), all_by(group)
        grown = growth(counter, by=by, slot_s=slot_s)
        if group.first.watched_by is not None:
            return [grown]
        return [grown, irregular(counter, by=by, slot_s=slot_s, scrape_s=self.scrape_s)]

    def _assemble(
        self,
        group: CounterGroup,
        told: Sequence[Answer],
        odd: dict[CounterNeed, Irregular],
        slot_s: int,
        gate: Gate,
    ) -> dict[CounterNeed, Counted]:
        """The group's events; what is irregular in it is added to `odd`."""
        for answer in told:
            if isinstance(answer, Refusal):
                return {n: Counted(refused=answer.reason) for n in group.members.values()}
        grown, *irregular_series = (a for a in told if not isinstance(a, Refusal))
        table = {values_in(s, all_by(group)): dict(s.points) for s in grown}
        for series in irregular_series:
            _note_irregular(group, series, odd)
        rows = _irregular_rows(group, odd)
        unknown = self._repair(group, table, rows, slot_s, gate)
        return _shared_out(group, table, unknown)

    def _repair(
        self,
        group: CounterGroup,
        table: dict[Values, dict[int, float]],
        irregular_at: Mapping[int, set[Values]],
        slot_s: int,
        gate: Gate,
    ) -> dict[tuple[Values, int], str]:
        """Count the irregular rows of a table again; those that cannot be read, and why."""
        unknown: dict[tuple[Values, int], str] = {}
        for ends in _runs(sorted(irregular_at), max(slot_s, REPAIR_SPAN_S)):
            if gate is not None:
                gate()
            touched = set().union(*(irregular_at[end_s] for end_s in ends))
            wanted = {end_s: irregular_at[end_s] for end_s in ends}
            repair = Repair(self._asker, group, touched, ends, slot_s, self.scrape_s)
            try:
                repaired = repair.values(wanted)
            except Refused as refused:
                repaired = dict.fromkeys(cells(wanted))
                unknown.update(dict.fromkeys(repaired, f"reset or restart, and: {refused}"))
            for (key, end_s), value in repaired.items():
                row = table.setdefault(key, {})
                row.pop(end_s, None)
                if value is not None:
                    row[end_s] = value
        return unknown


def _note_irregular(
    group: CounterGroup, found: Sequence[Series], odd: dict[CounterNeed, Irregular]
) -> None:
    for series in found:
        need = group.member_of(series.labels)
        if need is not None:
            own = odd.setdefault(need, {})
            for end_s in series.points:
                own.setdefault(end_s, set()).add(values_in(series, need.by))


def _irregular_rows(
    group: CounterGroup, odd: Mapping[CounterNeed, Irregular]
) -> dict[int, set[Values]]:
    """The rows of a group's table that must be repaired, by the slot's end."""
    rows: dict[int, set[Values]] = {}
    names = all_by(group) if odd else ()
    for told_apart, need in group.members.items() if odd else ():
        for end_s, groups in odd.get(need.watched_by or need, {}).items():
            for values in groups:
                labels = dict(zip(group.varying, told_apart, strict=True))
                labels.update(zip(need.by, values, strict=True))
                rows.setdefault(end_s, set()).add(values_of(labels, names))
    return rows


def _runs(ends: Sequence[int], span_s: int) -> Iterator[list[int]]:
    """Neighbouring slot ends in runs no longer than a span."""
    run: list[int] = []
    for end_s in ends:
        if run and end_s - run[0] > span_s:
            yield run
            run = []
        run.append(end_s)
    if run:
        yield run


def _shared_out(
    group: CounterGroup,
    table: Mapping[Values, dict[int, float]],
    unknown: Mapping[tuple[Values, int], str],
) -> dict[CounterNeed, Counted]:
    """Each member's part of the table, its groups named by the labels that it is asked by."""
    counted = {need: Counted() for need in group.members.values()}
    names = all_by(group)
    for key, row in table.items():
        labels = dict(zip(names, key, strict=True))
        need = group.member_of(labels)
        if need is not None and row:
            own = counted[need].values.setdefault(values_of(labels, need.by), {})
            for end_s, value in row.items():
                own[end_s] = own.get(end_s, 0.0) + value
    for (key, end_s), reason in unknown.items():
        labels = dict(zip(names, key, strict=True))
        need = group.member_of(labels)
        if need is not None:
            counted[need].unknown[values_of(labels, need.by), end_s] = reason
    return counted
