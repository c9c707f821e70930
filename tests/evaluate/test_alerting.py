"""Alerting over a ledger, slot by slot."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

import pytest

from slowatch.evaluate.alert import LATELY_S, Alert, without_windows
from slowatch.evaluate.alerting import Alerting
from slowatch.evaluate.judging import Status
from slowatch.ledger.alert_port import Delivery, alert_digest
from slowatch.ledger.errors import LedgerError
from slowatch.ledger.ledger import Ledger
from slowatch.slo.alert_rule import BreaksBound, Burns
from slowatch.slo.policy import BudgetEnding, SliAbsent
from slowatch.slo.slot import DAY_S
from tests.evaluate.raised import SLO, T0, rule, status

ABSENT = rule("SliAbsent", SliAbsent(900, "page"))
SEARCH = replace(SLO, name="search")


@pytest.fixture
def ledger() -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(":memory:") as opened:
        yield opened


@pytest.fixture
def alerting(ledger: Ledger) -> Alerting:
    """What tells everything to one target."""
    return started(ledger)


def started(ledger: Ledger, at_s: int = T0) -> Alerting:
    """Alerting that has just been started."""
    return Alerting(
        ledger,
        start_s=at_s,
        wording=lambda one, _rule: {"summary": f"{one.tally.bad // 1_000_000} bad"},
        deliveries=deliveries,
    )


def deliveries(alert: Alert) -> Sequence[Delivery]:
    """One for a chat."""
    alert_ = alert_digest(alert.episode.key)
    uid = f"{alert.episode.id}-{alert.state.phase}"
    return [Delivery("chat", uid, alert_, alert.state.phase, alert.since_s)]


def told(alerts: Sequence[Alert]) -> list[tuple[str, str]]:
    """Which alerts, and their phases."""
    return [(one.episode.key.slo_id, one.state.phase) for one in alerts]


def test_alert_that_fires_is_told_once(alerting: Alerting, ledger: Ledger) -> None:
    """In every slot it is known, in one it is news."""
    assert told(alerting.advance([status(True)], T0)) == [("shop/checkout", "firing")]
    assert alerting.advance([status(True)], T0 + 60) == []
    assert told(alerting.alerts) == [("shop/checkout", "firing")]
    assert ledger.queue_lengths() == {"chat": 1}


def test_alert_has_the_labels_of_its_slo_its_rule_and_its_group(alerting: Alerting) -> None:
    """The group's label may not pass for another one."""
    (alert,) = alerting.advance([status(True, region="eu", job="x")], T0)
    assert alert.episode.labels == {
        "alertname": "ErrorBudgetBurn",
        "severity": "page",
        "service": "shop",
        "slo": "checkout",
        "nfr": "N1",
        "team": "web",
        "route": "loud",
        "region": "eu",
        "group_job": "x",
    }


def test_alert_that_is_over_is_told_and_shown_for_a_while(alerting: Alerting) -> None:
    """A quarter of an hour."""
    alerting.advance([status(True)], T0)
    assert told(alerting.advance([status(False)], T0 + 60)) == [("shop/checkout", "resolved")]
    alerting.advance([status(False)], T0 + 60 + LATELY_S)
    assert told(alerting.alerts) == [("shop/checkout", "resolved")]
    alerting.advance([status(False)], T0 + 120 + LATELY_S)
    assert alerting.alerts == ()


def test_alert_that_comes_back_takes_the_place_of_the_one_that_was_over(
    alerting: Alerting, ledger: Ledger
) -> None:
    """Its labels are the same, so both cannot be told; the ledger knows both."""
    for number, holds in enumerate((True, False, True)):
        alerting.advance([status(holds)], T0 + 60 * number)
    assert told(alerting.alerts) == [("shop/checkout", "firing")]
    assert [one.state.phase for one in ledger.episodes(0)] == ["firing", "resolved"]


def test_pending_alert_that_ends_leaves_nothing_behind(alerting: Alerting, ledger: Ledger) -> None:
    """Nobody was told."""
    waits = rule(for_s=120)
    alerting.advance([status(True, of=waits)], T0)
    assert told(alerting.alerts) == [("shop/checkout", "pending")]
    assert len(ledger.episodes(0)) == 1
    assert alerting.advance([status(False, of=waits)], T0 + 60) == []
    assert (alerting.alerts, ledger.episodes(0), ledger.queue_lengths()) == ((), [], {})


def test_states_go_on_after_a_restart(alerting: Alerting, ledger: Ledger) -> None:
    """What was pending fires in time, what fired is not told again, what was over is still told."""
    waits = rule(for_s=120)
    before = [status(True, of=waits), status(True, slo=SEARCH), status(True, slo=SEARCH, at="x")]
    alerting.advance(before, T0)
    alerting.advance([*before[:2], status(False, slo=SEARCH, at="x")], T0 + 60)
    again = started(ledger, T0 + 120)
    assert again.alerts == tuple(replace(alert, status=None) for alert in alerting.alerts)
    turned = again.advance(before[:2], T0 + 120)
    assert told(turned) == [("shop/checkout", "firing")]
    assert sorted(told(again.alerts)) == [
        ("shop/checkout", "firing"),
        ("shop/search", "firing"),
        ("shop/search", "resolved"),
    ]


@pytest.mark.parametrize(
    "left", [[], [status(True, of=rule("Other"))], [status(True, slo=SEARCH)]], ids=str
)
def test_alert_that_nothing_raises_any_longer_is_over(
    alerting: Alerting, left: list[Status]
) -> None:
    """Its SLO is gone, or its rule; it is told with the words that it had."""
    alerting.advance([status(True)], T0)
    over = next(one for one in alerting.advance(left, T0 + 60) if one.state.phase == "resolved")
    assert over.episode.key.slo_id == "shop/checkout"
    assert over.episode.annotations == {"summary": "40 bad"}


def test_group_that_is_not_judged_keeps_its_alert(alerting: Alerting) -> None:
    """For a day: its SLO is still watched, but nothing is known."""
    alerting.advance([status(True, region="eu")], T0)
    other = [status(False, region="us")]
    assert alerting.advance(other, T0 + 60) == []
    assert told(alerting.alerts) == [("shop/checkout", "firing")]
    assert told(alerting.advance(other, T0 + DAY_S)) == [("shop/checkout", "resolved")]


def test_groups_of_other_labels_end_the_alerts_of_those_before(alerting: Alerting) -> None:
    """`by` was edited: nobody can look at what fires any more."""
    alerting.advance([status(True, region="eu")], T0)
    other = [status(False, zone="eu-1")]
    assert told(alerting.advance(other, T0 + 60)) == [("shop/checkout", "resolved")]


def test_absence_is_one_alert_for_all_groups(alerting: Alerting) -> None:
    """It has no group, and any that says so is enough."""
    groups = [status(holds, of=ABSENT, at=at) for holds, at in ((None, "x"), (True, "y"))]
    (alert,) = alerting.advance(groups, T0)
    assert alert.episode.key.group == ()
    assert "at" not in alert.episode.labels
    assert alerting.advance([status(None, of=ABSENT, at="x")], T0 + 60) == []


def test_words_are_of_the_last_slot_that_said_something(alerting: Alerting) -> None:
    """An alert of which nothing is known keeps its own."""
    alerting.advance([status(True, bad=40)], T0)
    alerting.advance([status(True, bad=50)], T0 + 60)
    alerting.advance([status(None, bad=0)], T0 + 120)
    assert alerting.alerts[0].episode.annotations == {"summary": "50 bad"}


def test_repeated_slot_changes_nothing(alerting: Alerting, ledger: Ledger) -> None:
    """Whatever it says."""
    alerting.advance([status(True)], T0)
    before = (alerting.alerts, ledger.episodes(0))
    assert alerting.advance([status(False)], T0) == []
    assert (alerting.alerts, ledger.episodes(0)) == before


def test_clock_that_was_a_day_ahead_does_not_keep_an_alert(alerting: Alerting) -> None:
    """It goes on as soon as the clock is right."""
    alerting.advance([status(True)], T0 + DAY_S)
    assert alerting.advance([status(True)], T0) == []
    (alert,) = alerting.alerts
    assert (alert.state.firing_s, alert.state.known_s) == (T0, T0)
    assert told(alerting.advance([status(False)], T0 + 60)) == [("shop/checkout", "resolved")]


def test_slot_that_the_ledger_cannot_keep_is_made_up_for(
    alerting: Alerting, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The alert is told in the next one."""

    def fail(*_given: object) -> None:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as broken:
        broken.setattr(ledger, "write_alerts", fail)
        with pytest.raises(LedgerError):
            alerting.advance([status(True)], T0)
    assert alerting.alerts == ()
    assert told(alerting.advance([status(True)], T0 + 60)) == [("shop/checkout", "firing")]


def test_quiet_slot_does_not_touch_the_ledger(
    alerting: Alerting, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many SLOs there are."""
    monkeypatch.setattr(ledger, "_store", None)
    quiet = [status(False), status(None, slo=SEARCH)]
    for number in range(3):
        assert alerting.advance(quiet, T0 + 60 * number) == []


def test_window_that_is_not_filled_yet_says_nothing_of_its_budget() -> None:
    """Burns and bounds do not wait for it."""
    burns, bound = rule("Burn", Burns(())), rule("Slow", BreaksBound(300))
    ending = rule("Ending", BudgetEnding(DAY_S, "page"))
    conditions = [status(True, of=one).conditions[0] for one in (burns, bound, ending)]
    early = without_windows(replace(status(True), conditions=tuple(conditions)))
    assert [one.holds for one in early.conditions] == [True, True, None]
