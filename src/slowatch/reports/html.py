"""A verdict as one HTML file that needs nothing else: no script, no request, light and dark."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING

from slowatch import __version__
from slowatch.evaluate.wording import duration, group_text
from slowatch.reports.bounds import (
    baseline_words,
    bound_words,
    change_words,
    interval_words,
    limit_words,
    measured_words,
)
from slowatch.reports.charts import Chart, chart
from slowatch.reports.figures import change_interval_figure, figure
from slowatch.reports.readable import readable
from slowatch.reports.shown import VERDICT_WORDS, Fact, count_verdicts, facts, worst_first
from slowatch.slo.figures import NOTHING
from slowatch.slo.verdict import Verdict
from slowatch.verify.result import Judged, Line, PlayedPhase

if TYPE_CHECKING:
    from jinja2 import Environment

ICONS: dict[Verdict, str] = {
    "pass": "✓",
    "warn": "!",
    "fail": "✕",
    "inconclusive": "?",
}
MOST_OPEN = 20
"""Lines that did not pass and are shown open; more would be too much to read at once."""


@dataclass(frozen=True, slots=True)
class Share:
    """A row of what contributed: its label, and its shares as words and as widths."""

    label: str
    bad: str
    total: str
    bad_wide: str
    total_wide: str


@dataclass(frozen=True, slots=True)
class Row:
    """A line as people see it."""

    anchor: str
    verdict: Verdict
    nfr: str
    name: str
    group: str
    description: str
    measured: str
    interval: str
    limit: str
    change: str
    reason: str
    facts: Sequence[Fact]
    shares: Sequence[Share]
    chart: Chart | None


def html(judged: Judged) -> str:
    """The whole page, as text."""
    shown = readable(judged)
    rows = [_row(at, line, shown) for at, line in enumerate(worst_first(shown.lines), 1)]
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return (
        _environment()
        .get_template("report.html")
        .render(
            run=shown,
            word=VERDICT_WORDS[shown.verdict],
            counts=count_verdicts(shown.lines),
            facts=[*facts(shown), *_digest(shown)],
            phases=[_phase(one) for one in shown.phases],
            rows=rows,
            open=[row for row in rows if row.verdict != "pass"],
            passed=[row for row in rows if row.verdict == "pass"],
            most_open=MOST_OPEN,
            icons=ICONS,
            style=style,
            style_digest=digest,
            version=__version__,
        )
    )


@cache
def _environment() -> "Environment":
    """The template; everything in it is escaped unless it is said to be HTML."""
    from jinja2 import Environment, PackageLoader, StrictUndefined

    return Environment(
        loader=PackageLoader("slowatch.reports"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


@cache
def _style() -> str:
    path = files("slowatch.reports").joinpath("templates", "report.css")
    return path.read_text(encoding="utf-8")


def _row(at: int, line: Line, judged: Judged) -> Row:
    return Row(
        anchor=f"check-{at}",
        verdict=line.verdict,
        nfr=line.nfr or "",
        name=line.name,
        group=group_text(line.group),
        description=line.description,
        measured=measured_words(line),
        interval=interval_words(line),
        limit=limit_words(line),
        change=change_words(line),
        reason=line.reason or "",
        facts=_line_facts(line),
        shares=[
            Share(
                f"{one.label}={one.value}",
                figure(one.bad_share, "ratio"),
                figure(one.total_share, "ratio"),
                _wide(one.bad_share),
                _wide(one.total_share),
            )
            for one in line.contributors
        ],
        chart=chart(line, judged),
    )


def _line_facts(line: Line) -> list[Fact]:
    between = interval_words(line)
    lies = change_interval_figure(line.change_interval)
    change = change_words(line)
    events = NOTHING if line.events is None else figure(line.events, "events")
    found = (
        ("Measured", f"{measured_words(line)} ({between})" if between else measured_words(line)),
        ("Bound", bound_words(line)),
        ("Baseline", baseline_words(line)),
        ("Change", f"{change} ({lies})" if lies else change),
        ("Rests on", "" if events == NOTHING else f"{events} events or values"),
    )
    return [Fact(what, told) for what, told in found if told not in ("", NOTHING)]


def _phase(phase: PlayedPhase) -> str:
    users = "" if phase.users is None else f", {phase.users:,} users at its end"
    return f"{phase.name}: {duration(phase.span.length_s)}{users}"


def _digest(judged: Judged) -> list[Fact]:
    return [Fact("Checks", judged.digest[:12])] if judged.digest else []


def _wide(share: float) -> str:
    return f"{min(1.0, max(0.0, share)) * 100:.1f}%"
