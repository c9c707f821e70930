"""Counting: events per slot of many counters, summed in the engine, repaired where irregular."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from operator import is_

import structlog

from slowatch.source.answer import Answer, Grid, Refusal, Samples, Series
from slowatch.source.asking import Asker, Gate
from slowatch.source.census import CountedCombinations
from slowatch.source.counters import (
    LOOK_BACK_S,
    CounterNeed,
    growth,
    irregular,
    last_known,
    raw,
)
from slowatch.source.errors import Refused
from slowatch.source.planning import Group, Values, grouped
from slowatch.source.promql_text import escape_regex
from slowatch.source.repairing import Origin, growth_within, starts_before
from slowatch.spec.compiled import Counter, Matcher

log = structlog.get_logger(__name__)

LAST_KNOWN_S = 3600
"""How far back the last value of a series that comes back is looked for."""
LONG_AGO_S = 30 * 86_400
"""How far back a series is looked for that would else be taken for new."""
YOUNG_S = 120
"""A process that began this long before the slot, at most, had all its counters at zero then."""
REPAIR_SPAN_S = 1800
PLANNED_FOR_S = 3600
NARROW_BELOW = 200
"""With fewer irregular groups than this, raw samples are asked for these groups alone."""


@dataclass(slots=True)
class Counted:
    """Events per group and slot end; `refused` where the server will not say.

    A group is its values of the labels in `by`, in that order. `unknown` are groups and slots whose
    events are there but could not be read, and why.
    """

    values: dict[Values, dict[int, float]] = field(default_factory=dict)
    unknown: dict[tuple[Values, int], str] = field(default_factory=dict)
    refused: str | None = None


CounterGroup = Group[CounterNeed]
Identity = frozenset[tuple[str, str]]
LastKnown = dict[Identity, float]
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
        ordered = sorted((*apart, *again), key=_is_watched)
        return counted | self._count(ordered, odd, grid, gate)[0]

    def _grouped(self, needs: Sequence[CounterNeed], at_s: int) -> list[CounterGroup]:
        """The groups of needs; for an hour those of the very same needs are kept."""
        last, planned_at_s, groups = self._last_grouped
        is_same = len(last) == len(needs) and all(map(is_, last, needs))
        if not is_same or abs(at_s - planned_at_s) >= PLANNED_FOR_S:
            # Those that are watched come last: by then it is known what is irregular.
            groups = sorted(grouped(needs, self.census.at(at_s)), key=_is_watched)
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
        counter, by = _counter(group), _all_by(group)
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
        table = {_values(s, _all_by(group)): dict(s.points) for s in grown}
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
                repaired = dict.fromkeys(_cells(wanted))
                unknown.update(dict.fromkeys(repaired, f"reset or restart, and: {refused}"))
            for (key, end_s), value in repaired.items():
                row = table.setdefault(key, {})
                row.pop(end_s, None)
                if value is not None:
                    row[end_s] = value
        return unknown


@dataclass(frozen=True, slots=True)
class Repair:
    """A few neighbouring irregular slots of one group, counted again from raw samples."""

    asker: Asker
    group: CounterGroup
    touched: set[Values]
    ends: Sequence[int]
    slot_s: int
    scrape_s: int

    def values(self, wanted: Mapping[int, set[Values]]) -> dict[tuple[Values, int], float | None]:
        """Events per touched group and slot end; None where no series has a sample in the slot.

        Raises Refused when the samples cannot be read.
        """
        events: dict[tuple[Values, int], float | None] = dict.fromkeys(_cells(wanted))
        found = self._samples()
        origins = self._origins(found)
        for one in found:
            key = _values(one, _all_by(self.group))
            for end_s in self.ends:
                if key in wanted[end_s]:
                    origin = origins(one, end_s)
                    grown = growth_within(one.samples, end_s - self.slot_s, end_s, origin)
                    if grown is not None:
                        events[key, end_s] = (events[key, end_s] or 0.0) + grown
        return events

    @property
    def _over_s(self) -> int:
        return self.ends[-1] - self.ends[0] + self.slot_s + LOOK_BACK_S

    def _counter(self) -> Counter:
        if len(self.touched) > NARROW_BELOW:
            return _counter(self.group)
        return narrowed(_counter(self.group), _all_by(self.group), self.touched)

    def _samples(self) -> list[Samples]:
        counter, over_s = self._counter(), self._over_s
        query = raw(counter, over_s=over_s, slot_s=self.slot_s, scrape_s=self.scrape_s)
        return self.asker.samples(query, self.ends[-1])

    def _origins(self, found: Sequence[Samples]) -> Callable[[Samples, int], Origin]:
        """Where each series without a sample before a slot starts counting from."""
        unseen = any(
            not starts_before(s.samples, end_s - self.slot_s) for s in found for end_s in self.ends
        )
        if not unseen:
            return lambda _series, _end_s: Origin()
        known = self._last_known(self._counter(), LAST_KNOWN_S)
        targets = {end_s: Targets.at(self.asker, end_s, self.slot_s) for end_s in self.ends}
        known |= self._long_gone(found, known)

        def origin(series: Samples, end_s: int) -> Origin:
            return Origin(known.get(_identity(series)), targets[end_s].brought_new(series))

        return origin

    def _long_gone(self, found: Sequence[Samples], known: Mapping[Identity, float]) -> LastKnown:
        """Last values, from long ago, of series that would else be taken for new ones.

        A truly new series has no past, so nothing is read; one that a filter had hidden for a while
        must not be counted from zero.
        """
        start_s = self.ends[0] - self.slot_s
        newcomers = [
            one
            for one in found
            if not starts_before(one.samples, start_s) and _identity(one) not in known
        ]
        if not newcomers or len(newcomers) > NARROW_BELOW:
            return {}
        labels = sorted({label for one in newcomers for label, _ in _identity(one)})
        counter = narrowed(_counter(self.group), labels, {_values(o, labels) for o in newcomers})
        return self._last_known(counter, LONG_AGO_S)

    def _last_known(self, counter: Counter, over_s: int) -> LastKnown:
        expression = last_known(counter, back_s=self._over_s, over_s=over_s, scrape_s=self.scrape_s)
        at_s = self.ends[-1]
        answer = self.asker.ask([expression], Grid(at_s, at_s, self.slot_s))[expression]
        if isinstance(answer, Refusal):
            raise Refused(answer.reason)
        return {_identity(series): series.points[at_s] for series in answer}


@dataclass(frozen=True, slots=True)
class Targets:
    """Which scrape targets were up when a slot began, and which began about then."""

    up: frozenset[tuple[str, str]]
    young: frozenset[tuple[str, str]]

    @classmethod
    def at(cls, asker: Asker, end_s: int, slot_s: int) -> "Targets":
        """What Prometheus knows of its targets at one slot."""
        up = f"max by (job, instance) (up offset {slot_s}s) == 1"
        since_s = end_s - slot_s - max(slot_s, YOUNG_S)
        started = f"last_over_time(process_start_time_seconds[{slot_s}s])"
        young = f"max by (job, instance) ({started}) >= {since_s}"
        answers = asker.ask([up, young], Grid(end_s, end_s, slot_s))
        return cls(_instances(answers[up]), _instances(answers[young]))

    def brought_new(self, series: Samples) -> bool:
        """Whether a series not seen before began at zero: a new label value, or a new process."""
        target = (series.labels.get("job", ""), series.labels.get("instance", ""))
        return target in self.up or target in self.young


def _note_irregular(
    group: CounterGroup, found: Sequence[Series], odd: dict[CounterNeed, Irregular]
) -> None:
    for series in found:
        need = group.member_of(series.labels)
        if need is not None:
            own = odd.setdefault(need, {})
            for end_s in series.points:
                own.setdefault(end_s, set()).add(_values(series, need.by))


def _irregular_rows(
    group: CounterGroup, odd: Mapping[CounterNeed, Irregular]
) -> dict[int, set[Values]]:
    """The rows of a group's table that must be repaired, by the slot's end."""
    rows: dict[int, set[Values]] = {}
    all_by = _all_by(group) if odd else ()
    for told_apart, need in group.members.items() if odd else ():
        for end_s, groups in odd.get(need.watched_by or need, {}).items():
            for values in groups:
                labels = dict(zip(group.varying, told_apart, strict=True))
                labels.update(zip(need.by, values, strict=True))
                rows.setdefault(end_s, set()).add(tuple(labels[name] for name in all_by))
    return rows


def _counter(group: CounterGroup) -> Counter:
    first = group.first.counter
    return Counter(first.metric, group.matchers, first.view)


def _all_by(group: CounterGroup) -> tuple[str, ...]:
    """The labels that a grouped query keeps: what is asked by, and what tells members apart."""
    return tuple(dict.fromkeys((*group.first.by, *group.varying)))


def narrowed(counter: Counter, labels: Sequence[str], groups: Iterable[Values]) -> Counter:
    """The counter limited to groups of label values (and their cross combinations)."""
    columns = list(zip(*groups, strict=True))
    limits = [
        Matcher(label, "=~", "|".join(sorted({escape_regex(value) for value in column})))
        for label, column in zip(labels, columns, strict=True)
    ]
    return Counter(counter.metric, (*counter.matchers, *limits), counter.view)


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


def _cells(wanted: Mapping[int, set[Values]]) -> list[tuple[Values, int]]:
    return [(key, end_s) for end_s, keys in wanted.items() for key in keys]


def _is_watched(group: CounterGroup) -> bool:
    return group.first.watched_by is not None


def _shared_out(
    group: CounterGroup,
    table: Mapping[Values, dict[int, float]],
    unknown: Mapping[tuple[Values, int], str],
) -> dict[CounterNeed, Counted]:
    """Each member's part of the table, its groups named by the labels that it is asked by."""
    counted = {need: Counted() for need in group.members.values()}
    all_by = _all_by(group)
    for key, row in table.items():
        labels = dict(zip(all_by, key, strict=True))
        need = group.member_of(labels)
        if need is not None and row:
            own = counted[need].values.setdefault(_values_of(labels, need.by), {})
            for end_s, value in row.items():
                own[end_s] = own.get(end_s, 0.0) + value
    for (key, end_s), reason in unknown.items():
        labels = dict(zip(all_by, key, strict=True))
        need = group.member_of(labels)
        if need is not None:
            counted[need].unknown[_values_of(labels, need.by), end_s] = reason
    return counted


def _values_of(labels: Mapping[str, str], by: Sequence[str]) -> Values:
    return tuple(labels[name] for name in by)


def _values(series: Series | Samples, labels: Sequence[str]) -> Values:
    return tuple(series.labels.get(label, "") for label in labels)


def _identity(series: Series | Samples) -> Identity:
    return frozenset((k, v) for k, v in series.labels.items() if k != "__name__")


def _instances(answer: Answer) -> frozenset[tuple[str, str]]:
    if isinstance(answer, Refusal):
        return frozenset()
    return frozenset((s.labels.get("job", ""), s.labels.get("instance", "")) for s in answer)
