"""Panels as slowatch draws them: numbers, charts, tables, with words, a unit and colours."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from grafana_foundation_sdk.builders.common import (
    GraphThresholdsStyleConfig,
    ReduceDataOptions,
    VizLegendOptions,
    VizTooltipOptions,
)
from grafana_foundation_sdk.builders.prometheus import Dataquery
from grafana_foundation_sdk.builders.stat import Panel as StatBuilder
from grafana_foundation_sdk.builders.table import Panel as TableBuilder
from grafana_foundation_sdk.builders.timeseries import Panel as ChartBuilder
from grafana_foundation_sdk.cog.builder import Builder
from grafana_foundation_sdk.models import common
from grafana_foundation_sdk.models.dashboard import (
    DashboardLink,
    DashboardLinkType,
    DataSourceRef,
    DataTransformerConfig,
    DynamicConfigValue,
    FieldColor,
    FieldColorModeId,
    Panel,
    ThresholdsConfig,
    ValueMap,
)
from grafana_foundation_sdk.models.prometheus import PromQueryFormat, QueryEditorMode

from slowatch.dashboards.colours import NEUTRAL, thresholds

DATASOURCE = DataSourceRef(type_val="prometheus", uid="${datasource}")
MINUTE = "1m"


@dataclass(frozen=True, slots=True)
class Words:
    """What a panel says of itself: its key among its dashboard's panels, title, meaning, unit.

    The key goes into the panel's id, so it stays what it is.
    """

    key: str
    title: str
    description: str
    unit: str
    decimals: int | None = None


@dataclass(frozen=True, slots=True)
class Query:
    """PromQL, and what its series are called: a template over their labels."""

    expr: str
    legend: str = ""


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go from a panel."""

    title: str
    url: str


@dataclass(frozen=True, slots=True)
class Drawn:
    """A panel and its key; it has neither an id nor a place yet."""

    key: str
    panel: Panel


@dataclass(frozen=True, slots=True)
class Manner:
    """How a panel is coloured, and what may be done with it.

    `overrides` are properties of series by a pattern of their names; `time_from` is a time range of
    the panel's own; `floor` and `ceiling` are what the axis of a chart shows at least. `is_filled`
    says that a number without thresholds or words is coloured all the same.
    """

    thresholds: ThresholdsConfig = thresholds(NEUTRAL)  # noqa: RUF009  never changed
    words: ValueMap | None = None
    links: Sequence[Link] = ()
    overrides: Mapping[str, Mapping[str, object]] | None = None
    time_from: str | None = None
    floor: float | None = None
    ceiling: float | None = None
    colour: FieldColor = FieldColor(mode=FieldColorModeId.PALETTE_CLASSIC)  # noqa: RUF009
    is_filled: bool = False


PLAIN = Manner()
_BY_THRESHOLDS = FieldColor(mode=FieldColorModeId.THRESHOLDS)
_OFF = common.GraphThresholdsStyleMode.OFF


def stat(words: Words, queries: Sequence[Query], manner: Manner = PLAIN) -> Drawn:
    """The latest numbers, large; one without colours of its own is written plainly."""
    is_coloured = manner.is_filled or manner.words is not None or _has_lines(manner)
    builder = (
        StatBuilder()
        .color_mode(
            common.BigValueColorMode.BACKGROUND_SOLID
            if is_coloured
            else common.BigValueColorMode.NONE
        )
        .graph_mode(common.BigValueGraphMode.NONE)
        .justify_mode(common.BigValueJustifyMode.CENTER)
        .text_mode(_text_mode(queries))
        .reduce_options(ReduceDataOptions().calcs(["lastNotNull"]).fields("").values(False))  # noqa: FBT003
    )
    coloured = replace(manner, colour=_BY_THRESHOLDS)
    return _drawn(builder.build(), words, _instant(queries), coloured)


def chart(words: Words, queries: Sequence[Query], manner: Manner = PLAIN) -> Drawn:
    """Lines over time; thresholds are dashed lines."""
    style = common.GraphThresholdsStyleMode.DASHED if _has_lines(manner) else _OFF
    builder = (
        ChartBuilder()
        .line_width(2)
        .fill_opacity(0)
        .show_points(common.VisibilityMode.AUTO)
        .thresholds_style(GraphThresholdsStyleConfig().mode(style))
        .legend(
            VizLegendOptions()
            .show_legend(True)  # noqa: FBT003
            .display_mode(common.LegendDisplayMode.LIST)
            .placement(common.LegendPlacement.BOTTOM)
            .calcs([])
        )
        .tooltip(
            VizTooltipOptions()
            .mode(common.TooltipDisplayMode.MULTI)
            .sort(common.SortOrder.DESCENDING)
        )
        .interval(MINUTE)
    )
    if manner.ceiling is not None:
        builder = builder.axis_soft_max(manner.ceiling)
    if manner.floor is not None:
        builder = builder.axis_soft_min(manner.floor)
    targets: list[Builder[object]] = [_range(query, at) for at, query in enumerate(queries)]
    return _drawn(builder.build(), words, targets, manner)


def table(
    words: Words,
    queries: Sequence[Query],
    transformations: Sequence[DataTransformerConfig],
    manner: Manner = PLAIN,
) -> Drawn:
    """Rows of the latest numbers, by the labels that they have in common."""
    builder = TableBuilder().cell_height(common.TableCellHeight.SM)
    panel = builder.align(common.FieldTextAlignment.AUTO).build()
    panel.transformations = list(transformations)
    targets = _instant(queries, PromQueryFormat.TABLE)
    return _drawn(panel, words, targets, replace(manner, colour=_BY_THRESHOLDS))


def override(panel: Panel, matcher: str, options: str, **properties: object) -> None:
    """Properties of some of a panel's fields; `__` in a name stands for a dot."""
    from grafana_foundation_sdk.models.dashboard import (
        DashboardFieldConfigSourceOverrides,
        MatcherConfig,
    )

    assert panel.field_config is not None  # noqa: S101  every panel is drawn with one
    values = [
        DynamicConfigValue(id_val=name.replace("__", "."), value=value)
        for name, value in properties.items()
    ]
    panel.field_config.overrides.append(
        DashboardFieldConfigSourceOverrides(
            matcher=MatcherConfig(id_val=matcher, options=options), properties=values
        )
    )


def _drawn(panel: Panel, words: Words, targets: Sequence[Builder[object]], manner: Manner) -> Drawn:
    from grafana_foundation_sdk.models.dashboard import FieldConfig, FieldConfigSource

    panel.title, panel.description = words.title, words.description
    panel.datasource, panel.time_from = DATASOURCE, manner.time_from
    panel.targets = [target.build() for target in targets]  # type: ignore[misc]
    panel.links = [link_model(link) for link in manner.links] or None
    config = panel.field_config or FieldConfigSource(defaults=FieldConfig())
    panel.field_config = config
    config.defaults.unit, config.defaults.decimals = words.unit, words.decimals
    config.defaults.thresholds = manner.thresholds
    config.defaults.color = manner.colour
    if manner.words is not None:
        config.defaults.mappings = [manner.words]
    for pattern, properties in (manner.overrides or {}).items():
        override(panel, "byRegexp", pattern, **properties)
    return Drawn(words.key, panel)


def link_model(link: Link) -> DashboardLink:
    """A link as Grafana has it; it opens beside the dashboard."""
    return DashboardLink(
        title=link.title,
        type_val=DashboardLinkType.LINK,
        icon="external link",
        url=link.url,
        tags=[],
        target_blank=True,
    )


def _instant(
    queries: Sequence[Query], form: PromQueryFormat = PromQueryFormat.TIME_SERIES
) -> list[Builder[object]]:
    return [_target(query, at).instant().format(form) for at, query in enumerate(queries)]


def _range(query: Query, at: int) -> Dataquery:
    return _target(query, at).range().format(PromQueryFormat.TIME_SERIES)


def _target(query: Query, at: int) -> Dataquery:
    return (
        Dataquery()
        .expr(query.expr)
        .legend_format(query.legend or "__auto")
        .ref_id(letter(at))
        .editor_mode(QueryEditorMode.CODE)
        .datasource(DATASOURCE)
    )


def letter(at: int) -> str:
    """What Grafana calls the query at a place: A, B, C, …"""
    return chr(ord("A") + at)


def _text_mode(queries: Sequence[Query]) -> common.BigValueTextMode:
    if any("{{" in query.legend for query in queries):
        return common.BigValueTextMode.NAME
    if len(queries) > 1:
        return common.BigValueTextMode.VALUE_AND_NAME
    return common.BigValueTextMode.VALUE


def _has_lines(manner: Manner) -> bool:
    return manner.thresholds.steps is not None and len(manner.thresholds.steps) > 1
