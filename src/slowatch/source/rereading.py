"""Reading again: irregular slots of a group of counters, from raw samples."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from slowatch.source.answer import Answer, Grid, Refusal, Samples, Series, series_of
from slowatch.source.asking import Asker
from slowatch.source.counter_groups import CounterGroup, all_by, counter_of, values_in
from slowatch.source.counters import LOOK_BACK_S, REMEMBERED_S, last_known, raw
from slowatch.source.errors import Refused
from slowatch.source.planning import Values
from slowatch.source.promql_text import escape_regex
from slowatch.source.repairing import Origin, growth_within, starts_before
from slowatch.spec.compiled import Counter, Matcher

LAST_KNOWN_S = 3600
"""How far back the last value of a series that comes back is looked for."""
LONG_AGO_S = 30 * 86_400
"""How far back a series is looked for that would else be taken for new."""
YOUNG_S = 120
"""A process that began this long before the slot, at most, had all its counters at zero then."""
NARROW_BELOW = 200
"""With fewer irregular groups than this, raw samples are asked for these groups alone."""

Identity = frozenset[tuple[str, str]]
LastKnown = dict[Identity, float]


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
        events: dict[tuple[Values, int], float | None] = dict.fromkeys(cells(wanted))
        found = self._samples()
        origins = self._origins(found)
        for one in found:
            key = values_in(one, all_by(self.group))
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
            return counter_of(self.group)
        return narrowed(counter_of(self.group), all_by(self.group), self.touched)

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
        their = {values_in(one, labels) for one in newcomers}
        counter = narrowed(counter_of(self.group), labels, their)
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
        # A target whose labels were changed since is another one: all its series have a past.
        was_up = f"max_over_time(up[{REMEMBERED_S}s] offset {slot_s}s) == 1"
        up = f"max by (job, instance) ({was_up} and up)"
        since_s = end_s - slot_s - max(slot_s, YOUNG_S)
        started = f"last_over_time(process_start_time_seconds[{slot_s}s])"
        young = f"max by (job, instance) ({started}) >= {since_s}"
        answers = asker.ask([up, young], Grid(end_s, end_s, slot_s))
        return cls(_instances(answers[up]), _instances(answers[young]))

    def brought_new(self, series: Samples) -> bool:
        """Whether a series not seen before began at zero: a new label value, or a new process."""
        target = (series.labels.get("job", ""), series.labels.get("instance", ""))
        return target in self.up or target in self.young


def narrowed(counter: Counter, labels: Sequence[str], groups: Iterable[Values]) -> Counter:
    """The counter limited to groups of label values (and their cross combinations)."""
    columns = list(zip(*groups, strict=True))
    limits = [
        Matcher(label, "=~", "|".join(sorted({escape_regex(value) for value in column})))
        for label, column in zip(labels, columns, strict=True)
    ]
    return Counter(counter.metric, (*counter.matchers, *limits), counter.view)


def cells(wanted: Mapping[int, set[Values]]) -> list[tuple[Values, int]]:
    """The rows and slot ends that are wanted, one by one."""
    return [(key, end_s) for end_s, keys in wanted.items() for key in keys]


def _identity(series: Series | Samples) -> Identity:
    return frozenset((k, v) for k, v in series.labels.items() if k != "__name__")


def _instances(answer: Answer) -> frozenset[tuple[str, str]]:
    labels = (series.labels for series in series_of(answer))
    return frozenset((of.get("job", ""), of.get("instance", "")) for of in labels)
