"""Checking runs against a live Prometheus: which of their checks would have no data, and why."""

import time
from collections.abc import Iterator, Sequence
from contextlib import closing

from slowatch.evaluate.checking import CODE
from slowatch.evaluate.measuring import Measuring
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.discovery import DEFAULT_SCRAPE_S, scrape_interval_s
from slowatch.spec.compiled_runs import CompiledRun
from slowatch.spec.problem import Problem
from slowatch.verify.asked import Rows, Subject
from slowatch.verify.measuring import RunMeasuring
from slowatch.verify.validity import unknown_labels

ASKED_S = 60


def check_runs_live(
    runs: Sequence[CompiledRun],
    source: str,
    connection: Connection,
    *,
    settle_s: float,
    scrape_s: int | None,
) -> list[Problem]:
    """A problem for each check that a source cannot answer for now. Raises SourceError.

    That nothing happens now is none. `scrape_s` is the scrape interval of the targets; discovered
    where it is None.
    """
    asked = {
        (run, check.name): Subject.of(check)
        for run in runs
        for check in (*run.checks, *run.requires)
        if check.source == source
    }
    if not asked:
        return []
    end_s = int(time.time() - settle_s)
    with closing(Asker(connection)) as asker:
        scrape_s = scrape_s or scrape_interval_s(connection) or DEFAULT_SCRAPE_S
        measuring = RunMeasuring({source: Measuring(asker, scrape_s=scrape_s)}, confidence=0.95)
        length_s = max(ASKED_S, 4 * scrape_s)
        rows = measuring.rows(list(dict.fromkeys(asked.values())), Grid(end_s, end_s, length_s))
    return [
        Problem(run.path, run.line, 1, CODE, f"{run.name}: {name} {wrong}")
        for (run, name), subject in asked.items()
        for wrong in _wrong(subject, rows[subject])
    ]


def _wrong(subject: Subject, rows: Rows) -> Iterator[str]:
    """What is wrong with what a check was told."""
    if rows.reason is not None:
        yield f"has no data now: {rows.reason}"
    for label in unknown_labels(subject.by, rows.by_group):
        yield f"is told apart by `{label}`, and nothing that it measures has that label now"
