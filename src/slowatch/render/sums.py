"""Events and measured minutes over look-backs, each of them one rule for a whole service."""

from collections.abc import Iterable, Iterator

from slowatch.render.cascade import Part, Sum
from slowatch.render.names import EVENTS, EVENTS_1M, MEASURED
from slowatch.render.needs import Look
from slowatch.render.promql import any_of, indented
from slowatch.render.rule import MINUTE_S, Recording
from slowatch.render.scope import Scope
from slowatch.spec.units import duration_text

_LOOKS_INTO_A_GAP = 4


def look_back(minutes: int) -> str:
    """What a look-back is called, such as `30m` or `1d`."""
    return duration_text(minutes * MINUTE_S)


def event_rules(scope: Scope, looks: Iterable[Look]) -> Iterator[Recording]:
    """Good and bad events over each look-back."""
    for look in looks:
        own = scope.some(look.slos)
        direct = f"sum_over_time({own.series(EVENTS_1M)}{_span(look.sum)})"
        yield _rule(EVENTS, direct, own, look.sum)


def measured_rules(scope: Scope, looks: Iterable[Look]) -> Iterator[Recording]:
    """How many minutes of each look-back were measured: those that have good events, maybe 0."""
    for look in looks:
        own = scope.some(look.slos)
        minutes = own.series(EVENTS_1M, outcome="good")
        direct = f"sum without (outcome) (count_over_time({minutes}{_span(look.sum)}))"
        yield _rule(MEASURED, direct, own, look.sum)


def _rule(record: str, direct: str, own: Scope, one: Sum) -> Recording:
    labels = {"service": own.service, "look_back": look_back(one.length_min)}
    if not one.parts:
        return Recording(record, direct, labels)
    body = any_of(_part(record, part, own) for part in one.parts)
    return Recording(record, f"sum without (look_back) (\n{indented(body)}\n)", labels)


def _part(record: str, part: Part, own: Scope) -> str:
    """A shorter sum; `look_back` tells parts apart, so that one that is absent voids no other.

    Where Prometheus was away when it was due, it is the last one before: an hour without rules must
    not cost the three days that a sum of that hour tells of.
    """
    shorter = own.series(record, look_back=look_back(part.length_min))
    if not part.ago_min:
        return shorter
    ago = look_back(part.ago_min)
    length_s = part.length_min * MINUTE_S
    before = f"[{duration_text(length_s // 2)}:{duration_text(length_s // 2 // _LOOKS_INTO_A_GAP)}]"
    found = f"{shorter} offset {ago}\nor\nlast_over_time({shorter}{before} offset {ago})"
    return f'label_replace(\n{indented(found)},\n  "look_back", "{ago} ago", "", ""\n)'


def _span(one: Sum) -> str:
    """A range of exactly so many minutes' samples, whether or not its ends belong to it."""
    return f"[{one.length_min * MINUTE_S - 1}s]"
