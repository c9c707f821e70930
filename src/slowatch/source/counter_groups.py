"""Groups of counters that are asked as one, and the values that tell their rows apart."""

from collections.abc import Iterable, Mapping, Sequence

from slowatch.source.answer import Samples, Series
from slowatch.source.counters import CounterNeed
from slowatch.source.planning import Group, Values
from slowatch.source.promql_text import escape_regex
from slowatch.spec.compiled import Counter, Matcher

CounterGroup = Group[CounterNeed]


def counter_of(group: CounterGroup) -> Counter:
    """The counter that stands for all members: its matchers take in theirs."""
    first = group.first.counter
    return Counter(first.metric, group.matchers, first.view)


def all_by(group: CounterGroup) -> tuple[str, ...]:
    """The labels that a grouped query keeps: what is asked by, and what tells members apart."""
    return tuple(dict.fromkeys((*group.first.by, *group.varying)))


def is_watched(group: CounterGroup) -> bool:
    """Whether what is irregular in the group is told by counters that watch it."""
    return group.first.watched_by is not None


def values_of(labels: Mapping[str, str], by: Sequence[str]) -> Values:
    """The values of labels, in order."""
    return tuple(labels[name] for name in by)


def values_in(series: Series | Samples, labels: Sequence[str]) -> Values:
    """The values of a series' labels, in order; empty where it has none."""
    return tuple(series.labels.get(label, "") for label in labels)


def narrowed(counter: Counter, labels: Sequence[str], groups: Iterable[Values]) -> Counter:
    """The counter limited to groups of label values (and their cross combinations)."""
    columns = list(zip(*groups, strict=True))
    limits = [
        Matcher(label, "=~", "|".join(sorted({escape_regex(value) for value in column})))
        for label, column in zip(labels, columns, strict=True)
    ]
    return Counter(counter.metric, (*counter.matchers, *limits), counter.view)
