"""What every ledger keeps of alerts, wherever it is kept."""

from collections.abc import Iterator
from dataclasses import replace

import pytest

from slowatch.ledger.alert_port import Delivery, Episode, Queued, alert_digest, episode_id
from slowatch.ledger.ledger import Ledger
from slowatch.slo.alert_state import AlertKey, AlertState
from slowatch.slo.slot import HOUR_S
from tests.ledger.making import T0

KEY = AlertKey("shop/checkout", "ErrorBudgetBurn", "page", (("region", 'us\n"x"\\\0'),))
PENDING = AlertState("pending", pending_s=T0, held_s=T0, known_s=T0)
FIRING = replace(PENDING, phase="firing", firing_s=T0 + 60, held_s=T0 + 60, known_s=T0 + 60)
RESOLVED = replace(FIRING, phase="resolved", resolved_s=T0 + 120)


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(ledger_url) as opened:
        yield opened


def episode(state: AlertState = FIRING, key: AlertKey = KEY, at_s: int = 0) -> Episode:
    """An episode that began so long after T0."""
    labels = {"alertname": key.name, "service": "shop"}
    return Episode(episode_id(key, T0 + at_s), key, state, labels, {"summary": "it burns"})


def delivery(uid: str, alert: str = "a", target: str = "chat", created_s: int = T0) -> Delivery:
    """Something to send."""
    return Delivery(target, uid, alert, f'{{"id": "{uid}"}}', created_s)


def uids(ledger: Ledger, at_s: int = T0, target: str = "chat") -> list[str]:
    """What is due."""
    return [one.delivery.uid for one in ledger.due_deliveries(target, at_s, most=100)]


def test_new_ledger_knows_of_no_alert(ledger: Ledger) -> None:
    """And has nothing to send."""
    assert ledger.episodes(0) == []
    assert ledger.due_deliveries("chat", T0, most=1) == []
    assert ledger.queue_lengths() == {}


@pytest.mark.parametrize("state", [PENDING, FIRING, RESOLVED], ids=lambda state: state.phase)
def test_episode_is_read_as_it_was_written(ledger: Ledger, state: AlertState) -> None:
    """Whatever its labels hold."""
    ledger.write_alerts([episode(state)])
    assert ledger.episodes(T0) == [episode(state)]


def test_episode_that_goes_on_is_written_over(ledger: Ledger) -> None:
    """One episode is one row."""
    for state in (PENDING, FIRING, RESOLVED):
        ledger.write_alerts([episode(state)])
    assert ledger.episodes(T0) == [episode(RESOLVED)]


def test_episode_that_never_fired_can_be_dropped(ledger: Ledger) -> None:
    """The others stay."""
    other = episode(key=replace(KEY, severity="ticket"))
    ledger.write_alerts([episode(PENDING), other])
    ledger.write_alerts([], [episode().id])
    assert ledger.episodes(T0) == [other]


def test_episodes_are_told_newest_first_and_not_more_than_asked_for(ledger: Ledger) -> None:
    """By when they became pending."""
    some = [
        episode(replace(RESOLVED, pending_s=T0 + at_s, resolved_s=T0 + 1000 + at_s), at_s=at_s)
        for at_s in (0, 60, 120)
    ]
    ledger.write_alerts(some)
    assert ledger.episodes(0) == some[::-1]
    assert ledger.episodes(0, most=2) == some[:0:-1]
    assert ledger.episodes(T0 + 1060) == some[:0:-1]


def test_open_episodes_are_told_however_old(ledger: Ledger) -> None:
    """They are not over yet."""
    ledger.write_alerts([episode(FIRING)])
    assert ledger.episodes(T0 + 400 * 24 * HOUR_S) == [episode(FIRING)]


def test_old_episodes_are_forgotten_and_open_ones_are_not(ledger: Ledger) -> None:
    """The hour that the moment lies in is kept whole."""
    other = episode(key=replace(KEY, severity="ticket"))
    ledger.write_alerts([episode(RESOLVED), other])
    ledger.forget(T0 + HOUR_S - 1)
    assert len(ledger.episodes(0)) == 2
    ledger.forget(T0 + HOUR_S)
    assert ledger.episodes(0) == [other]


def test_delivery_waits_until_it_is_removed(ledger: Ledger) -> None:
    """For its own target only, and not before its time."""
    ledger.write_alerts([], deliveries=[delivery("1")])
    assert uids(ledger, T0 - 1) == []
    assert uids(ledger, target="mail") == []
    (queued,) = ledger.due_deliveries("chat", T0, most=1)
    assert queued == Queued(queued.id, delivery("1"))
    assert ledger.queue_lengths() == {"chat": 1}
    ledger.remove_deliveries([queued.id])
    assert (uids(ledger), ledger.queue_lengths()) == ([], {})


def test_deliveries_of_one_alert_keep_their_order(ledger: Ledger) -> None:
    """The second is due only when the first is gone; another alert's, and target's, do not wait."""
    given = [delivery("1"), delivery("2"), delivery("3", "b"), delivery("4", target="mail")]
    ledger.write_alerts([], deliveries=given)
    first, _ = ledger.due_deliveries("chat", T0, most=10)
    assert (uids(ledger), uids(ledger, target="mail")) == (["1", "3"], ["4"])
    ledger.put_off_delivery(replace(first, attempts=1, last_error="HTTP 500"), T0 + 5)
    assert uids(ledger) == ["3"]
    assert uids(ledger, T0 + 5) == ["1", "3"]
    ledger.remove_deliveries([first.id])
    assert uids(ledger) == ["2", "3"]


def test_delivery_that_was_tried_in_vain_says_so(ledger: Ledger) -> None:
    """How often, and what was said."""
    ledger.write_alerts([], deliveries=[delivery("1")])
    (queued,) = ledger.due_deliveries("chat", T0, most=1)
    tried = replace(queued, attempts=3, last_error="HTTP 500\0")
    ledger.put_off_delivery(tried, T0 + 20)
    (again,) = ledger.due_deliveries("chat", T0 + 20, most=1)
    assert (again.attempts, again.last_error) == (3, "HTTP 500\ufffd")


def test_delivery_that_is_in_line_is_not_put_there_twice(ledger: Ledger) -> None:
    """Two that judge the same slot tell the same."""
    for _ in range(2):
        ledger.write_alerts([episode()], deliveries=[delivery("1"), delivery("2")])
    assert ledger.queue_lengths() == {"chat": 2}


def test_deliveries_for_nobody_can_be_removed(ledger: Ledger) -> None:
    """The others stay."""
    given = [delivery("1"), delivery("2", target="mail"), delivery("3", target="pager")]
    ledger.write_alerts([], deliveries=given)
    assert ledger.remove_other_deliveries(["chat", "none"]) == 2
    assert ledger.queue_lengths() == {"chat": 1}


def test_alerts_survive_a_restart(shared_ledger_url: str) -> None:
    """Their states, and what is to be sent."""
    with Ledger.open(shared_ledger_url) as ledger:
        ledger.write_alerts([episode()], deliveries=[delivery("1")])
    with Ledger.open(shared_ledger_url) as ledger:
        assert ledger.episodes(T0) == [episode()]
        assert uids(ledger) == ["1"]


def test_episodes_are_told_apart_by_all_that_an_alert_is() -> None:
    """And by when it began."""
    others = [
        replace(KEY, slo_id="shop/search"),
        replace(KEY, name="SliAbsent"),
        replace(KEY, severity="ticket"),
        replace(KEY, group=()),
    ]
    assert len({alert_digest(key) for key in (KEY, *others)}) == 5
    assert len({episode_id(KEY, T0), episode_id(KEY, T0 + 60), alert_digest(KEY)}) == 3
