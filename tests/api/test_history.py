"""`/slo/…/history`: the ledger's own numbers, from when to when they were asked for."""

import pytest

from slowatch.ledger.port import Point
from slowatch.slo.slot import Span
from tests.api.standing import NOW_S, SLOT_S, Client, Standing

PATH = "/slo/shop/checkout/history"


def test_points_are_the_ledgers_numbers(standing: Standing, client: Client) -> None:
    eu = client.get(f"{PATH}?step=1m&label.region=eu").json()["series"][0]
    status = next(s for s in standing.snapshot.statuses if s.group.get("region") == "eu")
    points: list[Point] = list(standing.history(status, Span(NOW_S - 86_400, NOW_S), SLOT_S))
    assert len(points) == 5
    assert [(p["good"], p["bad"], p["total"], p["measured_slots"]) for p in eu["points"]] == [
        (p.tally.good / 1e6, p.tally.bad / 1e6, p.tally.total / 1e6, p.tally.measured)
        for p in points
    ]
    assert eu["points"][0] == {
        "start": "2027-01-15T07:55:00Z",
        "length_s": 60,
        "good": 8.0,
        "bad": 2.0,
        "total": 10.0,
        "compliance_ratio": 0.8,
        "measured_slots": 1,
    }


def test_a_longer_step_adds_up(client: Client) -> None:
    answer = client.get(PATH).json()
    assert (answer["id"], answer["step_s"]) == ("shop/checkout", 3600)
    assert (answer["start"], answer["end"]) == ("2027-01-14T08:00:00Z", "2027-01-15T08:00:00Z")
    sums = {s["group"]["region"][:2]: [p["good"] for p in s["points"]] for s in answer["series"]}
    assert sums == {"eu": [40.0], "us": [50.0]}


def test_an_slo_without_facts_has_no_points(client: Client) -> None:
    series = client.get("/slo/shop/silent/history").json()["series"]
    assert series == [{"group": {}, "points": []}]


@pytest.mark.parametrize(
    "text",
    [
        "2027-01-15T07:57:00Z",
        "2027-01-15T07:57:00%2B00:00",
        "2027-01-15T07:57:00+00:00",
        "2027-01-15T09:57:00+02:00",
        "2027-01-15T07:57:00",
        "1799999820",
        "1799999820.9",
    ],
)
def test_moments_are_rfc_3339_or_seconds(client: Client, text: str) -> None:
    """UTC where no zone is given; a `+` that arrives as a space is still a `+`."""
    answer = client.get(f"{PATH}?from={text}&step=60").json()
    assert answer["start"] == "2027-01-15T07:57:00Z"
    assert len(answer["series"][0]["points"]) == 3


def test_the_start_is_aligned_to_the_step(client: Client) -> None:
    answer = client.get(f"{PATH}?from=2027-01-15T07:57:00Z&step=5m").json()
    assert answer["start"] == "2027-01-15T07:55:00Z"


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("step=90s", "multiple of the slot, which is 60 s"),
        ("step=0", "multiple of the slot"),
        ("step=-60", "step"),
        ("step=%C2%B2", "step"),
        ("step=soon", "step"),
        ("from=yesterday", "from: 'yesterday' is no moment"),
        ("to=nan", "to: 'nan' lies outside"),
        ("from=-1", "outside of the years 1970 to 9999"),
        ("to=1e300", "outside"),
        ("from=0001-01-01T00:00:00%2B14:00", "outside"),
        ("from=2027-01-15T08:00:00Z&to=2027-01-15T08:00:00Z", "`from` must be before `to`"),
        ("from=0&step=60", "take a longer `step`"),
    ],
)
def test_what_cannot_be_meant_is_refused_with_words(client: Client, query: str, told: str) -> None:
    answer = client.get(f"{PATH}?{query}")
    assert answer.status_code == 400
    assert answer.headers["content-type"] == "application/problem+json"
    assert told in answer.json()["detail"]


def test_the_first_day_of_time_can_be_asked_for(client: Client) -> None:
    """A day before it there is nothing."""
    assert client.get(f"{PATH}?to=3600").json()["start"] == "1970-01-01T00:00:00Z"


def test_no_group_with_these_labels_is_not_found(client: Client) -> None:
    answer = client.get(f"{PATH}?label.region=mars")
    assert answer.status_code == 404
