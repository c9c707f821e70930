"""Checking SLOs against a live Prometheus: what would have no data, and why."""

import time
from collections.abc import Sequence
from contextlib import closing

from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.question import question_of
from slowatch.ledger.port import Recording
from slowatch.slo.slot import settled_end
from slowatch.slo.tally import MICRO
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.discovery import DEFAULT_SCRAPE_S, scrape_interval_s
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.problem import Problem

CODE = "no-live-data"


def check_live(
    slos: Sequence[CompiledSlo],
    connection: Connection,
    *,
    slot_s: int,
    settle_s: float,
    scrape_s: int | None,
) -> list[Problem]:
    """A problem for each SLO that Prometheus cannot answer for now. Raises SourceError.

    An objective that a single event would break at the traffic of now is warned of.
    `scrape_s` is the scrape interval of the targets; discovered where it is None.
    """
    questions = {slo.id: question_of(slo, slot_s) for slo in slos}
    distinct = list({question.key: question for question in questions.values()}.values())
    end_s = settled_end(time.time(), slot_s, settle_s)
    with closing(Asker(connection)) as asker:
        scrape_s = scrape_s or scrape_interval_s(connection) or DEFAULT_SCRAPE_S
        grid = Grid(end_s, end_s, slot_s)
        recordings = Measuring(asker, scrape_s=scrape_s).measure(distinct, grid)
    found = {recording.asked.key: recording for recording in recordings}
    told = (_told(slo, found[questions[slo.id].key], slot_s) for slo in slos)
    return [problem for problem in told if problem is not None]


def _told(slo: CompiledSlo, recording: Recording, slot_s: int) -> Problem | None:
    if recording.gaps:
        message = f"{slo.name} has no data now: {recording.gaps[-1].reason}"
        return Problem(slo.path, slo.line, 1, CODE, message)
    events = max((fact.tally.total / MICRO for fact in recording.facts), default=0.0)
    expected = events * (slo.window.nominal_length_s // slot_s)
    is_counted = not slo.is_by_slots
    if is_counted and 0 < float(slo.objective.budget_ratio) * expected < 1:
        message = f"{slo.name} has about {expected:,.0f} events in its window as it goes now, and"
        message = f"{message} one bad one breaks the objective: lower it, or take a longer window"
        return Problem(slo.path, slo.line, 1, "objective-too-tight", message, "warning")
    return None
