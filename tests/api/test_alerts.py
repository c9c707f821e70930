"""`/alerts`: what is there, the filters, and how far back."""

from collections.abc import Sequence
from dataclasses import replace

import pytest

from slowatch.ledger.alert_port import Episode
from slowatch.slo.alert_state import SELF, AlertKey, AlertState
from slowatch.slo.slot import DAY_S
from tests.api.standing import NOW_S, Client, Standing

BURN = Episode(
    id="1",
    key=AlertKey("shop/checkout", "ErrorBudgetBurn", "page", (("region", "eu"),)),
    state=AlertState("firing", NOW_S - 120, NOW_S - 60, None, NOW_S, NOW_S),
    labels={"alertname": "ErrorBudgetBurn", "nfr": "N1", "team": "web", "region": "eu"},
    annotations={"summary": "it burns"},
)
PENDING = replace(
    BURN,
    id="2",
    key=AlertKey("shop/search", "Slow", "ticket"),
    state=AlertState("pending", NOW_S - 60, None, None, NOW_S, NOW_S),
    labels={"team": "search"},
)
OVER = replace(
    PENDING,
    id="3",
    key=AlertKey("mail/search", "SliAbsent", "ticket"),
    state=AlertState("resolved", NOW_S - 900, NOW_S - 900, NOW_S - 300, NOW_S - 600, NOW_S - 300),
)
OLD = replace(
    OVER,
    id="4",
    state=replace(OVER.state, pending_s=NOW_S - 3 * DAY_S, resolved_s=NOW_S - DAY_S - 1),
)


@pytest.fixture(scope="module")
def client() -> Client:
    """Requests to a daemon whose ledger holds four alerts."""
    standing = Standing()
    standing.ledger.write_alerts([OLD, BURN, PENDING, OVER])
    return Client(standing.app())


def found(client: Client, query: str = "") -> Sequence[str]:
    """The names of the alerts."""
    return [
        f"{one['slo_id']} {one['alert']}" for one in client.get(f"/alerts{query}").json()["alerts"]
    ]


def test_alert_says_all_that_is_known_of_it(client: Client) -> None:
    assert client.get("/alerts?state=firing").json() == {
        "as_of": "2027-01-15T08:00:00Z",
        "alerting": "rules",
        "alerts": [
            {
                "alert": "ErrorBudgetBurn",
                "severity": "page",
                "state": "firing",
                "slo_id": "shop/checkout",
                "service": "shop",
                "name": "checkout",
                "nfr": "N1",
                "group": {"region": "eu"},
                "labels": dict(BURN.labels),
                "annotations": {"summary": "it burns"},
                "pending_since": "2027-01-15T07:58:00Z",
                "firing_since": "2027-01-15T07:59:00Z",
                "resolved_at": None,
            }
        ],
    }


def test_the_newest_comes_first_and_a_day_is_told(client: Client) -> None:
    assert found(client) == [
        "shop/search Slow",
        "shop/checkout ErrorBudgetBurn",
        "mail/search SliAbsent",
    ]


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("service=shop", 2),
        ("name=search", 2),
        ("name=search&service=mail", 1),
        ("nfr=N1", 1),
        ("alert=Slow&alert=SliAbsent", 2),
        ("severity=page", 1),
        ("state=pending&state=resolved", 2),
        ("label.team=search", 2),
        ("label.region=eu", 1),
        ("label.region=us", 0),
        ("limit=2", 2),
        ("state=resolved&limit=1", 1),
        (f"from={NOW_S - 299}", 2),
        (f"from={NOW_S - 300}", 3),
        ("from=2027-01-13T08:00:00Z", 4),
    ],
)
def test_filters_narrow_the_list(client: Client, query: str, count: int) -> None:
    """All filters have to match; what is not over yet is told however old."""
    assert len(found(client, f"?{query}")) == count


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("sevrity=page", 400),
        ("severity=high", 400),
        ("state=over", 400),
        ("from=soon", 400),
        ("limit=0", 422),
        ("limit=1001", 422),
    ],
)
def test_what_cannot_be_answered_is_refused(client: Client, query: str, status: int) -> None:
    answer = client.get(f"/alerts?{query}")
    assert (answer.status_code, answer.headers["content-type"]) == (
        status,
        "application/problem+json",
    )


def test_alert_that_is_judged_is_told(standing: Standing) -> None:
    """The same that `/slo` shows."""
    client = Client(standing.app())
    assert found(client, "?state=firing") == [
        "shop/checkout ErrorBudgetBurn",
        "shop/checkout ErrorBudgetExhausted",
    ]
    (told, _) = client.get("/alerts").json()["alerts"]
    assert (
        told["annotations"]["summary"]
        == "shop/checkout (region=eu) burns its error budget too fast"
    )


def test_alert_about_slowatch_itself_has_no_slo() -> None:
    """It is found as a service of that name."""
    standing = Standing()
    key = AlertKey(SELF, "SlowatchBlind", "page")
    standing.ledger.write_alerts([replace(BURN, id="5", key=key, labels={"service": SELF})])
    (told,) = Client(standing.app()).get("/alerts?service=slowatch").json()["alerts"]
    assert (told["slo_id"], told["service"], told["name"], told["nfr"]) == (SELF, SELF, "", None)
    assert told["group"] == {}
