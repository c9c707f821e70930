"""What every report says of a run: its title and facts, and its lines, worst first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from slowatch.evaluate.wording import duration, group_text
from slowatch.reports.figures import figure
from slowatch.slo.slot import Span
from slowatch.slo.verdict import WORST_FIRST, Verdict
from slowatch.verify.result import Judged, Line

VERDICT_WORDS: dict[Verdict, str] = {
    "pass": "passed",
    "warn": "passed with a warning",
    "fail": "failed",
    "inconclusive": "inconclusive",
}


@dataclass(frozen=True, slots=True)
class Fact:
    """Something to know of a run: what it is, and how it is."""

    what: str
    told: str


def worst_first(lines: Sequence[Line]) -> list[Line]:
    """The lines by their verdict, and as they were declared where that is the same."""
    return sorted(lines, key=lambda line: WORST_FIRST.index(line.verdict))


def count_verdicts(lines: Sequence[Line]) -> str:
    """How many checks came to what, worst first: `14 checks: 1 fail, 13 pass`."""
    if not lines:
        return "no checks"
    verdicts = [line.verdict for line in lines]
    told = (f"{verdicts.count(one)} {one}" for one in WORST_FIRST if one in verdicts)
    return f"{len(lines)} {'check' if len(lines) == 1 else 'checks'}: {', '.join(told)}"


def full_name(line: Line) -> str:
    """A check and its group: `analyze-p95 route=/reflection/analyze`."""
    return f"{line.name} {group_text(line.group)}" if line.group else line.name


def when(span: Span) -> str:
    """A stretch of time: `2026-11-21 09:37:00 – 09:42:00 UTC (5m)`."""  # noqa: RUF002
    return f"{_day(span.start_s)} {clocks(span)} UTC ({duration(span.length_s)})"


def clocks(span: Span) -> str:
    """A stretch of a day by the clock; with its last day where that is another."""
    is_same = _day(span.start_s) == _day(span.end_s)
    end = clock(span.end_s) if is_same else f"{_day(span.end_s)} {clock(span.end_s)}"
    return f"{clock(span.start_s)} – {end}"  # noqa: RUF001


def clock(at_s: float) -> str:
    """A moment of a day, UTC: `09:37:00`."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%H:%M:%S")


def facts(judged: Judged) -> list[Fact]:
    """When a run was, how long it counted, its load, and what else it was played with."""
    found = [Fact("When", when(judged.span))]
    if judged.judged_span != judged.span:
        cut = f"{clocks(judged.judged_span)} UTC ({duration(judged.judged_span.length_s)})"
        found.append(Fact("Judged", cut))
    if judged.users is not None:
        found.append(Fact("Load", f"{judged.users:,} {'user' if judged.users == 1 else 'users'}"))
    if judged.scale != 1:
        found.append(Fact("Scale", f"{judged.scale:g} of the load"))
    if judged.time_scale != 1:
        found.append(Fact("Time scale", f"{judged.time_scale:g} of the length"))
    found.append(Fact("Confidence", figure(judged.confidence, "ratio")))
    if judged.command:
        ended = "" if judged.exit_code is None else f" (exit code {judged.exit_code})"
        found.append(Fact("Command", " ".join(judged.command) + ended))
    if judged.id is not None:
        found.append(Fact("Stored as", f"run {judged.id}"))
    return found


def is_to_be_read(line: Line) -> bool:
    """Whether there is more to say of a line than its numbers."""
    return line.verdict != "pass" or line.reason is not None


def _day(at_s: float) -> str:
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%d")
