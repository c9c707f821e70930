"""`slowatch evaluate`: one look at the windows that end at a moment."""

import sys
import time
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.configured import configured
from slowatch.cli.durations import moment_of
from slowatch.cli.failing import CannotRun, left_at_once
from slowatch.cli.specs import usable_specs

if TYPE_CHECKING:
    from slowatch.api.entries import SloAnswer


def evaluate_once(config: Path | None, *, at: str | None, as_json: bool, **flags: object) -> int:
    """Ask for all windows, judge, print; the exit code."""
    from slowatch.api.entries import slo_answer
    from slowatch.app.asked_source import AskedSource
    from slowatch.app.logs import set_up_logs
    from slowatch.evaluate.oneshot import evaluate_at
    from slowatch.evaluate.watch import Watch
    from slowatch.ledger.ledger import Ledger

    settings = configured(config, **flags)
    end_s = _end_s(at, settings.slot, settings.settle)
    set_up_logs("warning", settings.log_format)
    reading = usable_specs(settings.rules, settings.all_sources.keys())
    wanted = {slo.source for slo in reading.slos}
    with ExitStack() as stack:
        sources = {
            name: AskedSource(name, source, now=time.time)
            for name, source in settings.all_sources.items()
            if name in wanted
        }
        for source in sources.values():
            stack.callback(source.close)
            source.discover_if_unknown()
        ledger = stack.enter_context(Ledger.open(settings.ledger_address))
        measuring = {name: source.measuring for name, source in sources.items()}
        watch = Watch(reading.slos, ledger, measuring, slot_s=settings.slot)
        watch.oldest_s = {name: source.oldest_s() or 0 for name, source in sources.items()}
        with left_at_once():
            statuses = evaluate_at(watch, end_s, progress=_progress())
    _print(slo_answer(statuses, end_s, time.time()), as_json=as_json)
    return 0


def _end_s(at: str | None, slot_s: int, settle_s: float) -> int:
    """The end of the windows: of a slot that has settled. Raises CannotRun for a future moment."""
    from slowatch.slo.slot import floor_to, settled_end

    newest_s = settled_end(time.time(), slot_s, settle_s)
    if at is None:
        return newest_s
    moment_s = moment_of(at)
    if moment_s > time.time():
        raise CannotRun(f"--at {at!r} lies in the future")
    return min(floor_to(moment_s, slot_s), newest_s)


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
    from slowatch.terminal.table import print_answer

    print_answer(answer.model_dump())
