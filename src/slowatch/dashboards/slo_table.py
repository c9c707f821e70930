"""All SLOs in a table, a line each, the worst first."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from grafana_foundation_sdk.models.common import (
    BarGaugeDisplayMode,
    BarGaugeValueMode,
    TableBarGaugeCellOptions,
    TableCellBackgroundDisplayMode,
    TableColoredBackgroundCellOptions,
    TableColorTextCellOptions,
)
from grafana_foundation_sdk.models.dashboard import DataTransformerConfig

from slowatch.dashboards.colours import FINE, SERIOUS, SPENT, WARNING, state_words, thresholds
from slowatch.dashboards.figures import EACH_SLO, Figures, Scope
from slowatch.dashboards.identity import SERVICE_PREFIX, is_plain, service_uid
from slowatch.dashboards.panels import Drawn, Query, Words, letter, override, table
from slowatch.dashboards.subject import Addresses
from slowatch.evaluate.judging import WORST_FIRST
from slowatch.evaluate.wording import page_url
from slowatch.source.promql_text import escape_regex
from slowatch.spec.alert_rules import published_label
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.promql import quote

UID = "slowatch_uid"
"""A label that a query makes up, for links: the uid of the service's dashboard."""
_TAKEN = {"nfr", "objective", "window", "datasource", UID}
_LOW, _TINY = 0.1, 1e-9
_TITLES = {"service": "Service", "slo": "SLO", "nfr": "NFR", "window": "Window"}
_NO_BUDGET = 2
"""Where an SLO without a budget is sorted among those in its state: last, for 1 is untouched."""


@dataclass(frozen=True, slots=True)
class _Column:
    """A number of each SLO, and how its cells look."""

    title: str
    expr: str
    properties: Mapping[str, object] = field(default_factory=dict)


def own_labels(slos: Sequence[CompiledSlo]) -> list[str]:
    """The labels that any of the SLOs has of its own, as they are published."""
    return sorted({published_label(name) for slo in slos for name in slo.labels} - _TAKEN)


def overview_table(
    slos: Sequence[CompiledSlo], figures: Figures, scope: Scope, filtered: Scope
) -> Drawn:
    """All services' SLOs, filtered by labels; a service leads to its dashboard."""
    told = [*_told(slos), UID]
    drawn = _table(
        figures, scope, _Labels(("service", "slo"), told, _with_uid(slos, figures, filtered))
    )
    override(drawn.panel, "byName", UID, custom__hidden=True)
    url = f"/d/${{__data.fields.{UID}}}?${{datasource:queryparam}}&${{__url_time_range}}"
    override(drawn.panel, "byName", "Service", links=[_link("The service's dashboard", url)])
    return drawn


def service_table(slos: Sequence[CompiledSlo], figures: Figures, addresses: Addresses) -> Drawn:
    """One service's SLOs; each leads to its page, where that can be reached."""
    service = slos[0].service
    scope = Scope((f"service={quote(service)}",))
    labels = _Labels(("slo",), _told(slos), scope.series(figures.info))
    drawn = _table(figures, scope, labels)
    page = page_url(f"{service}/${{__value.raw}}", addresses.slowatch)
    if page is not None:
        override(drawn.panel, "byName", "SLO", links=[_link("slowatch", page)])
    return drawn


@dataclass(frozen=True, slots=True)
class _Labels:
    """Labels that are columns, in order: what a line is known by, what else is told of it.

    `series` are series with all these labels, one for each SLO and daemon.
    """

    keys: tuple[str, ...]
    told: Sequence[str]
    series: str


def _table(figures: Figures, scope: Scope, labels: _Labels) -> Drawn:
    """A line for each SLO, of several groups the worst."""
    words = Words(
        "slos",
        "SLOs, worst first",
        "Where each SLO stands now; of one with several groups, the worst group. Budget left: "
        "100 % untouched, 0 % used up. Burn: 1 spends the budget exactly over the window.",
        "short",
    )
    told = ", ".join(labels.told)
    # Two daemons, or two specs, may tell different things of an SLO: one of them has to do, or the
    # table would be an error.
    of_one = f"topk by (service, slo) (1, max by (service, slo, {told}) ({labels.series}))"
    join = f"* on (service, slo) group_left ({told})\n{of_one}"
    columns = list(_columns(figures, scope))
    queries = [Query(f"(\n{one.expr}\n)\n{join}") for one in columns]
    drawn = table(words, queries, _steps(columns, labels))
    for one in columns:
        if one.properties:
            override(drawn.panel, "byName", one.title, **one.properties)
    return drawn


def _with_uid(slos: Sequence[CompiledSlo], figures: Figures, scope: Scope) -> str:
    """What SLOs are, with the uid of their service's dashboard as one more label."""
    series = _labelled(scope.series(figures.info), f"{SERVICE_PREFIX}$1", "(.*)")
    for service in sorted({slo.service for slo in slos if not is_plain(slo.service)}):
        series = _labelled(series, service_uid(service), escape_regex(service))
    return series


def _labelled(series: str, uid: str, service: str) -> str:
    return f'label_replace({series}, "{UID}", "{uid}", "service", {quote(service)})'


def _link(title: str, url: str) -> dict[str, object]:
    return {"title": title, "url": url}


def _columns(figures: Figures, scope: Scope) -> Iterator[_Column]:
    ranks = figures.ranks(scope)
    words = {
        "mappings": [state_words()],
        "custom__cellOptions": _background(),
        "custom__width": 110,
    }
    yield _Column("State", ranks, words)
    objective = _each("max", scope.series(figures.objective))
    yield _Column("Objective", objective, {"unit": "percentunit", "custom__width": 100})
    compliance = _each("min", scope.series(figures.compliance))
    share = {"unit": "percentunit", "decimals": 3, "custom__width": 110}
    yield _Column("Compliance", compliance, share)
    left = _each("min", scope.series(figures.remaining))
    yield _Column("Budget left", left, _gauge())
    for name in ("5m", "1h"):
        burn = _each("max", scope.series(figures.burn_rate, f'look_back="{name}"'))
        yield _Column(f"Burn {name}", burn, _burn())
    any_left = f"({left} or {_NO_BUDGET} + 0 * {_each('max', scope.series(figures.info))})"
    yield _Column("Order", f"{len(WORST_FIRST) * 2} * (\n{ranks}\n)\n+ {any_left}")


def _each(operation: str, series: str) -> str:
    return f"{operation} {EACH_SLO} ({series})"


def _told(slos: Sequence[CompiledSlo]) -> list[str]:
    return ["nfr", *own_labels(slos), "window"]


def _steps(columns: Sequence[_Column], labels: _Labels) -> list[DataTransformerConfig]:
    """One frame of all queries, sorted by the last one, with titles, in order."""
    values = {f"Value #{letter(at)}": one.title for at, one in enumerate(columns)}
    state, *numbers, order = values
    in_order = [state, *labels.keys, *labels.told, *numbers]
    left_out = ["Time", order, *(name for name in ("service", "slo") if name not in labels.keys)]
    return [
        DataTransformerConfig(id_val="merge", options={}),
        DataTransformerConfig(
            id_val="sortBy", options={"fields": {}, "sort": [{"field": order, "desc": False}]}
        ),
        DataTransformerConfig(
            id_val="organize",
            options={
                "excludeByName": dict.fromkeys(left_out, True),
                "indexByName": {name: at for at, name in enumerate(in_order)},
                "renameByName": {**values, **_TITLES},
            },
        ),
    ]


def _background() -> TableColoredBackgroundCellOptions:
    return TableColoredBackgroundCellOptions(mode=TableCellBackgroundDisplayMode.BASIC)


def _gauge() -> dict[str, object]:
    cell = TableBarGaugeCellOptions(
        mode=BarGaugeDisplayMode.BASIC, value_display_mode=BarGaugeValueMode.TEXT
    )
    colours = thresholds(SPENT, [(_TINY, WARNING), (_LOW, FINE)])
    limits = {"unit": "percentunit", "decimals": 1, "min": 0, "max": 1}
    return {**limits, "thresholds": colours, "custom__cellOptions": cell, "custom__width": 220}


def _burn() -> dict[str, object]:
    colours = thresholds(FINE, [(1, WARNING), (6, SERIOUS)])
    cell = TableColorTextCellOptions()
    look = {"thresholds": colours, "custom__cellOptions": cell}
    return {"unit": "none", "decimals": 2, "custom__width": 90, **look}
