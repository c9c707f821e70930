"""What a question was told: a tally per group and slot end, or why there is none."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite

from slowatch.evaluate.question import Question
from slowatch.ledger.port import MOST_PER_HOUR, MOST_PER_SLOT, Fact, Gap, Recording
from slowatch.slo.slot import HOUR_S, Span
from slowatch.slo.tally import MICRO, Tally, slot_tally
from slowatch.source.answer import Answer, Grid, series_of
from slowatch.source.planning import kept
from slowatch.spec.compiled import ClassicBound, Slicing

Group = tuple[str, ...]
MOST_EVENTS = MOST_PER_HOUR / MICRO
Numbers = Mapping[Group, Mapping[int, float]]

TOO_MANY = (
    "more events than the ledger can add up: divide the expressions, so that they count thousands"
)


@dataclass(frozen=True, slots=True)
class Told:
    """Tallies by group and slot end; `reasons` say why a slot is missing, else `otherwise`.

    There are none with `is_refused` where nobody would say, and not since there was nothing to say.
    """

    tallies: Mapping[tuple[Group, int], Tally] = field(default_factory=dict)
    otherwise: str = "no data"
    reasons: Mapping[int, str] = field(default_factory=dict)
    is_refused: bool = False


def numbers(answer: Answer, by: Sequence[str]) -> dict[Group, dict[int, float]]:
    """An answer by group and moment; nothing where it was refused."""
    table: dict[Group, dict[int, float]] = {}
    for series in series_of(answer):
        table.setdefault(tuple(kept(series.labels, by).values()), {}).update(series.points)
    return table


def at(table: Numbers | None, group: Group, end_s: int) -> float | None:
    """The number of a group at a moment, if it has one."""
    return table.get(group, {}).get(end_s) if table is not None else None


def crowd_problem(answer: Answer, by: Sequence[str]) -> str | None:
    """Why an answer cannot be read: several series at one moment where one is meant."""
    seen: set[tuple[Group, int]] = set()
    for series in series_of(answer):
        group = tuple(kept(series.labels, by).values())
        if any((group, end_s) in seen for end_s in series.points):
            return (
                "the query yields several series where one "
                f"{'for each group ' if by else ''}is meant: aggregate it, "
                "or name the labels that tell them apart in `by`"
            )
        seen.update((group, end_s) for end_s in series.points)
    return None


def native_hint(bound: ClassicBound | None) -> str:
    """What to add to the reason when a classic histogram is not there."""
    if bound is None:
        return ""
    return f"; if {bound.histogram} is a native histogram, say `native: true`"


def tally_of(part: float, total: float, *, part_is_good: bool, slicing: Slicing | None) -> Tally:
    """One slot's tally from its total and its good or bad part."""
    return sliced(slot_tally(part if part_is_good else total - part, total), slicing)


def is_count(events: float) -> bool:
    """Whether a number can be a count of events: more than this no ledger can add up."""
    return isfinite(events) and abs(events) <= MOST_EVENTS


def sliced(tally: Tally, slicing: Slicing | None) -> Tally:
    """The tally as its budgeting wants it: as it is, or as one slot, good, bad or between."""
    if slicing is None or tally.total == 0:
        return tally
    if slicing.target is None:
        return Tally(round(Decimal(tally.good) * MICRO / tally.total), MICRO, 1)
    is_good = tally.good >= slicing.target * tally.total
    return Tally(MICRO if is_good else 0, MICRO, 1)


def with_slots(tally: Tally, slots: float | None) -> Tally:
    """The tally of a whole hour, and how many of its slots were measured, where that is known."""
    return tally if slots is None else Tally(tally.good, tally.total, round(slots))


def recording(question: Question, told: Told, grid: Grid) -> Recording:
    """What is written down of an answer: facts where there are tallies, gaps elsewhere."""
    step_s = grid.step_s
    most = MOST_PER_HOUR if step_s == HOUR_S else MOST_PER_SLOT
    facts = tuple(
        Fact(dict(zip(question.by, group, strict=True)), Span(end_s - step_s, end_s), tally)
        for (group, end_s), tally in told.tallies.items()
        if tally.total <= most
    )
    found = {fact.span.end_s for fact in facts}
    reasons = {end_s: TOO_MANY for _, end_s in told.tallies} | dict(told.reasons)
    missing = ((end_s, reasons.get(end_s, told.otherwise)) for end_s in grid.ends)
    gaps = tuple(_joined(((end_s, why) for end_s, why in missing if end_s not in found), step_s))
    return Recording(question.asked, Span(grid.first_s - step_s, grid.last_s), facts, gaps)


def _joined(missing: Iterable[tuple[int, str]], step_s: int) -> Iterator[Gap]:
    """Neighbouring slots that are missing for the same reason, as one gap."""
    current: Gap | None = None
    for end_s, reason in missing:
        if current and current.span.end_s == end_s - step_s and current.reason == reason:
            current = Gap(Span(current.span.start_s, end_s), reason)
            continue
        if current:
            yield current
        current = Gap(Span(end_s - step_s, end_s), reason)
    if current:
        yield current
