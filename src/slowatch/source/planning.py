"""Planning: counters that differ only in what a label equals are asked as one grouped query.

A thousand SLOs of one template, `x{service="a"}`, `x{service="b"}`, …, become
`sum by (service) (…x{service=~"a|b|…"}…)`, whose series are then handed back to their askers.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod

from slowatch.source.answer import Labels, Series
from slowatch.source.counters import CounterNeed
from slowatch.source.promql_text import escape_regex
from slowatch.spec.compiled import Counter, Matcher

MEMBERS = 2000
"""Members of one grouped query at most; a longer alternation is no faster."""
WASTE = 4
"""A product of label values may name this many times more combinations than are wanted."""

Values = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class CounterGroup:
    """Counters asked as one: `varying` labels tell the members apart in the answer."""

    counter: Counter
    by: tuple[str, ...]
    varying: tuple[str, ...]
    members: Mapping[Values, CounterNeed]

    @property
    def all_by(self) -> tuple[str, ...]:
        """The labels the grouped query keeps."""
        return tuple(dict.fromkeys((*self.by, *self.varying)))

    def hand_back(self, found: Iterable[Series]) -> dict[CounterNeed, list[Series]]:
        """Each member's series, with no labels but those in `by`."""
        back: dict[CounterNeed, list[Series]] = {need: [] for need in self.members.values()}
        for series in found:
            need = self.member_of(series.labels)
            if need is not None:
                back[need].append(Series(kept(series.labels, self.by), series.points))
        return back

    def member_of(self, labels: Labels) -> CounterNeed | None:
        """Whose series this is; None for a combination of labels that nobody asked for."""
        return self.members.get(tuple(labels.get(label, "") for label in self.varying))


def kept(labels: Labels, by: Sequence[str]) -> dict[str, str]:
    """The labels named in `by`, those absent as empty, as Prometheus means them."""
    return {label: labels.get(label, "") for label in by}


def grouped(needs: Iterable[CounterNeed]) -> list[CounterGroup]:
    """The fewest queries for all needs that do not read much more than is wanted."""
    templates: dict[_Template, list[CounterNeed]] = defaultdict(list)
    for need in dict.fromkeys(needs):
        templates[_template(need)].append(need)
    return [group for needs in templates.values() for group in _groups(needs)]


@dataclass(frozen=True, slots=True)
class _Template:
    """What counters must share to be asked together; `le` decides a bucket, so it never varies."""

    metric: str
    view: object
    fixed: tuple[Matcher, ...]
    varying: tuple[str, ...]
    by: tuple[str, ...]


def _template(need: CounterNeed) -> _Template:
    counter = need.counter
    free = _free_labels(counter)
    fixed = tuple(m for m in counter.matchers if m.label not in free)
    return _Template(counter.metric, counter.view, fixed, tuple(sorted(free)), need.by)


def _free_labels(counter: Counter) -> set[str]:
    """Labels matched by nothing but one equality."""
    labels = [m.label for m in counter.matchers]
    return {
        m.label
        for m in counter.matchers
        if m.op == "=" and m.label != "le" and labels.count(m.label) == 1
    }


def _values(need: CounterNeed, labels: Sequence[str]) -> Values:
    values = {m.label: m.value for m in need.counter.matchers}
    return tuple(values[label] for label in labels)


def _groups(needs: list[CounterNeed]) -> Iterator[CounterGroup]:
    labels = tuple(sorted(_free_labels(needs[0].counter)))
    distinct = {label: {_values(need, (label,))[0] for need in needs} for label in labels}
    varying = tuple(label for label in labels if len(distinct[label]) > 1)
    if len(varying) > 1 and prod(len(distinct[label]) for label in varying) > WASTE * len(needs):
        widest = max(varying, key=lambda label: len(distinct[label]))
        yield from _split_by(needs, tuple(label for label in varying if label != widest))
        return
    for start in range(0, len(needs), MEMBERS):
        yield _group(needs[start : start + MEMBERS], varying)


def _split_by(needs: list[CounterNeed], labels: tuple[str, ...]) -> Iterator[CounterGroup]:
    parts: dict[Values, list[CounterNeed]] = defaultdict(list)
    for need in needs:
        parts[_values(need, labels)].append(need)
    for part in parts.values():
        yield from _groups(part)


def _group(needs: list[CounterNeed], varying: tuple[str, ...]) -> CounterGroup:
    first = needs[0]
    members = {_values(need, varying): need for need in needs}
    matchers = [m for m in first.counter.matchers if m.label not in varying]
    for index, label in enumerate(varying):
        alternatives = sorted({values[index] for values in members})
        pattern = "|".join(escape_regex(value) for value in alternatives)
        matchers.append(Matcher(label, "=~", pattern))
    counter = Counter(first.counter.metric, tuple(sorted(matchers)), first.counter.view)
    return CounterGroup(counter, first.by, varying, members)
