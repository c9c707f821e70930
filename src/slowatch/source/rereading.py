"""Reading again: irregular slots of a group of counters, from raw samples."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from slowatch.source.answer import Grid, Refusal, Samples, Series
from slowatch.source.asking import Asker
from slowatch.source.counter_groups import CounterGroup, all_by, counter_of, narrowed, values_in
from slowatch.source.counters import LOOK_BACK_S, last_known, raw, view_step_s
from slowatch.source.errors import Refused
from slowatch.source.planning import Values
from slowatch.source.repairing import Origin, growth_within, starts_before
from slowatch.source.targets import Siblings, Targets
from slowatch.spec.compiled import Counter

LAST_KNOWN_S = 3600
"""How far back the last value of a series that comes back is looked for."""
LONG_AGO_S = 30 * 86_400
"""How far back a series is looked for that would else be taken for new."""
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
        start_s = self.ends[0] - self.slot_s
        unseen = [one for one in found if one.samples and not starts_before(one.samples, start_s)]
        if not unseen:
            return lambda _series, _end_s: Origin()
        known = self._last_known([self._counter()], LAST_KNOWN_S)
        newcomers = [one for one in unseen if _identity(one) not in known]
        births = {end_s: born for end_s in self.ends if (born := self._born(newcomers, end_s))}
        targets = {end_s: Targets.at(self.asker, end_s, self.slot_s) for end_s in births}
        pushed = {
            _identity(series)
            for end_s, born in births.items()
            for series in self._pushed(born, targets[end_s], end_s)
        }
        known |= self._long_gone(newcomers, pushed)

        def origin(series: Samples, end_s: int) -> Origin:
            is_new = end_s in targets and targets[end_s].brought_new(series, late_s=self._late_s)
            name = _identity(series)
            return Origin(known.get(name), is_new or name in pushed)

        return origin

    def _born(self, newcomers: Sequence[Samples], end_s: int) -> list[Samples]:
        """Those whose first sample is in the slot."""
        return [one for one in newcomers if end_s - self.slot_s < one.samples[0][0] <= end_s]

    def _pushed(self, born: Sequence[Samples], targets: Targets, end_s: int) -> list[Samples]:
        """New series of targets that nobody scrapes: their siblings were there before them."""
        unknown = [one for one in born if targets.are_silent_on(one)]
        counter = counter_of(self.group)
        siblings = Siblings.of(unknown, counter.metric, self.asker, end_s, self.slot_s)
        return [one for one in unknown if siblings.brought_new(one, late_s=self._late_s)]

    @property
    def _late_s(self) -> int:
        """A view's values are taken at steps, each of them up to a step after it was there."""
        is_view = counter_of(self.group).view is not None
        return view_step_s(self.slot_s, self.scrape_s) if is_view else 0

    def _long_gone(self, newcomers: Sequence[Samples], pushed: Collection[Identity]) -> LastKnown:
        """Last values, from long ago, of series that would else be taken for new ones.

        A truly new series has no past, so nothing is read; one that a filter had hidden for a while
        must not be counted from zero. Of very many only those are looked for that pushed, since
        that their targets were there is a guess.
        """
        if len(newcomers) > NARROW_BELOW:
            newcomers = [one for one in newcomers if _identity(one) in pushed]
        labels = sorted({label for one in newcomers for label, _ in _identity(one)})
        their = sorted({values_in(one, labels) for one in newcomers})
        parts = [their[at : at + NARROW_BELOW] for at in range(0, len(their), NARROW_BELOW)]
        counters = [narrowed(counter_of(self.group), labels, part) for part in parts]
        return self._last_known(counters, LONG_AGO_S)

    def _last_known(self, counters: Sequence[Counter], over_s: int) -> LastKnown:
        expressions = [
            last_known(counter, back_s=self._over_s, over_s=over_s, scrape_s=self.scrape_s)
            for counter in counters
        ]
        at_s = self.ends[-1]
        known: LastKnown = {}
        for answer in self.asker.ask(expressions, Grid(at_s, at_s, self.slot_s)).values():
            if isinstance(answer, Refusal):
                raise Refused(answer.reason)
            known |= {_identity(series): series.points[at_s] for series in answer}
        return known


def cells(wanted: Mapping[int, set[Values]]) -> list[tuple[Values, int]]:
    """The rows and slot ends that are wanted, one by one."""
    return [(key, end_s) for end_s, keys in wanted.items() for key in keys]


def _identity(series: Series | Samples) -> Identity:
    return frozenset((k, v) for k, v in series.labels.items() if k != "__name__")
