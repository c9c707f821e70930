"""That slowatch sees nothing: raised after five minutes, kept, and told without a ledger, too."""

from collections.abc import Iterator, Sequence
from functools import partial

import pytest

from slowatch.evaluate.alerting import Alerting
from slowatch.evaluate.blindness import KEY, Blindness
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.notify.alertmanager import bodies
from slowatch.notify.document import deliveries
from tests.evaluate.raised import T0

SLOT_S = 60
WHY = ("http://prometheus:9090 cannot be reached.", "the ledger is locked")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(":memory:") as opened:
        yield opened


def blindness(ledger: Ledger, *, slot_s: int = SLOT_S, start_s: int = T0) -> Blindness:
    """One that tells the chat."""
    delivering = partial(deliveries, webhooks=["chat"], external_url="https://slo.example.org")
    return Blindness(ledger, slot_s=slot_s, start_s=start_s, deliveries=delivering)


def phases(one: Blindness, seen_s: int | None, ends_s: Sequence[int]) -> list[str]:
    """What the alert is after each look."""
    found: list[str] = []
    for at_s in ends_s:
        one.look(seen_s, at_s, WHY)
        found.append(one.alerts[0].state.phase if one.alerts else "inactive")
    return found


def slots(first: int, last: int, slot_s: int = SLOT_S) -> list[int]:
    """The ends of slots after T0, counted from 1."""
    return [T0 + number * slot_s for number in range(first, last + 1)]


def test_five_minutes_without_a_slot_fire(ledger: Ledger) -> None:
    """The fourth slot that is missed makes it pending, the fifth one is at 300 s."""
    told = phases(blindness(ledger), T0, slots(1, 6))
    assert told == ["inactive"] * 3 + ["pending", "firing", "firing"]


def test_slots_of_five_minutes_have_to_be_missed_three_times(ledger: Ledger) -> None:
    """The third one is at 900 s."""
    told = phases(blindness(ledger, slot_s=300), T0, slots(1, 3, 300))
    assert told == ["inactive", "pending", "firing"]


def test_where_no_slot_was_ever_seen_the_start_counts(ledger: Ledger) -> None:
    """Nobody knows what was before."""
    told = phases(blindness(ledger), None, slots(0, 5))
    assert told == ["inactive"] * 4 + ["pending", "firing"]


def test_machine_that_slept_for_an_hour_is_not_blind(ledger: Ledger) -> None:
    """It sees nothing at its first look, and everything at the next one."""
    one = blindness(ledger)
    assert phases(one, T0, [T0 + 3600]) == ["pending"]
    assert phases(one, T0 + 3600, [T0 + 3660]) == ["inactive"]
    one.save()
    assert ledger.episodes(0) == []


def test_it_is_over_with_the_next_slot_that_is_seen(ledger: Ledger) -> None:
    """It is told of for a quarter of an hour, as any other alert."""
    one = blindness(ledger)
    phases(one, T0, slots(1, 5))
    over = one.look(T0 + 360, T0 + 360, ())
    assert over is not None
    assert (over.state.phase, over.state.resolved_s) == ("resolved", T0 + 360)
    assert phases(one, T0 + 1260, [T0 + 1260, T0 + 1261]) == ["resolved", "inactive"]
    one.save()
    assert [episode.state.phase for episode in ledger.episodes(0)] == ["resolved"]


def test_it_says_why_and_is_a_page_of_slowatch(ledger: Ledger) -> None:
    """What stands in the way, and since when."""
    one = blindness(ledger)
    phases(one, T0, slots(1, 5))
    (alert,) = one.alerts
    assert alert.episode.labels == {
        "alertname": "SlowatchBlind",
        "severity": "page",
        "service": "slowatch",
    }
    assert alert.episode.annotations == {
        "summary": "slowatch sees nothing: no slot was measured since 2023-11-15T00:00:00Z",
        "description": "Until this is over it raises no other alert. The reason: "
        "http://prometheus:9090 cannot be reached; the ledger is locked.",
    }


def test_it_leads_to_where_slowatch_tells_of_itself(ledger: Ledger) -> None:
    """There is no SLO that has a page."""
    one = blindness(ledger)
    phases(one, T0, slots(1, 5))
    (body,) = bodies(one.alerts, T0 + 300, "https://slo.example.org")
    assert '"generatorURL": "https://slo.example.org/readyz"' in body
    one.save()
    (queued,) = ledger.due_deliveries("chat", T0 + 300, most=10)
    assert '"slo_id": "slowatch"' in queued.delivery.payload
    assert '"url": "https://slo.example.org/readyz"' in queued.delivery.payload


def test_after_a_restart_it_goes_on_and_is_not_told_again(ledger: Ledger) -> None:
    """Until a slot is seen nothing is known, and it stays what it is."""
    before = blindness(ledger)
    phases(before, T0, slots(1, 5))
    before.save()
    one = blindness(ledger, start_s=T0 + 330)
    assert one.look(None, T0 + 360, ()) is None
    assert [alert.state.phase for alert in one.alerts] == ["firing"]
    assert one.look(T0 + 420, T0 + 420, ()) is not None
    one.save()
    assert ledger.queue_lengths() == {"chat": 2}
    assert len(ledger.episodes(0)) == 1


def test_alerts_of_slos_leave_it_alone(ledger: Ledger) -> None:
    """It has no SLO that could be no longer watched."""
    one = blindness(ledger)
    phases(one, T0, slots(1, 5))
    one.save()
    alerting = Alerting(ledger, start_s=T0 + 300)
    assert alerting.alerts == ()
    assert alerting.advance([], T0 + 360) == []
    assert [episode.key for episode in ledger.episodes(0)] == [KEY]


def test_ledger_that_cannot_be_written_does_not_keep_it_back(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was to be written is written once it can be: also what webhooks are to be sent."""

    def fail(*_given: object) -> None:
        raise LedgerError("the disk is full")

    one = blindness(ledger)
    with monkeypatch.context() as patched:
        patched.setattr(ledger, "write_alerts", fail)
        for at_s in slots(4, 6):
            one.look(T0, at_s, WHY)
            with pytest.raises(LedgerError):
                one.save()
        assert [alert.state.phase for alert in one.alerts] == ["firing"]
    assert one.look(T0 + 420, T0 + 420, ()) is not None
    assert one.save()
    assert not one.save()
    (episode,) = ledger.episodes(0)
    assert (episode.state.firing_s, episode.state.resolved_s) == (T0 + 300, T0 + 420)
    assert ledger.queue_lengths() == {"chat": 2}
