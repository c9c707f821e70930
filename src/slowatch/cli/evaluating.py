"""`slowatch evaluate`: one look at the windows that end at a moment."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack, closing
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.durations import moment_of
from slowatch.cli.specs import usable_specs

if TYPE_CHECKING:
    from slowatch.api.entries import SloAnswer


def evaluate_once(config: Path | None, *, at: str | None, as_json: bool, **flags: object) -> int:
    """Ask for all windows, judge, print; the exit code."""
    from slowatch.api.entries import slo_answer
    from slowatch.app.logs import set_up_logs
    from slowatch.app.settings import read_settings
    from slowatch.evaluate.measuring import Measuring
    from slowatch.evaluate.oneshot import evaluate_at
    from slowatch.evaluate.watch import Watch
    from slowatch.ledger.ledger import Ledger
    from slowatch.slo.slot import floor_to, settled_end
    from slowatch.source.asking import Asker
    from slowatch.source.discovery import DEFAULT_SCRAPE_S, retention_s, scrape_interval_s

    settings = read_settings(config, **flags)
    set_up_logs("warning", settings.log_format)
    reading = usable_specs(settings.rules)
    connection = settings.connection()
    scrape_s = settings.scrape_interval or scrape_interval_s(connection) or DEFAULT_SCRAPE_S
    end_s = (
        floor_to(moment_of(at), settings.slot)
        if at is not None
        else settled_end(time.time(), settings.slot, settings.settle)
    )
    with ExitStack() as stack:
        asker = stack.enter_context(closing(Asker(connection)))
        ledger = stack.enter_context(Ledger.open(settings.ledger_address))
        measuring = Measuring(asker, scrape_s=scrape_s)
        retention = retention_s(asker)
        watch = Watch(reading.slos, ledger, measuring, slot_s=settings.slot)
        watch.oldest_s = int(time.time()) - retention if retention is not None else 0
        statuses = evaluate_at(watch, end_s, progress=_progress())
    _print(slo_answer(statuses, end_s, time.time()), as_json=as_json)
    return 0


def _progress() -> Callable[[int], None]:
    """Says on a terminal how far back the windows are filled; is silent in a pipe."""
    if not sys.stderr.isatty():
        return lambda _oldest_s: None

    def tell(oldest_s: int) -> None:
        when = time.strftime("%Y-%m-%d %H:%M", time.gmtime(oldest_s))
        sys.stderr.write(f"\rfilled back to {when} UTC ")
        sys.stderr.flush()

    return tell


def _print(answer: "SloAnswer", *, as_json: bool) -> None:
    if sys.stderr.isatty():
        sys.stderr.write("\r\033[K")
    if as_json:
        sys.stdout.write(answer.model_dump_json(indent=2) + "\n")
        return
    from rich.console import Console

    from slowatch.terminal.table import slo_table

    Console(highlight=False).print(slo_table(answer.model_dump()))
