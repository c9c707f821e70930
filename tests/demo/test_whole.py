"""The whole demo: the systems, a real Prometheus, the real daemon, and what it finds out."""

import json

import pytest

from slowatch.demo.demo import run_demo


@pytest.mark.slow
def test_the_first_incident_is_seen_and_everything_is_measured(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """`lark-service` errs from the tenth second on; no other system is ill in the first minute."""
    assert run_demo(55.0, as_json=True) == 0
    slos = json.loads(capsys.readouterr().out)["slos"]
    unmeasured = [slo["id"] for slo in slos if slo["compliance_ratio"] is None]
    assert unmeasured == []
    overspent = {slo["service"] for slo in slos if slo["error_budget"]["remaining_ratio"] < 0}
    assert overspent == {"lark-service"}
    successes = [slo for slo in slos if slo["id"] == "lark-service/api-success"]
    assert len(successes) == 5
    assert {slo["state"] for slo in successes} <= {"page", "exhausted"}
