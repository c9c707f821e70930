"""What Grafana asks of a dashboard's JSON, for SLOs of every kind and both sources."""

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import promql_parser
import pytest
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.cog.plugins import register_default_plugins
from grafana_foundation_sdk.models.dashboard import Dashboard

from slowatch.dashboards.dashboard import annotation_words, json_text
from slowatch.dashboards.figures import FIGURES, Source
from slowatch.dashboards.identity import panel_ids, service_uid
from slowatch.dashboards.subject import Addresses
from tests.dashboards.drawn import (
    SOURCES,
    Document,
    asked,
    every_kind,
    filled,
    panels,
    rendered,
    rows,
    slos_of,
)

ADDRESSES = Addresses("https://slo.example", "https://prom.example")


@pytest.fixture(scope="module", params=SOURCES)
def source(request: pytest.FixtureRequest) -> Source:
    """Each source in turn."""
    found: Source = request.param
    return found


@pytest.fixture(scope="module")
def found(source: Source) -> Mapping[str, Document]:
    """Dashboards of every kind of SLO."""
    return rendered(every_kind(), source, ADDRESSES)


def test_types_of_grafana_read_and_write_the_same(
    found: Mapping[str, Document], source: Source
) -> None:
    """But for the words of alerts' marks, which its types do not have."""
    register_default_plugins()
    for document in found.values():
        plain = json.loads(json_text(document))
        for annotation in plain["annotations"]["list"]:
            for name in annotation_words(FIGURES[source]):
                del annotation[name]
        read = Dashboard.from_json(json.loads(json.dumps(plain)))
        assert json.loads(JSONEncoder().encode(read)) == plain


def test_ids_are_unique_and_fit(found: Mapping[str, Document]) -> None:
    for document in found.values():
        ids = [panel["id"] for panel in (*panels(document), *rows(document))]
        assert Counter(ids).most_common(1)[0][1] == 1
        assert all(0 < one < 2**31 for one in ids)


def test_uids_are_unique_and_fit(found: Mapping[str, Document]) -> None:
    uids = [document["uid"] for document in found.values()]
    assert len(set(uids)) == len(uids) == 9
    assert all(len(uid) <= 40 for uid in uids)


def test_no_panel_overlaps_another(found: Mapping[str, Document]) -> None:
    """Nor do those of one folded row, once it is open."""
    for document in found.values():
        assert_apart(document["panels"])
        for row in rows(document):
            if row["collapsed"]:
                assert_apart([row, *row["panels"]])


def assert_apart(some: Sequence[Mapping[str, Any]]) -> None:
    """Within the grid, and nothing on top of something else."""
    places = [panel["gridPos"] for panel in some]
    assert all(place["x"] >= 0 and place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        is_beside = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        is_below = one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"]
        assert is_beside or is_below


def test_every_panel_says_what_it_shows(found: Mapping[str, Document]) -> None:
    for document in found.values():
        for panel in panels(document):
            assert panel["title"]
            assert panel["description"].endswith(".")
            defaults = panel["fieldConfig"]["defaults"]
            assert defaults["unit"]
            assert defaults["thresholds"]["steps"][0]["value"] is None
            steps = [step["value"] for step in defaults["thresholds"]["steps"][1:]]
            assert steps == sorted(steps)


def test_colours_do_not_set_red_against_green(found: Mapping[str, Document]) -> None:
    for document in found.values():
        text = json.dumps(document)
        assert '"green"' not in text
        assert '"red"' not in text


def test_every_query_is_promql_of_the_chosen_data_source(found: Mapping[str, Document]) -> None:
    """With any value for the variables."""
    for one in asked(found):
        promql_parser.parse(filled(one.expr, {}))
        assert one.target["datasource"] == {"type": "prometheus", "uid": "${datasource}"}
    for document in found.values():
        for annotation in document["annotations"]["list"]:
            promql_parser.parse(annotation["expr"])


def test_queries_of_a_panel_have_names_of_their_own(found: Mapping[str, Document]) -> None:
    for document in found.values():
        for panel in panels(document):
            names = [target["refId"] for target in panel["targets"]]
            assert len(set(names)) == len(names) > 0


def test_charts_ask_for_no_point_finer_than_a_minute(found: Mapping[str, Document]) -> None:
    for document in found.values():
        charts = [panel for panel in panels(document) if panel["type"] == "timeseries"]
        assert {panel["interval"] for panel in charts} <= {"1m"}


def test_dashboards_refresh_and_begin_where_it_makes_sense(found: Mapping[str, Document]) -> None:
    assert {document["refresh"] for document in found.values()} == {"1m"}
    begins = {name: document["time"]["from"] for name, document in found.items()}
    assert begins["service-shop.json"] == "now-6h"  # of 28 days a thirtieth is not yet a day
    assert begins["service-lark-service.json"] == "now-1d"


def test_budget_is_drawn_over_the_window(source: Source) -> None:
    text = SPEC.replace("objective: 99%", "objective: 99%\n    window: 7d", 1)
    document = rendered(slos_of(text), source)["service-shop.json"]
    ranges = [p.get("timeFrom") for p in panels(document) if p["title"] == "Error budget left"]
    assert ranges == [None, "7d", None, "30d"]


SPEC = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: calls
    objective: 99%
    sli: {ratio: {good: 'calls_total{ok="1"}', total: calls_total}}
  - name: waits
    objective: 99%
    sli: {latency: {histogram: wait_seconds, under: 500ms}}
"""
MORE = """
  - name: aborts
    objective: 99%
    sli: {ratio: {bad: aborts_total, total: calls_total}}
"""


def test_panels_keep_their_ids_when_slos_come_and_go(source: Source) -> None:
    """Also when so many come that rows are folded."""
    many = "".join(MORE.replace("aborts", f"a{number}") for number in range(5))
    few, more = (
        rendered(slos_of(text), source)["service-shop.json"] for text in (SPEC, SPEC + many)
    )
    kept = {panel["id"]: panel["title"] for panel in (*panels(few), *rows(few))}
    now = {panel["id"]: panel["title"] for panel in (*panels(more), *rows(more))}
    assert kept.items() <= now.items()
    assert [row["collapsed"] for row in rows(few)] == [False, False]
    assert all(row["collapsed"] for row in rows(more))


def test_ids_that_meet_go_apart() -> None:
    assert len(set(panel_ids(["same", "same", "same"]))) == 3


def test_uid_of_a_service_has_its_name_as_far_as_it_fits() -> None:
    assert service_uid("shop") == "slowatch-service-shop"
    assert service_uid("shop.eu").startswith("slowatch-service-shop-eu-")
    long = [service_uid(f"{'x' * 99}{end}") for end in "ab"]
    assert len(set(long)) == 2
    assert {len(uid) for uid in long} == {40}


def test_links_of_the_overview_lead_to_every_service(source: Source) -> None:
    """Also to one whose name cannot stand in an address as it is."""
    slos = slos_of(SPEC.replace("service: shop", "service: shop.eu"))
    table = next(p for p in panels(rendered(slos, source)["overview.json"]) if p["type"] == "table")
    assert all(f'"{service_uid("shop.eu")}"' in target["expr"] for target in table["targets"])


def test_calendar_windows_have_no_budget_over_recorded_rules() -> None:
    """Rules know nothing of the calendar; the daemon does."""
    slos = slos_of(SPEC.replace("objective: 99%", "objective: 99%\n    window: {calendar: month}"))
    titles = {
        source: {p["title"] for p in panels(rendered(slos, source)["service-shop.json"])}
        for source in SOURCES
    }
    assert titles["slowatch"] - titles["prometheus"] == {
        "Compliance",
        "Error budget left",
        "Budget lasts",
        "Coverage",
    }


def test_objective_of_everything_shows_bad_events_instead_of_burns(source: Source) -> None:
    slos = slos_of(SPEC.replace("99%", "100%"))
    titles = [p["title"] for p in panels(rendered(slos, source)["service-shop.json"])]
    assert "Burn rate" not in titles
    assert titles.count("Bad events") == 2
    assert "Budget lasts" not in titles


def test_burn_thresholds_are_the_policys(source: Source) -> None:
    """Over 30 days 14.4, 6, 3 and 1; a page is another colour than a ticket."""
    document = rendered(slos_of(SPEC), source)["service-shop.json"]
    burn = next(panel for panel in panels(document) if panel["title"] == "Burn rate")
    steps = burn["fieldConfig"]["defaults"]["thresholds"]["steps"]
    assert [(step["value"], step["color"]) for step in steps] == [
        (None, "blue"),
        (1, "yellow"),
        (3, "yellow"),
        (6, "orange"),
        (14.4, "orange"),
    ]
    assert "page above 14.4 over 5m and 1h" in burn["description"]


def test_filters_are_service_own_labels_and_nfr(found: Mapping[str, Document]) -> None:
    names = [one["name"] for one in found["overview.json"]["templating"]["list"]]
    assert names == ["datasource", "service", "team", "nfr"]
