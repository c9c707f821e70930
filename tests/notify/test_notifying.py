"""Threads for targets: one that is down harms no other, and stopping does not wait."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.notify.document import deliveries
from slowatch.notify.notifying import Notifying
from slowatch.notify.target import Target
from tests.evaluate.raised import T0
from tests.notify.making import alert, target
from tests.support.daemon import wait_for
from tests.support.receiver import Receiver, webhook_receiver


@pytest.fixture
def receivers() -> Iterator[tuple[Receiver, Receiver]]:
    """Two targets."""
    with webhook_receiver() as one, webhook_receiver() as other:
        yield one, other


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """A ledger with something for the chat and for the mail."""
    with Ledger.open(":memory:") as opened:
        opened.write_alerts([], deliveries=deliveries(alert(), ["chat", "mail"], None))
        yield opened


@contextmanager
def started(ledger: Ledger, *targets: Target) -> Iterator[Notifying]:
    """What sends to these targets, and has begun; it has ended when nothing of it is left."""
    one = Notifying(targets, ledger, lambda: [alert()], external_url=None, now=lambda: T0 + 60)
    one.start()
    try:
        yield one
    finally:
        one.stop()
        wait_for(lambda: not _threads(), within_s=10)


def _threads() -> list[str]:
    return [thread.name for thread in threading.enumerate() if thread.name.startswith("to ")]


def test_target_that_hangs_harms_no_other(
    receivers: tuple[Receiver, Receiver], ledger: Ledger
) -> None:
    """Nor does one that is not there."""
    hanging, well = receivers
    hanging.hangs.set()
    targets = (
        target(hanging.url),
        target(well.url, name="mail"),
        target("http://127.0.0.1:1", "alertmanager", "down"),
        target(well.url, "alertmanager", "am"),
    )
    with started(ledger, *targets) as one:
        wait_for(lambda: len(well.received) == 2, within_s=5)
        wait_for(lambda: one.sent[2].failed == 1, within_s=5)
        assert ledger.queue_lengths() == {"chat": 1}
        hanging.end()


def test_news_is_sent_at_once(receivers: tuple[Receiver, Receiver], ledger: Ledger) -> None:
    """Not only when it is time to look."""
    receiver, _ = receivers
    with started(ledger, target(receiver.url)) as one:
        wait_for(lambda: len(receiver.received) == 1, within_s=5)
        ledger.write_alerts([], deliveries=deliveries(alert(name="Slow"), ["chat"], None))
        one.tell()
        wait_for(lambda: len(receiver.received) == 2, within_s=5)


def test_what_is_for_nobody_is_taken_out(
    receivers: tuple[Receiver, Receiver], ledger: Ledger
) -> None:
    """A webhook that the settings no longer name."""
    with started(ledger, target(receivers[0].url)):
        assert "mail" not in ledger.queue_lengths()


def test_trouble_with_the_ledger_is_over_when_it_is_over(
    receivers: tuple[Receiver, Receiver], ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The thread goes on, whatever was raised."""
    monkeypatch.setattr("slowatch.notify.notifying.AFTER_FAILURE_S", 0.05)
    receiver, _ = receivers
    failures = iter([LedgerError("the disk is full"), ValueError("nobody expected this")])
    due = ledger.due_deliveries

    def fail_twice(name: str, at_s: float, *, most: int) -> object:
        failure = next(failures, None)
        if failure is not None:
            raise failure
        return due(name, at_s, most=most)

    monkeypatch.setattr(ledger, "due_deliveries", fail_twice)
    with started(ledger, target(receiver.url)):
        wait_for(lambda: len(receiver.received) == 1, within_s=5)
