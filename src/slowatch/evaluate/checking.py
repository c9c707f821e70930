"""Checking SLOs against a live Prometheus: what would have no data, and why."""

import time
from collections.abc import Sequence
from contextlib import closing

from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.question import question_of
from slowatch.slo.slot import settled_end
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

    `scrape_s` is the scrape interval of the targets; discovered where it is None.
    """
    questions = {slo.id: question_of(slo, slot_s) for slo in slos}
    distinct = list({question.key: question for question in questions.values()}.values())
    end_s = settled_end(time.time(), slot_s, settle_s)
    with closing(Asker(connection)) as asker:
        scrape_s = scrape_s or scrape_interval_s(connection) or DEFAULT_SCRAPE_S
        grid = Grid(end_s, end_s, slot_s)
        recordings = Measuring(asker, scrape_s=scrape_s).measure(distinct, grid)
    reasons = {r.asked.key: r.gaps[-1].reason for r in recordings if r.gaps}
    return [
        Problem(slo.path, slo.line, 1, CODE, f"{slo.name} has no data now: {reason}")
        for slo in slos
        if (reason := reasons.get(questions[slo.id].key)) is not None
    ]
