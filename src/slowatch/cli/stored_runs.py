"""What `slowatch runs` does with the ledger that runs are stored in."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.configured import configured
from slowatch.cli.failing import CannotRun
from slowatch.cli.reporting import Outputs, print_json, report
from slowatch.slo.verdict import WORST_FIRST

if TYPE_CHECKING:
    from slowatch.ledger.ledger import Ledger
    from slowatch.ledger.run_port import StoredRun
    from slowatch.verify.result import Judged


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which runs are wanted; None stands for any."""

    service: str | None
    name: str | None
    verdict: str | None
    most: int


@contextmanager
def opened(
    config: Path | None, state: str | None, *, is_changed: bool = False
) -> "Iterator[Ledger]":
    """The ledger of the settings, to read it or to change it; none is made. Raises CannotRun."""
    from slowatch.ledger.address import describe, is_there, parse_address
    from slowatch.ledger.ledger import Ledger

    address = configured(config, state=state).ledger_address
    url = parse_address(address)
    ledger: Ledger | None = None
    if is_there(url):
        ledger = Ledger.open(address) if is_changed else Ledger.open_to_read(address)
    if ledger is None:
        message = f"there is no ledger at {describe(url)}; `slowatch verify` stores runs"
        raise CannotRun(f"{message}, and --state says where they are")
    with ledger:
        yield ledger


def list_runs(ledger: "Ledger", chosen: Chosen, *, as_json: bool) -> None:
    """Print the runs that are wanted, newest first. Raises CannotRun for a strange verdict."""
    from slowatch.reports.run_table import print_runs, runs_document

    if chosen.verdict not in (None, *WORST_FIRST):
        raise CannotRun(f"--verdict {chosen.verdict}: write one of {', '.join(WORST_FIRST)}")
    service, name = chosen.service, chosen.name
    if name and "/" in name:
        service, name = name.split("/", 1)
    found = ledger.runs(service, name, chosen.verdict, chosen.most)
    if as_json:
        print_json(runs_document(found))
    else:
        print_runs(found)


def show_run(ledger: "Ledger", run_id: int, outputs: Outputs) -> None:
    """Print a stored run, and write the reports that are wanted. Raises CannotRun."""
    outputs.check_folders()
    report(_judged(ledger, run_id), outputs)


def compare_runs(ledger: "Ledger", first_id: int, second_id: int, *, as_json: bool) -> None:
    """Print two stored runs side by side. Raises CannotRun."""
    from slowatch.reports.comparison import comparison_document, print_comparison

    first, second = _judged(ledger, first_id), _judged(ledger, second_id)
    if as_json:
        print_json(comparison_document(first, second))
    else:
        print_comparison(first, second)


def mark_run(ledger: "Ledger", run_id: int) -> None:
    """Make a run the baseline of its name. Raises CannotRun."""
    from slowatch.reports.run_table import run_title

    run = _stored(ledger, run_id)
    ledger.mark_baseline(run_id)
    sys.stdout.write(f"run {run_id} is the baseline of {run_title(run)} now\n")


def unmark_run(ledger: "Ledger", run_id: int) -> None:
    """Make a run a baseline no more. Raises CannotRun."""
    if not _stored(ledger, run_id).is_baseline:
        sys.stdout.write(f"run {run_id} was not marked\n")
        return
    ledger.unmark_baseline(run_id)
    sys.stdout.write(f"run {run_id} is marked no more; the newest run that passed counts\n")


def _stored(ledger: "Ledger", run_id: int) -> "StoredRun":
    run = ledger.run(run_id)
    if run is None:
        raise _unknown(ledger, run_id)
    return run


def _judged(ledger: "Ledger", run_id: int) -> "Judged":
    from slowatch.verify.document import judged_of

    documents = ledger.run_document(run_id)
    if documents is None:
        raise _unknown(ledger, run_id)
    return replace(judged_of(json.loads(documents[0])), id=run_id)


def _unknown(ledger: "Ledger", run_id: int) -> CannotRun:
    return CannotRun(f"no run {run_id} in {ledger.name}; `slowatch runs` lists those there are")
