"""The dashboard of all SLOs: how many are in which state, which are worst."""

from collections.abc import Iterator, Sequence

from grafana_foundation_sdk.models.dashboard import Dashboard

from slowatch.dashboards.colours import CLEAR, FINE, OF_STATE, SPENT, WARNING, thresholds
from slowatch.dashboards.dashboard import Frame, dashboard
from slowatch.dashboards.figures import EACH_SLO, Figures, Scope
from slowatch.dashboards.grid import Line, Row
from slowatch.dashboards.identity import OVERVIEW_UID
from slowatch.dashboards.panels import Drawn, Manner, Query, Words, chart, override, stat
from slowatch.dashboards.slo_table import overview_table, own_labels
from slowatch.dashboards.subject import Addresses
from slowatch.dashboards.variables import filters, values_of
from slowatch.evaluate.judging import WORST_FIRST
from slowatch.spec.compiled import CompiledSlo

_WORST = 10
_LOW, _TINY = 0.1, 1e-9
_HEAD_H, _MOST_TABLE_H, _CHART_H, _TILE_H = 3, 20, 10, 4


def overview(slos: Sequence[CompiledSlo], figures: Figures, addresses: Addresses) -> Dashboard:
    """All SLOs, filtered by service, by NFR and by labels of their own."""
    names = ["service", *own_labels(slos), "nfr"]
    shown = Scope(filters(names))
    scope = Scope(filters(["service"]))
    rows = [
        Row(
            "all",
            None,
            (
                Line(_TILE_H, (_totals(figures, scope, shown),)),
                Line(
                    min(_HEAD_H + len(slos), _MOST_TABLE_H),
                    (overview_table(slos, figures, scope, shown),),
                ),
                Line(_CHART_H, (_worst_budgets(figures, scope, shown),)),
            ),
        )
    ]
    frame = Frame(
        uid=OVERVIEW_UID,
        title="SLOs",
        description="All service-level objectives, the worst first.",
        time_from="now-1d",
        addresses=addresses,
    )
    variables = [
        values_of(name, _TITLES.get(name, name.capitalize()), f"{figures.info}{chosen}")
        for name, chosen in _narrowed(names)
    ]
    return dashboard(frame, rows, variables=variables)


_TITLES = {"nfr": "NFR"}


def _narrowed(names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each filter offers what is left by the ones before it."""
    for at, name in enumerate(names):
        before = ", ".join(filters(names[:at]))
        yield name, f"{{{before}}}" if before else ""


def _totals(figures: Figures, scope: Scope, shown: Scope) -> Drawn:
    words = Words(
        "totals",
        "SLOs by state",
        "How many SLOs are in which state; one with several groups is in that of its worst. "
        "exhausted: nothing of the budget is left. page, ticket: the budget burns too fast. "
        "no data: nothing was measured in the last minutes.",
        "none",
        decimals=0,
    )
    chosen = f"max {EACH_SLO} ({shown.series(figures.info)})"
    ranks = f"(\n{figures.ranks(scope)}\n)\nand {chosen}"
    queries = [Query(f"count({chosen}) or vector(0)", "all")]
    for rank, state in enumerate(WORST_FIRST):
        in_state = f"count((\n{ranks}\n) == {rank}) or vector(0)"
        queries.append(Query(in_state, state.replace("_", " ")))
    drawn = stat(words, queries, Manner(thresholds(CLEAR), is_filled=True))
    for state in WORST_FIRST:
        colours = thresholds(CLEAR, [(1, OF_STATE[state])])
        override(drawn.panel, "byName", state.replace("_", " "), thresholds=colours)
    return drawn


def _worst_budgets(figures: Figures, scope: Scope, shown: Scope) -> Drawn:
    words = Words(
        "worst",
        f"The {_WORST} smallest error budgets",
        "What is left of the budgets of the SLOs that have least of it now. At 0 (dashed) a budget "
        "is exhausted; below, it is overspent.",
        "percentunit",
    )
    left = f"min {EACH_SLO} ({scope.series(figures.remaining)})"
    left_now = f"min {EACH_SLO} ({scope.series(figures.remaining)} @ end())"
    chosen = f"max {EACH_SLO} ({shown.series(figures.info)} @ end())"
    worst = f"bottomk({_WORST}, {left_now} and {chosen})"
    colours = thresholds(SPENT, [(_TINY, WARNING), (_LOW, FINE)])
    query = Query(f"{left}\nand on (service, slo) {worst}", "{{service}}/{{slo}}")
    return chart(words, [query], Manner(colours, floor=0, ceiling=1))
