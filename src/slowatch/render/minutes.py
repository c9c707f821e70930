"""The one rule of an SLO that reads raw series: what its SLI says of the last minute."""

from slowatch.evaluate.expressions import Lengths
from slowatch.render.growth import Minute, grouped, summed_growth
from slowatch.render.kept_labels import has_one_series_per_group, keeps_groups
from slowatch.render.names import COUNTED, MARGIN
from slowatch.render.promql import any_of, float_number, labelled, parenthesised
from slowatch.render.rule import MINUTE_S, Recording
from slowatch.spec.alert_rules import published_label
from slowatch.spec.compiled import Bounds, CompiledSlo, CounterEvents, FreeEvents, Level

TOTAL = "total"


def minute_rule(slo: CompiledSlo, scrape_s: int) -> Recording:
    """What is recorded of an SLO once a minute.

    Of events: all of them and the good or bad ones, under the label `outcome`. Of a number: how far
    it is within its bounds, below 0 where it is not, NaN where the minute is idle.
    """
    labels = {"service": slo.service, "slo": slo.name}
    match slo.sli:
        case CounterEvents():
            return Recording(family_of(slo), _counted(slo.sli, slo.by, Minute(scrape_s)), labels)
        case FreeEvents():
            return Recording(family_of(slo), _free(slo.sli, slo.by), labels)
        case Level():
            return Recording(MARGIN, _margin(slo.sli, slo.by, Lengths(MINUTE_S, scrape_s)), labels)


def counted_part(slo: CompiledSlo) -> str:
    """Which part of its events an SLO counts: `good` or `bad`, or `bucket` of a histogram.

    Where a part is absent, no event was good, or none was bad; without its bucket, a histogram says
    nothing.
    """
    sli = slo.sli
    if isinstance(sli, CounterEvents) and sli.bucket is not None:
        return "bucket"
    assert not isinstance(sli, Level)  # noqa: S101  a number has no parts
    return "good" if sli.good is not None else "bad"


def is_sliced(slo: CompiledSlo) -> bool:
    """Whether counted events become one event per minute."""
    return slo.slicing is not None and not isinstance(slo.sli, Level)


def family_of(slo: CompiledSlo) -> str:
    """The metric that what an SLO counts is recorded as."""
    return COUNTED.format(part=counted_part(slo), whole="slice" if is_sliced(slo) else "total")


def _counted(sli: CounterEvents, by: tuple[str, ...], minute: Minute) -> str:
    part = sli.good or sli.bad or ()
    outcome = "good" if sli.good else "bad"
    return any_of(
        (
            labelled(summed_growth(sli.total, by, minute), "outcome", TOTAL),
            labelled(summed_growth(part, by, minute), "outcome", outcome),
        )
    )


def _free(sli: FreeEvents, by: tuple[str, ...]) -> str:
    """Free events: `$window` is the minute, so that no event is counted twice."""
    lengths = Lengths(MINUTE_S, MINUTE_S)
    outcome, part = ("good", sli.good) if sli.good is not None else ("bad", sli.bad)
    total = single(lengths.filled(sli.total, MINUTE_S), by)
    some = single(lengths.filled(part or "", MINUTE_S), by)
    # What is no number of events, NaN above all, is not measured; nor is a minute of whose events
    # a part is none.
    labels = f"on ({', '.join(published_label(name) for name in by)})"
    odd = f"{some} == Inf or {some} == -Inf"
    return any_of(
        (
            labelled(f"{total} > -Inf < Inf\nunless {labels} ({odd})", "outcome", TOTAL),
            labelled(some, "outcome", outcome),
        )
    )


def _margin(level: Level, by: tuple[str, ...], lengths: Lengths) -> str:
    value = lengths.filled(level.query, level.over_s)
    if level.while_query is not None:
        condition = lengths.filled(level.while_query, level.over_s)
        value = _while(parenthesised(value), condition, by)
    return _within(single(value, by), level.bounds)


def _while(value: str, condition: str, by: tuple[str, ...]) -> str:
    """The value where the condition holds, else NaN: 0 divided by a count is 0, by 0 it is NaN."""
    held = f"abs(\n{condition}\n) > 0"
    if not by or not keeps_groups(condition, by):
        return f"{value} + on () group_left () (0 / (count({held}) or vector(0)))"
    labels = ", ".join(by)
    count = f"count by ({labels}) ({held})"
    # A condition without the group's labels is one for all groups: its count has none either.
    of_all = f"({count} and on ({labels}) vector(1))"
    return any_of(
        (
            f"{value} + on ({labels}) 0 / {count}",
            f"{value} + on () group_left () 0 / {of_all}",
            f"{value} * NaN",
        )
    )


def single(value: str, by: tuple[str, ...]) -> str:
    """The value of each group, under public names; none where a group has several."""
    if not by and has_one_series_per_group(value, by):
        return parenthesised(value)
    kept = grouped("max", by, value)
    if has_one_series_per_group(value, by):
        return kept
    return f"({kept}\nunless\n{grouped('count', by, value)} > 1)"


def _within(value: str, bounds: Bounds) -> str:
    """How far a value is within its bounds, exact at 0; of two bounds the nearer one counts."""
    if bounds.at_most is None:
        return f"{value} - {float_number(bounds.at_least or 0.0)}"
    upper = f"{float_number(bounds.at_most)} - {value}"
    if bounds.at_least is None:
        return upper
    return f"({value} - {float_number(bounds.at_least)}) < ({upper})\nor\n{upper}"
