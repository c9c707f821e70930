"""`/slo`: the shape that others build on, the order, the filters, and not being asked twice."""

import json
from typing import Any

import httpx
import pytest

from slowatch.api.entries import slo_answer
from slowatch.evaluate.wording import moment
from tests.api.json_schema import mismatches
from tests.api.standing import NOW_S, Client, Standing

ENTRY: dict[str, Any] = {
    "id": "shop/checkout",
    "service": "shop",
    "name": "checkout",
    "nfr": "N1",
    "labels": {"team": "web"},
    "group": {"region": "eu"},
    "objective": 0.9,
    "window": {
        "kind": "rolling",
        "length_s": 2592000,
        "start": "2026-12-16T08:00:00Z",
        "end": "2027-01-15T08:00:00Z",
    },
    "good": 40.0,
    "bad": 10.0,
    "total": 50.0,
    "compliance_ratio": 0.8,
    "error_budget": {
        "allowed_bad": 5.0,
        "spent_bad": 10.0,
        "remaining_ratio": -1.0,
        "exhausts_in_s": 0.0,
    },
    "burn_rates": {"5m": 2.0, "30m": 2.0, "1h": 2.0, "2h": 2.0, "6h": 2.0, "1d": 2.0, "3d": 2.0},
    "coverage_ratio": 5 / 43200,
    "state": "exhausted",
    "reason": None,
    "alerts": [
        {
            "alert": "ErrorBudgetBurn",
            "severity": "ticket",
            "state": "firing",
            "since": "2027-01-15T08:00:00Z",
        },
        {
            "alert": "ErrorBudgetExhausted",
            "severity": "ticket",
            "state": "firing",
            "since": "2027-01-15T08:00:00Z",
        },
    ],
}


def ids(answer: httpx.Response) -> list[str]:
    """The entries as `name region state`."""
    slos = answer.json()["slos"]
    return [" ".join([s["name"], *s["group"].values(), s["state"]]) for s in slos]


def shape(value: object) -> object:
    """Keys in their order and types, all the way down."""
    if isinstance(value, dict):
        return [(key, shape(one)) for key, one in value.items()]
    return type(value)


def test_an_entry_has_these_keys_in_this_order_with_these_types(client: Client) -> None:
    entry = client.get("/slo").json()["slos"][0]
    assert shape(entry) == shape(ENTRY)


def test_an_entry_says_what_the_ledger_says(client: Client) -> None:
    """5 slots of 8 good in 10: 10 bad of the 5 that are allowed."""
    assert client.get("/slo").json()["slos"][0] == ENTRY


def test_the_answer_says_as_of_when_and_how_old_it_is(client: Client) -> None:
    answer = client.get("/slo").json()
    assert list(answer) == ["as_of", "stale_s", "slos"]
    assert answer["as_of"] == "2027-01-15T08:00:00Z"
    assert isinstance(answer["stale_s"], float)


def test_evaluate_answers_with_the_same_shape(standing: Standing, client: Client) -> None:
    """But for alerts, which only a daemon has: one look does not say how long something held."""
    evaluated = slo_answer(standing.snapshot.statuses, NOW_S, NOW_S + 1.5)
    shown = [one | {"alerts": []} for one in client.get("/slo").json()["slos"]]
    assert json.loads(evaluated.model_dump_json())["slos"] == shown
    assert evaluated.stale_s == 1.5


def test_the_worst_comes_first(client: Client) -> None:
    """What is exhausted, then what has no data, then what is fine with the least budget first."""
    assert ids(client.get("/slo")) == [
        "checkout eu exhausted",
        "silent no_data",
        "search ok",
        'checkout us\n"x"\\ ok',
    ]


def test_what_was_not_measured_has_nulls_and_a_reason(client: Client) -> None:
    silent = client.get("/slo/shop/silent").json()["slos"][0]
    assert silent["compliance_ratio"] is None
    assert silent["error_budget"]["remaining_ratio"] is None
    assert set(silent["burn_rates"].values()) == {None}
    assert (silent["state"], silent["reason"]) == ("no_data", "not measured yet")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("service=shop", 4),
        ("service=other", 0),
        ("name=checkout", 2),
        ("name=checkout&name=search", 3),
        ("nfr=N1", 2),
        ("state=ok", 2),
        ("state=ok&state=exhausted", 3),
        ("label.team=web", 3),
        ("label.region=eu", 1),
        ("label.team=web&label.region=eu", 1),
        ("name=search&label.region=eu", 0),
        ("label.region=us%0A%22x%22%5C", 1),
        ("service=%F0%9F%90%8C", 0),
        ("service=%FF%00", 0),
    ],
)
def test_filters_narrow_the_list(client: Client, query: str, found: int) -> None:
    """All filters have to match; of one given twice, either."""
    assert len(client.get(f"/slo?{query}").json()["slos"]) == found


@pytest.mark.parametrize("query", ["service=shop", "name=checkout", "state=ok"])
def test_filters_keep_the_order(client: Client, query: str) -> None:
    everything = ids(client.get("/slo"))
    chosen = ids(client.get(f"/slo?{query}"))
    assert chosen == [one for one in everything if one in chosen]


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("/slo?servce=shop", "'servce'"),
        ("/slo?label.=x", "label.NAME"),
        ("/slo/shop/checkout?service=shop", "'service'"),
        ("/slo/shop/checkout/history?state=ok", "'state'"),
    ],
)
def test_an_unknown_parameter_is_refused(client: Client, path: str, told: str) -> None:
    """Ignoring it would answer something else than was asked."""
    answer = client.get(path)
    assert answer.status_code == 400
    assert told in answer.json()["detail"]


def test_one_slo_has_all_its_groups(client: Client) -> None:
    assert ids(client.get("/slo/shop/checkout")) == [
        "checkout eu exhausted",
        'checkout us\n"x"\\ ok',
    ]
    assert ids(client.get("/slo/shop/checkout?label.region=eu")) == ["checkout eu exhausted"]
    assert ids(client.get("/slo/shop/checkout?state=page")) == []


def test_an_slo_that_is_not_there_is_not_found(client: Client) -> None:
    answer = client.get("/slo/shop/nothing")
    assert answer.status_code == 404
    assert "shop/nothing" in answer.json()["detail"]


def test_before_anything_is_judged_the_list_is_empty() -> None:
    answer = Client(Standing().app()).get("/slo").json()
    assert answer["slos"] == []
    assert answer["as_of"] == moment(NOW_S)


def test_who_has_the_answer_is_told_so(client: Client) -> None:
    first = client.get("/slo")
    assert first.headers["cache-control"] == "no-cache"
    again = client.get("/slo", if_none_match=first.headers["etag"])
    assert (again.status_code, again.content) == (304, b"")
    assert again.headers["etag"] == first.headers["etag"]
    strong = first.headers["etag"].removeprefix("W/")
    assert client.get("/slo", if_none_match=f'"x", {strong}').status_code == 304
    assert client.get("/slo", if_none_match="*").status_code == 304
    assert client.get("/slo", if_none_match='"x"').status_code == 200


def test_a_filtered_answer_has_a_tag_of_its_own(client: Client) -> None:
    tags = {client.get(f"/slo{q}").headers["etag"] for q in ("", "?state=ok", "?state=no_data")}
    assert len(tags) == 3


def test_a_new_snapshot_has_a_new_tag_and_new_entries() -> None:
    standing = Standing()
    client = Client(standing.app())
    before = client.get("/slo").headers["etag"]
    standing.record("search", good=1, total=1)
    standing.judge()
    after = client.get("/slo", if_none_match=before)
    assert (after.status_code, len(after.json()["slos"])) == (200, 3)


@pytest.mark.parametrize(
    "path",
    [
        "/slo",
        "/slo?state=ok",
        "/slo/shop/checkout",
        "/slo/shop/checkout/history",
        "/alerts",
        "/readyz",
    ],
)
def test_answers_are_what_the_openapi_document_says(client: Client, path: str) -> None:
    document = client.get("/openapi.json").json()
    route = path.partition("?")[0].replace("/shop/checkout", "/{service}/{name}")
    ok = document["paths"][route]["get"]["responses"]["200"]
    schema = ok["content"]["application/json"]["schema"]
    assert list(mismatches(client.get(path).json(), schema, document)) == []
