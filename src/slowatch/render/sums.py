"""Events and measured minutes over look-backs, each of them one rule for a whole service."""

from collections.abc import Iterable, Iterator, Mapping

from slowatch.render.cascade import Part, Sum
from slowatch.render.names import EVENTS, EVENTS_1M, MEASURED
from slowatch.render.needs import Look
from slowatch.render.promql import any_of, selector
from slowatch.render.rule import MINUTE_S, Recording
from slowatch.source.promql_text import escape_regex
from slowatch.spec.promql import quote
from slowatch.spec.units import duration_text


def look_back(minutes: int) -> str:
    """What a look-back is called, such as `30m` or `1d`."""
    return duration_text(minutes * MINUTE_S)


def event_rules(service: str, looks: Iterable[Look]) -> Iterator[Recording]:
    """Good and bad events over each look-back."""
    for look in looks:
        minutes = _of_slos(EVENTS_1M, {"service": service}, look)
        yield _rule(EVENTS, f"sum_over_time({minutes}{_span(look.sum)})", service, look)


def measured_rules(service: str, looks: Iterable[Look]) -> Iterator[Recording]:
    """How many minutes of each look-back were measured: those that have good events, maybe 0."""
    for look in looks:
        minutes = _of_slos(EVENTS_1M, {"service": service, "outcome": "good"}, look)
        direct = f"sum without (outcome) (count_over_time({minutes}{_span(look.sum)}))"
        yield _rule(MEASURED, direct, service, look)


def _rule(record: str, direct: str, service: str, look: Look) -> Recording:
    labels = {"service": service, "look_back": look_back(look.sum.length_min)}
    if not look.sum.parts:
        return Recording(record, direct, labels)
    parts = (_part(record, part, service, look) for part in look.sum.parts)
    body = any_of(parts).replace("\n", "\n  ")
    return Recording(record, f"sum without (look_back) (\n  {body}\n)", labels)


def _part(record: str, part: Part, service: str, look: Look) -> str:
    """A shorter sum; `look_back` tells parts apart, so that one that is absent voids no other."""
    name = look_back(part.length_min)
    shorter = _of_slos(record, {"service": service, "look_back": name}, look)
    if not part.ago_min:
        return shorter
    ago = look_back(part.ago_min)
    return f'label_replace({shorter} offset {ago}, "look_back", "{ago} ago", "", "")'


def _span(one: Sum) -> str:
    """A range of exactly so many minutes' samples, whether or not its ends belong to it."""
    return f"[{one.length_min * MINUTE_S - 1}s]"


def _of_slos(metric: str, labels: Mapping[str, str], look: Look) -> str:
    if look.slos is None:
        return selector(metric, labels)
    return selector(metric, labels, f"slo=~{quote(alternatives(look.slos))}")


def alternatives(names: Iterable[str]) -> str:
    """A regular expression that matches any of the names."""
    return "|".join(escape_regex(name) for name in names)
