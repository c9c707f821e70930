"""Stored runs as a table for people and as JSON, the newest first."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from slowatch.evaluate.wording import duration, moment
from slowatch.ledger.run_port import StoredRun
from slowatch.reports.readable import plain
from slowatch.reports.text import STYLES, made_console, made_table
from slowatch.verify.result import title_of

if TYPE_CHECKING:
    from rich.table import Table

VERSION = 1
NONE_YET = "no run like that is stored; `slowatch verify` stores what it judges"


def print_runs(runs: Sequence[StoredRun]) -> None:
    """Print a row for each run on standard output."""
    console = made_console()
    console.print(_table(runs, is_fitted=console.is_terminal) if runs else NONE_YET)


def runs_document(runs: Sequence[StoredRun]) -> dict[str, object]:
    """The runs as JSON, as `slowatch runs --json` prints them."""
    return {"version": VERSION, "runs": [run_document(run) for run in runs]}


def run_document(run: StoredRun) -> dict[str, object]:
    """What is known of a run without its lines."""
    return {
        "id": run.id,
        "run": run_title(run),
        "service": run.service,
        "name": run.name,
        "verdict": run.verdict,
        "span": {
            "start": moment(run.start_s),
            "end": moment(run.end_s),
            "length_s": run.end_s - run.start_s,
        },
        "is_baseline": run.is_baseline,
        "created": moment(run.created_s),
        "digest": run.digest,
    }


def run_title(run: StoredRun) -> str:
    """What people call it."""
    return title_of(run.service, run.name)


def _table(runs: Sequence[StoredRun], *, is_fitted: bool) -> "Table":
    from rich.text import Text

    table = made_table(is_fitted=is_fitted)
    table.add_column("id", justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    table.add_column("run", ratio=1, overflow="fold", no_wrap=not is_fitted)
    table.add_column("began, UTC", no_wrap=True)
    table.add_column("length", justify="right", no_wrap=True)
    table.add_column("", no_wrap=True)
    for run in runs:
        table.add_row(
            str(run.id),
            Text(run.verdict, style=STYLES[run.verdict]),
            Text(plain(run_title(run))),
            moment(run.start_s).replace("T", " ").removesuffix("Z"),
            duration(run.end_s - run.start_s),
            "baseline" if run.is_baseline else "",
        )
    return table
