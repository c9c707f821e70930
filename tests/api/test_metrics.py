"""`/metrics`: a valid page with the numbers of `/slo`, whatever labels hold."""

import subprocess

import pytest
from prometheus_client.parser import text_string_to_metric_families

from tests.api.standing import Client

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
    eu = {"nfr": "N1", "group_region": "eu"}
    assert samples[slo("compliance_ratio", "checkout", **eu)] == 0.8
    assert samples[slo("objective_ratio", "checkout", **eu)] == 0.9
    assert samples[slo("error_budget_remaining_ratio", "checkout", **eu)] == -1
    assert samples[slo("burn_rate", "checkout", look_back="1h", **eu)] == 2
    assert samples[slo("window_events", "checkout", outcome="bad", **eu)] == 10


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
    nasty = {"nfr": "N1", "group_region": 'us\n"x"\\'}
    assert samples[slo("compliance_ratio", "checkout", **nasty)] == 1


def test_no_sample_stands_twice(page: str, samples: Samples) -> None:
    lines = [line for line in page.splitlines() if not line.startswith("#")]
    assert len(lines) == len(samples)


def test_the_daemons_own_numbers_are_there(page: str, samples: Samples) -> None:
    assert samples["slowatch_slots_due_total", frozenset()] == 7
    assert samples["slowatch_ledger_series", frozenset()] == 3
    assert "process_resident_memory_bytes" in page
    for counted in ("recorded", "missing", "late"):
        assert ("slowatch_slots_" + counted + "_total", frozenset()) in samples


def test_promtool_finds_nothing_to_improve(page: str) -> None:
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=page, text=True, capture_output=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")


def test_the_page_says_what_it_is(client: Client) -> None:
    kind = client.get("/metrics").headers["content-type"]
    assert kind == "text/plain; version=0.0.4; charset=utf-8"
