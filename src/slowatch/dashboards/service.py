"""The dashboard of one service: a table of its SLOs, and a row for each of them."""

from collections.abc import Iterator, Sequence

from grafana_foundation_sdk.models.dashboard import Dashboard

from slowatch.dashboards.charts import (
    budget_chart,
    burn_chart,
    compliance_chart,
    events_chart,
    raw_chart,
)
from slowatch.dashboards.dashboard import Frame, dashboard
from slowatch.dashboards.figures import Figures
from slowatch.dashboards.grid import Line, Row
from slowatch.dashboards.identity import service_uid
from slowatch.dashboards.raw import raw_sli
from slowatch.dashboards.slo_table import service_table
from slowatch.dashboards.subject import Addresses, Subject
from slowatch.dashboards.tiles import tiles
from slowatch.dashboards.variables import alert_annotation
from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.units import duration_text

_MOST_OPEN = 5
_TILE_H, _CHART_H, _HEAD_H, _MOST_TABLE_H = 4, 8, 3, 14
_RANGES_S = (HOUR_S, 6 * HOUR_S, DAY_S, 3 * DAY_S, 7 * DAY_S)
_SHOWN_SHARE = 30


def service_dashboard(
    service: str, slos: Sequence[CompiledSlo], figures: Figures, addresses: Addresses
) -> Dashboard:
    """A service's SLOs, in the order of their names; many of them are folded away."""
    is_folded = len(slos) > _MOST_OPEN
    table = service_table(slos, figures, addresses)
    height = min(_HEAD_H + len(slos), _MOST_TABLE_H)
    rows = [Row("all", None, (Line(height, (table,)),))]
    for slo in slos:
        named = f"{slo.name} · {slo.nfr}" if slo.nfr else slo.name
        lines = tuple(_lines(Subject(slo, figures, addresses)))
        rows.append(Row(f"slo {slo.name}", named, lines, is_collapsed=is_folded))
    frame = Frame(
        uid=service_uid(service),
        title=f"SLOs: {service}",
        description=f"The service-level objectives of {service}, each in a row of its own.",
        time_from=f"now-{duration_text(_shown_s(slos))}",
        addresses=addresses,
    )
    return dashboard(frame, rows, annotations=[alert_annotation(figures, service)])


def _lines(subject: Subject) -> Iterator[Line]:
    yield Line(_TILE_H, tuple(tiles(subject)))
    budget = (budget_chart(subject),) if subject.has_window else ()
    yield Line(_CHART_H, (*budget, burn_chart(subject)))
    raw = raw_sli(subject.slo)
    if raw is not None:
        yield Line(_CHART_H, (events_chart(subject), raw_chart(subject, raw)))
    elif subject.has_window:
        yield Line(_CHART_H, (events_chart(subject), compliance_chart(subject)))
    else:
        yield Line(_CHART_H, (events_chart(subject),))


def _shown_s(slos: Sequence[CompiledSlo]) -> int:
    """A thirtieth of the longest window: a day of thirty."""
    longest_s = max(slo.window.nominal_length_s for slo in slos)
    fitting = [one for one in _RANGES_S if one * _SHOWN_SHARE <= longest_s]
    return max(fitting, default=_RANGES_S[0])
