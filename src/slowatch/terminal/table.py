"""The `/slo` answer as a table for people: the worst rows first, in colour and in words."""

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Self

from slowatch.slo.figures import (
    NOTHING,
    budget_left,
    burn,
    compliance,
    coverage,
    objective_percent,
)

if TYPE_CHECKING:
    from rich.table import Table
    from rich.text import Text

_WIDE = 1000
STATE_STYLES = {
    "exhausted": "red",
    "page": "bold red",
    "ticket": "yellow",
    "no_data": "dim",
    "ok": "green",
}


@dataclass(frozen=True, slots=True)
class Row:
    """What people are shown of one entry of the answer; ratios and burn rates as they came.

    `firing` are its alerts, such as `ErrorBudgetBurn (page)`.
    """

    state: str
    service: str
    name: str
    group: Mapping[str, str]
    objective: Decimal
    compliance_ratio: float | None
    remaining_ratio: float | None
    burn_5m: float | None
    burn_1h: float | None
    coverage_ratio: float | None
    reason: str | None
    firing: tuple[str, ...] = ()

    @classmethod
    def of(cls, entry: Mapping[str, object]) -> Self:
        """The row of one entry of `slos`."""
        burn_rates = _mapping(entry.get("burn_rates"))
        reason = entry.get("reason")
        return cls(
            state=str(entry["state"]),
            service=str(entry["service"]),
            name=str(entry["name"]),
            group={key: str(value) for key, value in _mapping(entry.get("group")).items()},
            objective=Decimal(str(entry["objective"])),
            compliance_ratio=_number(entry.get("compliance_ratio")),
            remaining_ratio=_number(_mapping(entry.get("error_budget")).get("remaining_ratio")),
            burn_5m=_number(burn_rates.get("5m")),
            burn_1h=_number(burn_rates.get("1h")),
            coverage_ratio=_number(entry.get("coverage_ratio")),
            reason=None if reason is None else str(reason),
            firing=tuple(_firing(entry.get("alerts"))),
        )

    @property
    def full_name(self) -> str:
        """Service, name and group: `shop/checkout region=eu`."""
        group = "".join(f" {label}={value}" for label, value in self.group.items())
        return f"{self.service}/{self.name}{group}"


def print_answer(answer: Mapping[str, object]) -> None:
    """Print the answer once, on standard output: all SLOs, and below them alerts and reasons.

    A pipe gets the rows as wide as they are: nothing is cut, and nothing filled up.
    """
    from rich.console import Console

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=_WIDE)
    console.print(slo_table(answer, is_fitted=console.is_terminal))
    rows = slo_rows(answer)
    firing = _by_text((f"{alert} fires", row) for row in rows for alert in row.firing)
    reasons = _by_text((row.reason, row) for row in rows if row.reason)
    for text, names in (*firing.items(), *reasons.items()):
        console.print(f"\n{text}:\n  {', '.join(names)}", markup=False, soft_wrap=True)


def slo_table(
    answer: Mapping[str, object], *, rows: int | None = None, is_fitted: bool = True
) -> "Table":
    """The answer's SLOs in its own order, the first `rows` of them where given.

    Fitted, it is made for 80 columns and up: where space is short, the ends of the reason and of
    the service's name go first.
    """
    from rich import box
    from rich.table import Table

    entries = slo_rows(answer)
    shown = entries if rows is None else entries[:rows]
    table = Table(box=box.SIMPLE_HEAD, padding=0, show_edge=False, expand=is_fitted)
    table.title = count_states(entries)
    table.caption = _caption(answer, hidden=len(entries) - len(shown))
    table.title_justify = table.caption_justify = "left"
    table.title_style = table.caption_style = ""
    _add_columns(table)
    for row in shown:
        table.add_row(*_cells(row))
    return table


def _by_text(told: Iterable[tuple[str, Row]]) -> Mapping[str, list[str]]:
    """The SLOs by what is told of them, in the order in which it first comes."""
    found: dict[str, list[str]] = {}
    for text, row in told:
        found.setdefault(text, []).append(row.full_name)
    return found


def slo_rows(answer: Mapping[str, object]) -> list[Row]:
    """The rows of the answer, in its order."""
    entries = answer.get("slos")
    if not isinstance(entries, Sequence):
        return []
    return [Row.of(_mapping(entry)) for entry in entries]


def count_states(rows: Sequence[Row]) -> str:
    """How many rows are in which state, worst first: `79 SLOs: 1 page, 78 ok`."""
    counts = Counter(row.state for row in rows)
    known = [state for state in STATE_STYLES if counts[state]]
    others = sorted(counts.keys() - STATE_STYLES.keys())
    told = ", ".join(f"{counts[state]} {_word(state)}" for state in (*known, *others))
    noun = "SLO" if len(rows) == 1 else "SLOs"
    return f"{len(rows)} {noun}: {told}" if rows else "no SLOs yet"


def count_firing(rows: Sequence[Row]) -> str:
    """How many alerts fire, and one of them: a page where there is any, of the worst row."""
    every = [(alert, row) for row in rows for alert in row.firing]
    if not every:
        return "no alert fires"
    alert, row = next((one for one in every if one[0].endswith("(page)")), every[0])
    told = f"{alert} {row.full_name}"
    return f"{len(every)} alerts fire: {told} …" if len(every) > 1 else f"1 alert fires: {told}"


def _add_columns(table: "Table") -> None:
    table.add_column("state", no_wrap=True, width=max(map(len, STATE_STYLES)))
    table.add_column("SLO", no_wrap=True, overflow="ellipsis", ratio=1)
    for header, width in (("objective", 9), ("compliance", 10), ("budget", 6)):
        table.add_column(header, justify="right", no_wrap=True, min_width=width)
    for header in ("burn\n5m", "burn\n1h"):
        table.add_column(header, justify="right", no_wrap=True, min_width=4)
    table.add_column("cov.", justify="right", no_wrap=True, min_width=4)


def _caption(answer: Mapping[str, object], *, hidden: int) -> str:
    as_of = f"as of {answer.get('as_of') or NOTHING}"
    return f"and {hidden} more, {as_of}" if hidden else as_of


def _cells(row: Row) -> "list[str | Text]":
    from rich.text import Text

    return [
        Text(_word(row.state), style=STATE_STYLES.get(row.state, "")),
        _name(row),
        objective_percent(row.objective),
        compliance(row.compliance_ratio, row.objective),
        budget_left(row.remaining_ratio),
        burn(row.burn_5m),
        burn(row.burn_1h),
        coverage(row.coverage_ratio),
    ]


def _name(row: Row) -> "Text":
    from rich.text import Text

    group = "".join(f" {label}={value}" for label, value in row.group.items())
    rest = f" · {row.service}" + (f" ({row.reason})" if row.reason else "")
    return Text.assemble((row.name, "bold"), (group, "cyan"), (rest, "dim"))


def _word(state: str) -> str:
    return state.replace("_", " ")


def _firing(alerts: object) -> Iterator[str]:
    for alert in map(_mapping, alerts if isinstance(alerts, Sequence) else ()):
        if alert.get("state") == "firing":
            yield f"{alert.get('alert')} ({alert.get('severity')})"


def _mapping(value: object) -> Mapping[str, object]:
    return value if isinstance(value, Mapping) else {}


def _number(value: object) -> float | None:
    """A finite number, or None: what is not one must not look like one."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return None
    return float(value) if math.isfinite(value) else None
