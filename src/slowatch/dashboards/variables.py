"""What can be chosen on top of a dashboard; and alerts as marks in its charts."""

from collections.abc import Iterable

from grafana_foundation_sdk.models.dashboard import (
    AnnotationQuery,
    VariableHide,
    VariableModel,
    VariableOption,
    VariableRefresh,
    VariableSort,
    VariableType,
)

from slowatch.dashboards.colours import SERIOUS
from slowatch.dashboards.figures import Figures
from slowatch.dashboards.panels import DATASOURCE
from slowatch.spec.promql import quote

ALL = VariableOption(selected=True, text=["All"], value=["$__all"])
_EDITOR = "PrometheusVariableQueryEditor-VariableQuery"
_LABEL_VALUES = 1


def datasource() -> VariableModel:
    """Which Prometheus is asked; the default one at first."""
    return VariableModel(
        name="datasource",
        type_val=VariableType.DATASOURCE,
        label="Data source",
        description="The Prometheus that has the series.",
        query="prometheus",
        current=VariableOption(selected=True, text="default", value="default"),
        hide=VariableHide.DONT_HIDE,
        refresh=VariableRefresh.ON_DASHBOARD_LOAD,
        regex="",
    )


def values_of(name: str, label: str, series: str) -> VariableModel:
    """Any of the values that a label has in some series; all of them at first."""
    query = f"label_values({series}, {name})"
    return VariableModel(
        name=name,
        type_val=VariableType.QUERY,
        label=label,
        description=f"Shows what has one of these values of `{name}`.",
        # The form that Grafana's own editor saves.
        query={"qryType": _LABEL_VALUES, "query": query, "refId": _EDITOR},
        datasource=DATASOURCE,
        current=ALL,
        multi=True,
        include_all=True,
        all_value=".*",
        hide=VariableHide.DONT_HIDE,
        refresh=VariableRefresh.ON_DASHBOARD_LOAD,
        sort=VariableSort.ALPHABETICAL_ASC,
        regex="",
    )


def filters(names: Iterable[str]) -> tuple[str, ...]:
    """Matchers of the values that are chosen."""
    return tuple(f'{name}=~"${name}"' for name in names)


def alert_annotation(figures: Figures, service: str) -> AnnotationQuery:
    """The alerts of a service while they fire."""
    return AnnotationQuery(
        name="Alerts",
        datasource=DATASOURCE,
        enable=True,
        hide=False,
        icon_color=SERIOUS,
        expr=figures.alerts.format(service=quote(service)),
        built_in=0,
    )
