"""`/metrics`: a valid page with the numbers of `/slo`, whatever labels hold."""

import subprocess
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from slowatch.evaluate.snapshot import AlertingMode
from slowatch.notify.sent import Sent
from tests.api.standing import NOW_S, Client, Standing

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


@pytest.fixture(scope="module")
def page(client: Client) -> str:
    """The page of the standing daemon."""
    return client.get("/metrics").text


@pytest.fixture(scope="module")
def samples(page: str) -> Samples:
    """What a Prometheus would read."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(page)
        for sample in family.samples
    }


def slo(name: str, slo: str, nfr: str = "", **more: str) -> tuple[str, frozenset[tuple[str, str]]]:
    """The key of a sample of an SLO."""
    labels = {"service": "shop", "slo": slo, "nfr": nfr, **more}
    return (f"slowatch_slo_{name}", frozenset(labels.items()))


def test_gauges_are_the_numbers_of_slo(samples: Samples) -> None:
    eu = {"nfr": "N1", "region": "eu"}
    assert samples[slo("compliance_ratio", "checkout", **eu)] == 0.8
    assert samples[slo("objective_ratio", "checkout", **eu)] == 0.9
    assert samples[slo("error_budget_remaining_ratio", "checkout", **eu)] == -1
    assert samples[slo("burn_rate", "checkout", look_back="1h", **eu)] == 2
    assert samples[slo("window_events", "checkout", outcome="bad", **eu)] == 10


def test_recent_events_are_those_of_five_minutes(samples: Samples) -> None:
    """All that were recorded are as new; where nothing was measured there are none."""
    eu = {"nfr": "N1", "region": "eu", "look_back": "5m"}
    assert samples[slo("events", "checkout", outcome="bad", **eu)] == 10
    assert samples[slo("events", "checkout", outcome="good", **eu)] == 40
    assert slo("events", "silent", outcome="good", look_back="5m") not in samples


def test_each_slo_is_told_once_with_its_own_labels(samples: Samples) -> None:
    """Whatever groups it has."""
    infos = [dict(labels) for name, labels in samples if name == "slowatch_slo_info"]
    assert sorted(one["slo"] for one in infos) == ["checkout", "search", "silent"]
    (checkout,) = (one for one in infos if one["slo"] == "checkout")
    named = {"service": "shop", "slo": "checkout", "nfr": "N1", "team": "web"}
    assert checkout == {**named, "objective": "0.9", "window": "30d"}


def test_exactly_one_state_is_1(samples: Samples) -> None:
    states = {
        dict(labels)["state"]: value
        for (name, labels), value in samples.items()
        if name == "slowatch_slo_state" and ("slo", "silent") in labels
    }
    assert states == {"exhausted": 0, "page": 0, "ticket": 0, "no_data": 1, "ok": 0}


def test_a_number_that_does_not_exist_has_no_sample(samples: Samples) -> None:
    assert slo("compliance_ratio", "silent") not in samples
    assert slo("coverage_ratio", "silent") in samples


def test_quotes_newlines_and_backslashes_of_labels_survive(samples: Samples) -> None:
    nasty = {"nfr": "N1", "region": 'us\n"x"\\'}
    assert samples[slo("compliance_ratio", "checkout", **nasty)] == 1


def test_no_sample_stands_twice(page: str, samples: Samples) -> None:
    lines = [line for line in page.splitlines() if not line.startswith("#")]
    assert len(lines) == len(samples)


def test_the_daemons_own_numbers_are_there(page: str, samples: Samples) -> None:
    assert samples["slowatch_slots_due_total", frozenset()] == 7
    assert samples["slowatch_ledger_series", frozenset()] == 3
    assert samples["slowatch_newest_measured_slot_timestamp_seconds", frozenset()] == NOW_S
    assert "process_resident_memory_bytes" in page
    for counted in ("recorded", "missing", "late"):
        assert ("slowatch_slots_" + counted + "_total", frozenset()) in samples


def test_conditions_are_what_rules_fire_on(samples: Samples) -> None:
    """Ten of fifty events were bad, which is a burn of 2: worth a ticket, not a page."""
    burn = {"nfr": "N1", "region": "eu", "alert": "ErrorBudgetBurn"}
    assert samples[slo("alert_condition", "checkout", severity="ticket", **burn)] == 1
    assert samples[slo("alert_condition", "checkout", severity="page", **burn)] == 0


def test_condition_of_which_nothing_is_known_has_no_sample(samples: Samples) -> None:
    """Of what was never measured it is not known how fast it burns."""
    burn = {"alert": "ErrorBudgetBurn", "severity": "page"}
    assert slo("alert_condition", "silent", **burn) not in samples


def test_alerts_are_counted(samples: Samples) -> None:
    assert samples["slowatch_alerts", frozenset({("state", "firing")})] == 2
    assert samples["slowatch_alerts", frozenset({("state", "pending")})] == 0


@pytest.mark.parametrize(("alerting", "told"), [("notify", ["slowatch_alerts"]), ("off", [])])
def test_rules_have_nothing_to_fire_on_where_they_are_not_to(
    standing: Standing, alerting: AlertingMode, told: list[str]
) -> None:
    """Else somebody would be paged twice."""
    page = Client(replace(standing, alerting=alerting).app()).get("/metrics").text
    names = {family.name for family in text_string_to_metric_families(page)}
    assert sorted(names & {"slowatch_alerts", "slowatch_slo_alert_condition"}) == told


def test_what_was_sent_is_counted_by_target(standing: Standing) -> None:
    """What waits is said of webhooks, since nothing waits for an Alertmanager."""
    sent = (Sent("http://am:9093", "alertmanager", 7, 1), Sent("chat", "webhook", 2, 3, 4))
    notifying = replace(standing, alerting="notify", sent_=sent)
    page = Client(notifying.app()).get("/metrics").text
    for line in (
        'slowatch_notifications_sent_total{kind="alertmanager",target="http://am:9093"} 7.0',
        'slowatch_notifications_failed_total{kind="webhook",target="chat"} 3.0',
        'slowatch_notifications_dropped_total{kind="webhook",target="chat"} 4.0',
        'slowatch_notifications_queued{kind="webhook",target="chat"} 0.0',
    ):
        assert line in page.splitlines()
    assert 'queued{kind="alertmanager"' not in page


def test_promtool_finds_nothing_to_improve(page: str) -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=page, text=True, capture_output=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_page_says_what_it_is(client: Client) -> None:
    kind = client.get("/metrics").headers["content-type"]
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
