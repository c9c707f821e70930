"""What webhooks are sent, when it is tried again, and when it is given up."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from slowatch.ledger.ledger import Ledger
from slowatch.notify.document import deliveries, document
from slowatch.notify.target import Line
from slowatch.notify.webhook import AGAIN_S, LOOK_S, WebhookCourier, pause_s
from slowatch.slo.slot import DAY_S, HOUR_S
from tests.evaluate.raised import T0
from tests.notify.making import FIRING, RESOLVED, alert, target
from tests.support.receiver import Receiver, webhook_receiver


class Clock:
    """Time as a test wants it."""

    def __init__(self) -> None:
        self.now_s = T0 + 60.0

    def __call__(self) -> float:
        """Now."""
        return self.now_s


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook."""
    with webhook_receiver() as one:
        yield one


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(":memory:") as opened:
        yield opened


@pytest.fixture
def line(receiver: Receiver) -> Iterator[Line]:
    """A line to the webhook."""
    with Line(target(f"{receiver.url}/hooks/1?x=y")) as one:
        yield one


def put_in_line(ledger: Ledger, *names: str) -> None:
    """Alerts that fire, and alerts that are over, to be sent to the chat."""
    for name in names:
        for state in (FIRING, RESOLVED):
            ledger.write_alerts([], deliveries=deliveries(alert(state, name), ["chat"], None))


def events(receiver: Receiver) -> list[str]:
    """What was received."""
    return [f"{body['alert']} {body['event']}" for body in receiver.bodies]


def test_document_says_all_that_a_receiver_may_want() -> None:
    """5 of 1000 events are bad at 99 %: half of the budget is left at a burn of 0.5."""
    told = document(alert(RESOLVED), "1-resolved", "https://slo.example.org")
    slo = told.pop("slo")
    assert told == {
        "version": 1,
        "id": "1-resolved",
        "event": "resolved",
        "alert": "ErrorBudgetBurn",
        "severity": "page",
        "slo_id": "shop/checkout",
        "group": {"region": "eu"},
        "labels": dict(alert().episode.labels),
        "annotations": {"summary": "it burns"},
        "pending_since": "2023-11-15T00:00:00Z",
        "firing_since": "2023-11-15T00:01:00Z",
        "resolved_at": "2023-11-15T00:10:00Z",
        "url": "https://slo.example.org/view/shop/checkout",
    }
    assert isinstance(slo, dict)
    assert (slo["objective"], slo["remaining_ratio"], slo["bad"]) == (0.99, 0.5, 5.0)
    assert slo["burn_rates"]["1h"] == 0.5


def test_delivery_has_an_id_that_tells_the_receiver_what_it_has_already(
    receiver: Receiver, ledger: Ledger, line: Line
) -> None:
    """It is the same in the header and in the document, and another one when it is over."""
    put_in_line(ledger, "Slow")
    WebhookCourier(line, ledger, now=Clock()).send()
    WebhookCourier(line, ledger, now=lambda: T0 + 600).send()
    keys = [one.headers["idempotency-key"] for one in receiver.received]
    assert keys == [body["id"] for body in receiver.bodies]
    assert len(set(keys)) == 2
    assert {one.path for one in receiver.received} == {"/hooks/1?x=y"}
    assert receiver.received[0].headers["content-type"] == "application/json"


def test_delivery_is_tried_again_until_it_is_taken(
    receiver: Receiver, ledger: Ledger, line: Line
) -> None:
    """After 5 s and after 10 more; its id stays the same, and what comes after it waits."""
    clock = Clock()
    clock.now_s = T0 + 600
    put_in_line(ledger, "Slow")
    courier = WebhookCourier(line, ledger, now=clock)
    receiver.status = 503
    assert courier.send() == AGAIN_S
    clock.now_s += 4
    courier.send()
    assert courier.sent.failed == 1
    clock.now_s += 1
    courier.send()
    assert courier.sent.failed == 2
    receiver.status = 200
    clock.now_s += 10
    assert courier.send() == LOOK_S
    assert events(receiver) == ["Slow firing", "Slow resolved"]
    assert (courier.sent.taken, courier.sent.trouble, ledger.queue_lengths()) == (2, None, {})


def test_one_alert_does_not_wait_for_another(
    receiver: Receiver, ledger: Ledger, line: Line
) -> None:
    """What was not taken once waits, and the next in line is tried."""
    clock = Clock()
    clock.now_s = T0 + 600
    put_in_line(ledger, "Slow", "Bad")
    courier = WebhookCourier(line, ledger, now=clock)
    receiver.status = 500
    courier.send()
    receiver.status = 200
    courier.send()
    assert events(receiver) == ["Bad firing", "Bad resolved"]
    clock.now_s += 5
    courier.send()
    assert events(receiver)[2:] == ["Slow firing", "Slow resolved"]


def test_pauses_double_up_to_a_quarter_of_an_hour() -> None:
    """About a hundred tries in a day."""
    assert [pause_s(tries) for tries in (1, 2, 3, 7, 8, 9, 1000)] == [5, 10, 20, 320, 640, 900, 900]


def test_delivery_is_given_up_after_a_day_and_that_is_said(
    receiver: Receiver, ledger: Ledger, line: Line
) -> None:
    """With what was said last; the next one is tried."""
    clock = Clock()
    ledger.write_alerts([], deliveries=deliveries(alert(), ["chat"], None))
    courier = WebhookCourier(line, ledger, now=clock)
    receiver.status, receiver.says = 500, "out of order"
    courier.send()
    clock.now_s += DAY_S
    with capture_logs() as logs:
        courier.send()
    assert (courier.sent.dropped, ledger.queue_lengths()) == (1, {})
    (said,) = [one for one in logs if one["event"] == "notification_given_up"]
    assert (said["target"], said["attempts"]) == ("chat", 1)
    assert said["error"] == "HTTP 500 Internal Server Error: out of order"


def test_queue_survives_a_restart(tmp_path: Path, receiver: Receiver, line: Line) -> None:
    """With its order."""
    path = str(tmp_path / "ledger.db")
    receiver.status = 500
    with Ledger.open(path) as ledger:
        put_in_line(ledger, "Slow")
        WebhookCourier(line, ledger, now=lambda: T0 + 600).send()
    receiver.status = 200
    with Ledger.open(path) as ledger:
        WebhookCourier(line, ledger, now=lambda: T0 + 605).send()
    assert events(receiver) == ["Slow firing", "Slow resolved"]


def test_what_waits_for_its_time_is_looked_for_soon_after_a_restart(
    ledger: Ledger, receiver: Receiver, line: Line
) -> None:
    """The courier of before has put it off; the new one has no trouble yet, and nothing is due."""
    clock = Clock()
    clock.now_s = T0 + 600
    put_in_line(ledger, "Slow")
    receiver.status = 500
    WebhookCourier(line, ledger, now=clock).send()
    anew = WebhookCourier(line, ledger, now=clock)
    assert (anew.send(), anew.sent.failed) == (AGAIN_S, 0)


def test_nothing_is_begun_when_the_daemon_ends(
    receiver: Receiver, ledger: Ledger, line: Line
) -> None:
    """What is in line stays there."""
    put_in_line(ledger, "Slow")
    WebhookCourier(line, ledger, now=lambda: T0 + 600, is_stopping=lambda: True).send()
    assert (receiver.received, ledger.queue_lengths()) == ([], {"chat": 2})


def test_documents_are_for_every_webhook() -> None:
    """The same one, of the moment at which it became true."""
    one, other = deliveries(alert(), ["chat", "mail"], None)
    assert (one.target, other.target, one.payload) == ("chat", "mail", other.payload)
    assert (one.uid, one.created_s) == (other.uid, T0 + 60)
    assert json.loads(one.payload)["id"] == one.uid


def test_webhook_that_asks_to_be_left_alone_is_left_alone(
    receiver: Receiver, ledger: Ledger, line: Line
) -> None:
    """For 60 s instead of 5, and other alerts wait as well, even after news."""
    clock = Clock()
    clock.now_s = T0 + 600
    put_in_line(ledger, "Slow", "Bad")
    courier = WebhookCourier(line, ledger, now=clock)
    receiver.status, receiver.headers = 429, {"Retry-After": "60"}
    assert courier.send() == 60
    receiver.status = 200
    clock.now_s += 59
    assert courier.send() == 1
    assert (courier.sent.failed, receiver.received) == (1, [])
    clock.now_s += 1
    assert courier.send() == LOOK_S
    assert len(receiver.received) == 4


@pytest.mark.parametrize(
    ("said", "pause_s"), [("86400", 900), ("9" * 5000, 900), ("2", 5), ("-1", 5), ("tomorrow", 5)]
)
def test_pause_that_a_webhook_asks_for_has_bounds(
    receiver: Receiver, ledger: Ledger, line: Line, said: str, pause_s: int
) -> None:
    """Not longer than the longest pause, not shorter than the one that is due anyway."""
    clock = Clock()
    put_in_line(ledger, "Slow")
    receiver.status, receiver.headers = 503, {"Retry-After": said}
    assert WebhookCourier(line, ledger, now=clock).send() == pause_s
    assert ledger.due_deliveries("chat", clock() + pause_s - 1, most=1) == []
    assert len(ledger.due_deliveries("chat", clock() + pause_s, most=1)) == 1


def test_rest_ends_when_the_clock_is_set_back(
    receiver: Receiver, ledger: Ledger, line: Line
) -> None:
    """Nobody asked for more than an hour of it."""
    clock = Clock()
    clock.now_s = T0 + 600 + HOUR_S
    put_in_line(ledger, "Slow")
    courier = WebhookCourier(line, ledger, now=clock)
    receiver.status, receiver.headers = 429, {"Retry-After": "900"}
    courier.send()
    clock.now_s -= HOUR_S
    put_in_line(ledger, "Bad")
    receiver.status = 200
    courier.send()
    assert events(receiver) == ["Bad firing", "Bad resolved"]
