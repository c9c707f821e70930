"""Planning: what differs only in what a label equals is asked as one grouped query.

A thousand SLOs of one template, `x{service="a"}`, `x{service="b"}`, …, become
`sum by (service) (…x{service=~"a|b|…"}…)`, whose series are then handed back to their askers.
Where most of what exists is asked for, the alternation goes too: an engine that must merge
thousands of postings lists is slower than one that reads them all.
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import Generic, Protocol, TypeVar

from slowatch.source.answer import Labels
from slowatch.source.promql_text import escape_regex
from slowatch.spec.compiled import Matcher

MEMBERS = 2000
"""Members of one grouped query at most; a longer alternation is no faster."""
WASTE = 4
"""A product of label values may name this many times more combinations than are wanted."""

OPEN_FROM = 100
"""With fewer members than this an alternation is cheap."""
OPEN_SHARE = 0.5
"""The share of what exists that must be asked for, to ask for all of it."""

Values = tuple[str, ...]
Census = Callable[[str, tuple[Matcher, ...], tuple[str, ...]], int | None]
"""How many combinations of labels a selector has: metric, matchers, labels. None if unknown."""


class Alike(Protocol):
    """Something asked over one selector."""

    @property
    def metric(self) -> str:
        """The selector's metric."""
        ...

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        """The selector's matchers."""
        ...

    @property
    def template(self) -> Hashable:
        """Everything but the matchers."""
        ...


T = TypeVar("T", bound=Alike)


@dataclass(frozen=True, slots=True)
class Group(Generic[T]):
    """Members that are asked as one, with merged matchers.

    The values of the `varying` labels tell in the answer which member a series belongs to.
    """

    matchers: tuple[Matcher, ...]
    varying: tuple[str, ...]
    members: Mapping[Values, T]

    @property
    def first(self) -> T:
        """Any member: they are alike."""
        return next(iter(self.members.values()))

    def member_of(self, labels: Labels) -> T | None:
        """Whose series this is; None for a combination of labels that nobody asked for."""
        return self.members.get(tuple(labels.get(label, "") for label in self.varying))

    def apart(self) -> "list[Group[T]]":
        """Each member as a group of its own."""
        return [Group(one.matchers, (), {(): one}) for one in self.members.values()]


def kept(labels: Labels, by: Sequence[str]) -> dict[str, str]:
    """The labels named in `by`, those absent as empty, as Prometheus means them."""
    return {label: labels.get(label, "") for label in by}


def grouped(items: Iterable[T], census: Census = lambda *_: None) -> list[Group[T]]:
    """The fewest groups for all items that do not read much more than is wanted."""
    templates: dict[Hashable, list[T]] = defaultdict(list)
    for item in dict.fromkeys(items):
        templates[_template(item)].append(item)
    return [group for alike in templates.values() for group in _groups(alike, census)]


def _template(item: Alike) -> Hashable:
    """What items must share to be asked together."""
    free = _free_labels(item)
    fixed = tuple(m for m in item.matchers if m.label not in free)
    return item.template, fixed, tuple(sorted(free))


def _free_labels(item: Alike) -> set[str]:
    """Labels matched by nothing but one equality; `le` decides a bucket, so it is never free."""
    labels = [m.label for m in item.matchers]
    return {
        m.label
        for m in item.matchers
        if m.op == "=" and m.label not in ("le", "__name__") and labels.count(m.label) == 1
    }


def _values(item: Alike, labels: Sequence[str]) -> Values:
    values = {m.label: m.value for m in item.matchers}
    return tuple(values[label] for label in labels)


def _groups(alike: list[T], census: Census) -> Iterator[Group[T]]:
    labels = tuple(sorted(_free_labels(alike[0])))
    distinct = {label: {_values(item, (label,))[0] for item in alike} for label in labels}
    varying = tuple(label for label in labels if len(distinct[label]) > 1)
    if len(varying) > 1 and prod(len(distinct[label]) for label in varying) > WASTE * len(alike):
        widest = max(varying, key=lambda label: len(distinct[label]))
        others = tuple(label for label in varying if label != widest)
        yield from _split_by(alike, others, census)
        return
    if _is_most(alike, varying, census):
        yield from _merged(alike, varying, is_open=True)
        return
    for start in range(0, len(alike), MEMBERS):
        yield from _merged(alike[start : start + MEMBERS], varying, is_open=False)


def _is_most(alike: Sequence[Alike], varying: tuple[str, ...], census: Census) -> bool:
    if len(alike) < OPEN_FROM or not varying:
        return False
    first = alike[0]
    fixed = tuple(m for m in first.matchers if m.label not in varying)
    there_are = census(first.metric, fixed, varying)
    return there_are is not None and len(alike) >= OPEN_SHARE * there_are


def _split_by(alike: list[T], labels: tuple[str, ...], census: Census) -> Iterator[Group[T]]:
    parts: dict[Values, list[T]] = defaultdict(list)
    for item in alike:
        parts[_values(item, labels)].append(item)
    for part in parts.values():
        yield from _groups(part, census)


def _merged(alike: list[T], varying: tuple[str, ...], *, is_open: bool) -> Iterator[Group[T]]:
    """One group; and further ones for items that mean the same but are written differently."""
    members: dict[Values, T] = {}
    again = [item for item in alike if members.setdefault(_values(item, varying), item) is not item]
    matchers = [m for m in alike[0].matchers if m.label not in varying]
    for index, label in enumerate(() if is_open else varying):
        alternatives = sorted({values[index] for values in members})
        pattern = "|".join(escape_regex(value) for value in alternatives)
        matchers.append(Matcher(label, "=~", pattern))
    yield Group(tuple(sorted(matchers)), varying, members)
    if again:
        yield from _merged(again, varying, is_open=is_open)
