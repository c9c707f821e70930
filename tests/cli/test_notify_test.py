"""`slowatch notify-test`: what each target said, and no secret."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.calling import slowatch
from tests.support.alertmanager import alertmanager
from tests.support.receiver import Receiver, webhook_receiver

SECRET = "hunter2-hook"  # noqa: S105


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    """A webhook."""
    with webhook_receiver() as one:
        yield one


def webhooks(receiver: Receiver) -> str:
    """The setting, as a variable holds it."""
    return json.dumps([{"name": "chat", "url": f"{receiver.url}/{SECRET}", "token": SECRET}])


def test_every_target_is_told_and_says_what_it_took(tmp_path: Path, receiver: Receiver) -> None:
    """An Alertmanager and a webhook; the alert says that it is a test."""
    with alertmanager(tmp_path, receiver.url) as server:
        server.start()
        done = slowatch(
            "notify-test",
            alerting="notify",
            alertmanagers=server.url,
            webhooks=webhooks(receiver),
        )
        (known,) = server.alerts()
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        f"alertmanager {server.url}: HTTP 200 OK",
        "webhook chat: HTTP 200 OK",
    ]
    assert known["labels"]["alertname"] == "SlowatchTest"
    (hooked,) = [one for one in receiver.received if one.path == f"/{SECRET}"]
    assert (hooked.body["event"], hooked.headers["authorization"]) == ("test", f"Bearer {SECRET}")


def test_one_that_does_not_take_it_makes_the_exit_code_1(receiver: Receiver) -> None:
    """The others are told all the same; no secret is shown."""
    receiver.status, receiver.says = 401, f"wrong: {SECRET}"
    done = slowatch(
        "notify-test",
        alertmanagers=f"http://me:{SECRET}@127.0.0.1:1",
        webhooks=webhooks(receiver),
    )
    assert done.code == 1
    down, hook = done.out.splitlines()
    assert down.startswith("alertmanager http://127.0.0.1:1: not taken: ")
    assert hook == "webhook chat: not taken: HTTP 401 Unauthorized: wrong: …"
    assert "`alerting` is `rules`" in done.err
    assert SECRET not in done.out + done.err


def test_nobody_to_notify_is_told() -> None:
    """With what to do."""
    done = slowatch("notify-test")
    assert (done.code, done.err) == (
        2,
        "slowatch: there is nobody to notify: set `alertmanagers` or `webhooks`\n",
    )
