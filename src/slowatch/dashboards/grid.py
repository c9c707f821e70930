"""Where panels stand: lines of panels that share the 24 columns, below each other, and rows."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from grafana_foundation_sdk.models.dashboard import GridPos, Panel, RowPanel

from slowatch.dashboards.identity import panel_ids
from slowatch.dashboards.panels import Drawn

COLUMNS = 24
_ROW_H = 1


@dataclass(frozen=True, slots=True)
class Line:
    """Panels side by side, all as wide, `height` grid units high."""

    height: int
    panels: tuple[Drawn, ...]


@dataclass(frozen=True, slots=True)
class Row:
    """Lines under a title that can be folded away; without a title, lines that are always there."""

    key: str
    title: str | None
    lines: tuple[Line, ...]
    is_collapsed: bool = False


def placed(rows: Sequence[Row]) -> list[Panel | RowPanel]:
    """All panels with their ids and places; those of a folded row stand within it."""
    keys = list(_keys(rows))
    ids = dict(zip(keys, panel_ids(keys), strict=True))
    found: list[Panel | RowPanel] = []
    y = 0
    for row in rows:
        inner_y = y if row.title is None else y + _ROW_H
        inner, end_y = _placed_lines(row, inner_y, ids)
        if row.title is not None:
            found.append(_header(row, GridPos(x=0, y=y, w=COLUMNS, h=_ROW_H), inner, ids))
        if not row.is_collapsed:
            found.extend(inner)
        y = inner_y if row.is_collapsed else end_y
    return found


def _placed_lines(row: Row, y: int, ids: Mapping[str, int]) -> tuple[list[Panel], int]:
    panels: list[Panel] = []
    for line in row.lines:
        width = COLUMNS // len(line.panels)
        for at, drawn in enumerate(line.panels):
            drawn.panel.grid_pos = GridPos(x=at * width, y=y, w=width, h=line.height)
            drawn.panel.id_val = ids[_panel_key(row, drawn)]
            panels.append(drawn.panel)
        y += line.height
    return panels, y


def _header(row: Row, place: GridPos, inner: list[Panel], ids: Mapping[str, int]) -> RowPanel:
    return RowPanel(
        title=row.title,
        id_val=ids[row.key],
        collapsed=row.is_collapsed,
        grid_pos=place,
        panels=inner if row.is_collapsed else [],
    )


def _keys(rows: Sequence[Row]) -> Iterator[str]:
    """What panels and rows are told apart by; those of an SLO begin with its name."""
    for row in rows:
        yield row.key
        for line in row.lines:
            for drawn in line.panels:
                yield _panel_key(row, drawn)


def _panel_key(row: Row, drawn: Drawn) -> str:
    return f"{row.key}/{drawn.key}"
