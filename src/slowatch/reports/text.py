"""A verdict on a terminal, from 80 columns on, or as plain lines in a pipe."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from slowatch.reports.bounds import change_words, interval_words, limit_words, measured_words
from slowatch.reports.readable import readable
from slowatch.reports.saying import said
from slowatch.reports.shown import (
    count_verdicts,
    facts,
    full_name,
    is_to_be_read,
    worst_first,
)
from slowatch.slo.verdict import Verdict

if TYPE_CHECKING:
    from rich.console import Console, RenderableType
    from rich.table import Table
    from rich.text import Text

    from slowatch.verify.result import Judged, Line

STYLES: dict[Verdict, str] = {
    "fail": "bold red",
    "inconclusive": "magenta",
    "warn": "yellow",
    "pass": "green",
}
ROOMY = 110
"""Columns from which on an interval stands beside its number."""
_WIDE = 1000


def print_judged(judged: "Judged") -> None:
    """Print a verdict on standard output: the head, a row for each line, and what went wrong.

    A pipe gets each row on one line, as wide as it is.
    """
    write_judged(judged, made_console())


def write_judged(judged: "Judged", console: "Console") -> None:
    """Write a verdict to a console."""
    shown = readable(judged)
    for text in _head(shown):
        console.print(text, soft_wrap=not console.is_terminal)
    if shown.lines:
        console.print()
        console.print(_table(shown, console))
    for line in worst_first(shown.lines):
        if is_to_be_read(line):
            console.print()
            for part in _details(line):
                console.print(part, soft_wrap=not console.is_terminal)


def made_console() -> "Console":
    """Standard output, where everything is shown as it is written; a pipe is very wide."""
    from rich.console import Console

    console = Console(highlight=False, markup=False, emoji=False)
    if console.is_terminal:
        return console
    return Console(highlight=False, markup=False, emoji=False, width=_WIDE)


def made_table(*, is_fitted: bool) -> "Table":
    """A table without columns yet, as wide as the terminal or as what is in it."""
    from rich import box
    from rich.table import Table

    return Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, expand=is_fitted)


def _head(judged: "Judged") -> "Iterator[RenderableType]":
    from rich.text import Text

    style = STYLES[judged.verdict]
    nfr = f"  {judged.nfr}" if judged.nfr else ""
    title = (f" {judged.verdict.upper()} ", f"{style} reverse"), f"  {judged.title}", (nfr, "dim")
    yield Text.assemble(*title, style="bold")
    if judged.description:
        yield Text(judged.description)
    yield Text(" · ".join(_facts(judged)), style="dim")
    yield Text(count_verdicts(judged.lines))
    for notice in judged.notices:
        style = STYLES["inconclusive"] if notice.blocks else STYLES["warn"]
        yield Text(f"! {notice.text}", style=style)


def _facts(judged: "Judged") -> Iterator[str]:
    for fact in facts(judged):
        yield fact.told if fact.what == "When" else f"{fact.what.lower()} {fact.told}"


def _table(judged: "Judged", console: "Console") -> "Table":
    from rich.text import Text

    is_roomy = not console.is_terminal or console.width >= ROOMY
    table = made_table(is_fitted=console.is_terminal)
    table.add_column("verdict", no_wrap=True)
    if any(line.nfr for line in judged.lines):
        table.add_column("NFR", overflow="fold", max_width=12 if console.is_terminal else None)
    table.add_column("check", ratio=1, overflow="fold", no_wrap=not console.is_terminal)
    table.add_column("measured", justify="right", no_wrap=True)
    table.add_column("bound", no_wrap=True)
    table.add_column("change", justify="right", no_wrap=True)
    for line in worst_first(judged.lines):
        cells = [Text(line.verdict, style=STYLES[line.verdict])]
        if len(table.columns) == 6:
            cells.append(Text(line.nfr or "", style="dim"))
        cells += [_name(line), _measured(line, is_roomy=is_roomy)]
        table.add_row(*cells, Text(limit_words(line)), Text(change_words(line)))
    return table


def _name(line: "Line") -> "Text":
    from rich.text import Text

    group = full_name(line).removeprefix(line.name)
    return Text.assemble((line.name, "bold" if line.verdict == "fail" else ""), (group, "cyan"))


def _measured(line: "Line", *, is_roomy: bool) -> "Text":
    from rich.text import Text

    between = interval_words(line)
    if not between or (line.verdict == "pass" and not is_roomy):
        return Text(measured_words(line))
    apart = f" ({between})" if is_roomy else f"\n{between}"
    return Text.assemble(measured_words(line), (apart, "dim"))


def _details(line: "Line") -> "Iterator[RenderableType]":
    from rich.padding import Padding
    from rich.text import Text

    yield Text.assemble((line.verdict, STYLES[line.verdict]), " ", _name(line))
    for part in said(line):
        yield Padding(Text(part), (0, 0, 0, 2), expand=False)
