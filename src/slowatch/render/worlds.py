"""Raw series that play a scenario: made from the matchers of SLOs, so that the rules find them."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from slowatch.render.matching import are_meant, fitting_labels
from slowatch.render.scenarios import Minute, Scenario, minutes_of
from slowatch.spec.compiled import CompiledSlo, Counter, CounterEvents, CounterSum, Matcher, Term

FIRST, SECOND = "first", "second"
"""The groups of an SLO that keeps budgets by labels: the scenario's, and one where all is well."""
_USUAL = {"job": "job", "instance": "instance:1"}


@dataclass(slots=True)
class RawSeries:
    """A counter that is scraped: how much it grows in each minute, None where it is not there.

    `is_late` says that it does not exist before it first grows.
    """

    metric: str
    labels: Mapping[str, str]
    growth: list[int | None]
    is_late: bool = False


@dataclass(slots=True)
class World:
    """All raw series of a scenario."""

    series: list[RawSeries] = field(default_factory=list)

    def add(
        self, metric: str, labels: Mapping[str, str], growth: Sequence[int | None]
    ) -> RawSeries:
        """A series, or more growth of one that is there already."""
        for one in self.series:
            if one.metric == metric and one.labels == labels:
                one.growth = [_plus(a, b) for a, b in zip(one.growth, growth, strict=True)]
                return one
        self.series.append(RawSeries(metric, labels, list(growth)))
        return self.series[-1]

    def meant_by(self, counter: Counter) -> Iterator[RawSeries]:
        """The series that a counter's selector finds."""
        for one in self.series:
            if one.metric == counter.metric and are_meant(one.labels, counter.matchers):
                yield one


@dataclass(frozen=True, slots=True)
class Roles:
    """Two series of an SLO's group.

    `part` grows by the part that the SLO counts, `rest` by the other events; or by all of them,
    where the part is a metric of its own (`is_apart`).
    """

    part: tuple[str, Mapping[str, str]]
    rest: tuple[str, Mapping[str, str]]
    is_apart: bool


def roles_of(slo: CompiledSlo, group: str) -> Roles | None:
    """Series that an SLO's selectors mean; None where none are found."""
    sli = slo.sli
    if not isinstance(sli, CounterEvents) or any(t.counter.view for t in _all_terms(sli)):
        return None
    parts = sli.good or sli.bad or ()
    own = tuple(Matcher(label, "=", group) for label in slo.by)
    same = [(p, t) for t in sli.total for p in parts if p.counter.metric == t.counter.metric]
    if not same:
        return _apart(parts[0].counter, sli.total[0].counter, own)
    part = _first(
        _series(p.counter.metric, (*p.counter.matchers, *t.counter.matchers, *own)) for p, t in same
    )
    rest = _first(_rest(term.counter, parts, own) for term in sli.total if term.coefficient > 0)
    return Roles(part, rest, is_apart=False) if part and rest else None


def play(
    slos: Iterable[CompiledSlo], scenario: Scenario
) -> tuple[World, Mapping[str, Sequence[str]]]:
    """The world of a scenario, and the groups of each SLO that is played in it, by its id."""
    world, played = World(), {}
    for slo in slos:
        groups = (FIRST, SECOND) if slo.by else (FIRST,)
        roles = {group: roles for group in groups if (roles := roles_of(slo, group)) is not None}
        if FIRST not in roles:
            continue
        played[slo.id] = tuple(roles)
        told = minutes_of(scenario, slo.objective, is_one_a_minute=False)
        for group, own in roles.items():
            _play(world, slo, own, told if group == FIRST else _well(told))
    return world, played


def _play(world: World, slo: CompiledSlo, roles: Roles, minutes: Sequence[Minute | None]) -> None:
    assert isinstance(slo.sli, CounterEvents)  # noqa: S101  it has roles
    good = [None if minute is None else minute.good for minute in minutes]
    bad = [None if minute is None else minute.bad for minute in minutes]
    part, rest = (good, bad) if slo.sli.good is not None else (bad, good)
    if roles.is_apart:
        rest = [_plus(a, b) for a, b in zip(good, bad, strict=True)]
    of_part, of_rest = world.add(*roles.part, part), world.add(*roles.rest, rest)
    if not roles.is_apart:
        # Errors are not born yet.
        (of_rest if slo.sli.good is not None else of_part).is_late = True


def _well(minutes: Sequence[Minute | None]) -> list[Minute | None]:
    """The same traffic without a bad event."""
    return [None if one is None else Minute(one.good + one.bad, 0) for one in minutes]


def _apart(part: Counter, total: Counter, own: Sequence[Matcher]) -> Roles | None:
    of_part = _series(part.metric, (*part.matchers, *own))
    of_total = _series(total.metric, (*total.matchers, *own))
    return Roles(of_part, of_total, is_apart=True) if of_part and of_total else None


def _rest(
    counter: Counter, parts: Iterable[Term], own: Sequence[Matcher]
) -> tuple[str, Mapping[str, str]] | None:
    refused = [p.counter.matchers for p in parts if p.counter.metric == counter.metric]
    return _series(counter.metric, (*counter.matchers, *own), refused)


def _series(
    metric: str, wanted: Sequence[Matcher], unwanted: Iterable[Sequence[Matcher]] = ()
) -> tuple[str, Mapping[str, str]] | None:
    labels = fitting_labels(wanted, unwanted)
    if labels is None:
        return None
    matched = {matcher.label for matcher in wanted}
    usual = {name: value for name, value in _USUAL.items() if name not in matched}
    return metric, {**usual, **labels}


def _first(
    found: Iterable[tuple[str, Mapping[str, str]] | None],
) -> tuple[str, Mapping[str, str]] | None:
    return next((one for one in found if one is not None), None)


def _all_terms(sli: CounterEvents) -> CounterSum:
    return (*sli.total, *(sli.good or ()), *(sli.bad or ()))


def _plus(a: int | None, b: int | None) -> int | None:
    return None if a is None or b is None else a + b
