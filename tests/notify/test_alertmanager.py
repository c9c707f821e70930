"""What an Alertmanager is sent, and a real one that is told."""

import json
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from slowatch.evaluate.alert import Alert
from slowatch.notify.alertmanager import AGAIN_S, LASTS_S, RESEND_S, AlertmanagerCourier, bodies
from slowatch.notify.target import Line
from slowatch.slo.alert_state import AlertState
from tests.evaluate.raised import T0
from tests.notify.making import FIRING, RESOLVED, alert, target
from tests.support.alertmanager import Alertmanager, alertmanager
from tests.support.daemon import wait_for
from tests.support.receiver import Receiver, webhook_receiver

NOW_S = T0 + 660


def entries(alerts: Sequence[Alert], external_url: str | None = None) -> list[dict[str, object]]:
    """What is sent, all together."""
    return [one for body in bodies(alerts, NOW_S, external_url) for one in json.loads(body)]


def courier(line: Line, alerts: Sequence[Alert], now_s: float = NOW_S) -> AlertmanagerCourier:
    """A courier that sends these alerts."""
    return AlertmanagerCourier(line, lambda: alerts, external_url=None, now=lambda: now_s)


def test_firing_alert_ends_by_itself_in_four_minutes() -> None:
    """Unless it is sent again; it began when it began to fire."""
    assert LASTS_S == 240 >= 3 * RESEND_S
    (entry,) = entries([alert()])
    assert entry == {
        "labels": dict(alert().episode.labels),
        "annotations": {"summary": "it burns"},
        "startsAt": "2023-11-15T00:01:00Z",
        "endsAt": "2023-11-15T00:15:00Z",
    }


def test_resolved_alert_ends_when_it_was_resolved() -> None:
    """At the end of the slot that said so."""
    (entry,) = entries([alert(RESOLVED)])
    assert (entry["startsAt"], entry["endsAt"]) == ("2023-11-15T00:01:00Z", "2023-11-15T00:10:00Z")


def test_pending_alert_is_not_sent() -> None:
    """It may never fire."""
    pending = AlertState("pending", T0, None, None, T0, T0)
    assert list(bodies([alert(pending)], NOW_S, None)) == []


def test_alert_leads_to_the_page_of_its_slo() -> None:
    """Where people reach it."""
    (entry,) = entries([alert()], "https://slo.example.org")
    assert entry["generatorURL"] == "https://slo.example.org/view/shop/checkout"


def test_many_alerts_are_sent_in_several_requests() -> None:
    """500 to each."""
    many = [alert(name=f"A{number}") for number in range(1001)]
    assert [len(json.loads(body)) for body in bodies(many, NOW_S, None)] == [500, 500, 1]


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """Whom the Alertmanager tells."""
    with webhook_receiver() as one:
        yield one


@pytest.fixture
def server(tmp_path: Path, receiver: Receiver) -> Iterator[Alertmanager]:
    """An Alertmanager that is down."""
    with alertmanager(tmp_path, receiver.url) as one:
        yield one


def test_alertmanager_tells_of_an_alert_once_and_of_its_end(
    server: Alertmanager, receiver: Receiver
) -> None:
    """It is down at first; then it is sent the same five times, and that it is over three times."""
    now_s = int(time.time())
    state = AlertState("firing", now_s - 60, now_s - 60, None, now_s, now_s)
    firing, over = alert(state), alert(replace(state, phase="resolved", resolved_s=now_s))
    with Line(target(server.url, "alertmanager", server.url)) as line:
        sending = courier(line, [firing], now_s)
        assert sending.send() == AGAIN_S
        assert (sending.sent.failed, sending.sent.taken) == (1, 0)
        server.start()
        assert [sending.send() for _ in range(5)] == [RESEND_S] * 5
        assert (sending.sent.taken, sending.sent.trouble) == (5, None)
        wait_for(lambda: len(receiver.received) == 1, within_s=10)
        (known,) = server.alerts()
        assert known["labels"] == dict(firing.episode.labels)
        for _ in range(3):
            courier(line, [over], now_s).send()
        wait_for(lambda: len(receiver.received) == 2, within_s=10)
        time.sleep(2.5)
    assert [body["status"] for body in receiver.bodies] == ["firing", "resolved"]
    assert receiver.bodies[0]["alerts"][0]["annotations"] == {"summary": "it burns"}


def test_what_an_alertmanager_refuses_is_told(server: Alertmanager) -> None:
    """With its own words."""
    server.start()
    broken = alert()
    broken = replace(broken, episode=replace(broken.episode, labels={"no name": "x"}))
    with Line(target(server.url, "alertmanager", server.url)) as line:
        sending = courier(line, [broken])
        assert sending.send() == AGAIN_S
    assert (sending.sent.trouble or "").startswith("HTTP 400 Bad Request: ")


def test_each_request_is_counted(receiver: Receiver) -> None:
    """One that fails does not keep the others back."""
    many = [alert(FIRING, f"A{number}") for number in range(501)]
    receiver.status = 500
    with Line(target(receiver.url, "alertmanager")) as line:
        sending = courier(line, many)
        assert sending.send() == AGAIN_S
        receiver.status = 200
        assert sending.send() == RESEND_S
    assert (sending.sent.failed, sending.sent.taken) == (2, 2)
    assert {one.path for one in receiver.received} == {"/api/v2/alerts"}
