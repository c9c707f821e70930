"""Showing the answers as they come: a live table on a terminal, a line per slot on a pipe."""

import contextlib
import time
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from slowatch.slo.figures import burn
from slowatch.terminal.table import count_firing, count_states, slo_rows, slo_table

if TYPE_CHECKING:
    from rich.console import Console
    from rich.text import Text

Show = Callable[[Mapping[str, object], str], None]
"""Shows an answer, and in a word what goes wrong in the play at the moment."""

LINE_EVERY_S = 10.0
MOST_ROWS = 25
LINES_AROUND_TABLE = 10


@contextlib.contextmanager
def display(console: "Console") -> Iterator[Show]:
    """What to call with every answer, fit for where the console writes to."""
    if not console.is_terminal:
        yield _lines(console)
        return
    from rich.console import Group
    from rich.live import Live

    rows = max(3, min(MOST_ROWS, console.height - LINES_AROUND_TABLE))
    with Live(console=console, auto_refresh=False) as live:
        yield lambda answer, play: live.update(
            Group(slo_table(answer, rows=rows), *_below(answer, play)), refresh=True
        )


def line(answer: Mapping[str, object], play: str) -> str:
    """An answer in a line: how many SLOs are in which state, which burns worst, what fires."""
    rows = slo_rows(answer)
    told = count_states(rows)
    if rows and rows[0].state not in {"ok", "no_data"}:
        worst = rows[0]
        told += f"; worst: {worst.full_name}, 5m burn {burn(worst.burn_5m)}"
    return f"{told}; {count_firing(rows)}; the play: {play}"


def _below(answer: Mapping[str, object], play: str) -> "Iterator[Text]":
    from rich.text import Text

    for told in (count_firing(slo_rows(answer)), f"the play: {play}"):
        yield Text(told, overflow="ellipsis", no_wrap=True)


def _lines(console: "Console") -> Show:
    next_s = 0.0

    def show(answer: Mapping[str, object], play: str) -> None:
        nonlocal next_s
        if time.monotonic() >= next_s:
            next_s = time.monotonic() + LINE_EVERY_S
            console.print(
                time.strftime("%H:%M:%S"), line(answer, play), markup=False, soft_wrap=True
            )

    return show
