"""Two runs side by side: what each check of each group came to in both, and what changed."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from slowatch.reports.bounds import measured_words
from slowatch.reports.figures import change_figure
from slowatch.reports.readable import readable
from slowatch.reports.shown import full_name, when
from slowatch.reports.text import STYLES, made_console, made_table
from slowatch.slo.figures import NOTHING
from slowatch.verify.document import document_of
from slowatch.verify.result import Judged, Line

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

VERSION = 1
_OF_A_RUN = ("id", "run", "verdict", "span", "users", "scale", "digest")


@dataclass(frozen=True, slots=True)
class Pair:
    """A check of a group in two runs; None where a run has no such line."""

    first: Line | None
    second: Line | None

    @property
    def line(self) -> Line:
        """The one that there is, the second where there are both."""
        found = self.second or self.first
        assert found is not None  # noqa: S101  a pair is made of a line
        return found

    @property
    def change(self) -> float | None:
        """How far the second is from the first, relative to it; None where that says nothing."""
        first, second = self._measured(self.first), self._measured(self.second)
        if first is None or second is None or first == 0:
            return None
        change = (second - first) / abs(first)
        return change if math.isfinite(change) else None

    def _measured(self, line: Line | None) -> float | None:
        return line.measured if line is not None and line.unit == self.line.unit else None


def pairs(first: Judged, second: Judged) -> list[Pair]:
    """All lines of two runs, as the second has them; what only the first has comes last."""
    before, now = _by_key(first), _by_key(second)
    keys = [*now, *(key for key in before if key not in now)]
    return [Pair(before.get(key), now.get(key)) for key in keys]


def comparison_document(first: Judged, second: Judged) -> dict[str, object]:
    """Two runs and their lines as JSON; null where a run has no such line or no number."""
    return {
        "version": VERSION,
        "first": _run_document(first),
        "second": _run_document(second),
        "lines": [_pair_document(pair) for pair in pairs(first, second)],
    }


def print_comparison(first: Judged, second: Judged) -> None:
    """Print both runs side by side on standard output."""
    first, second = readable(first), readable(second)
    console = made_console()
    for run in (first, second):
        console.print(_head(run), soft_wrap=not console.is_terminal)
    if first.title == second.title and first.digest != second.digest:
        console.print("their checks are not written alike", style="yellow")
    found = pairs(first, second)
    if found:
        console.print()
        console.print(_table(found, _name(first), _name(second), is_fitted=console.is_terminal))


def _by_key(judged: Judged) -> Mapping[object, Line]:
    return {(line.name, tuple(sorted(line.group.items()))): line for line in judged.lines}


def _run_document(judged: Judged) -> dict[str, object]:
    told = document_of(replace(judged, lines=())) | {"verdict": judged.verdict}
    return {name: told[name] for name in _OF_A_RUN}


def _pair_document(pair: Pair) -> dict[str, object]:
    first, second = pair.first, pair.second
    return {
        "check": pair.line.name,
        "nfr": pair.line.nfr,
        "group": dict(pair.line.group),
        "unit": pair.line.unit,
        "first": None if first is None else first.measured,
        "second": None if second is None else second.measured,
        "change": pair.change,
        "first_verdict": None if first is None else first.verdict,
        "second_verdict": None if second is None else second.verdict,
    }


def _head(judged: Judged) -> "Text":
    from rich.text import Text

    return Text.assemble(
        (f"{_name(judged)}  {judged.title}  ", "bold"),
        (judged.verdict, STYLES[judged.verdict]),
        (f"  {when(judged.span)}", "dim"),
    )


def _name(judged: Judged) -> str:
    return "run" if judged.id is None else f"run {judged.id}"


def _table(found: Sequence[Pair], first: str, second: str, *, is_fitted: bool) -> "Table":
    from rich.text import Text

    table = made_table(is_fitted=is_fitted)
    table.add_column("check", ratio=1, overflow="fold", no_wrap=not is_fitted)
    for header in (first, second, "change"):
        table.add_column(header, justify="right", no_wrap=True)
    table.add_column("verdict", no_wrap=True)
    for pair in found:
        group = full_name(pair.line).removeprefix(pair.line.name)
        table.add_row(
            Text.assemble(pair.line.name, (group, "cyan")),
            _measured(pair.first),
            _measured(pair.second),
            "" if pair.change is None else change_figure(pair.change),
            _verdicts(pair),
        )
    return table


def _measured(line: Line | None) -> str:
    return NOTHING if line is None else measured_words(line)


def _verdicts(pair: Pair) -> "Text":
    from rich.text import Text

    told = [line.verdict for line in (pair.first, pair.second) if line is not None]
    if len(told) == 2 and told[0] == told[1]:
        return Text(told[1], style=STYLES[told[1]])
    if len(told) == 2:
        return Text.assemble(told[0], " → ", (told[1], STYLES[told[1]]))
    return Text(f"{told[0]}, only {'before' if pair.second is None else 'now'}", style="dim")
