"""Alerts over the daemon's gauges fire on what it says, and when it says nothing any more."""

from pathlib import Path

import pytest
import yaml

from slowatch.render.formats import rules_text
from slowatch.render.groups import Manner
from slowatch.render.notation import series_text
from slowatch.render.over_daemon import daemon_groups
from slowatch.spec.reading import read_paths
from tests.render.golden import FOLDER
from tests.render.promtool import prove

SCRAPED = {"job": "slowatch", "instance": "slowatch:9710"}
BURN = {
    "service": "shop",
    "slo": "orders",
    "nfr": "S-001",
    "alert": "ErrorBudgetBurn",
    "severity": "page",
    "region": "eu",
    "group_job": "api",
}
NEWEST = "slowatch_newest_slot_timestamp_seconds"
FIRING = 'count by (alertname, slo, region, group_job, job) (ALERTS{alertstate="firing"})'


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the rules for one SLO."""
    groups = daemon_groups(read_paths([FOLDER / "shop.yaml"]).slos, Manner())
    (tmp_path / "rules.yml").write_text(rules_text(groups, "prometheus"))
    return tmp_path


def told(folder: Path, gauges: dict[str, str], minute: int, *alerts: dict[str, str]) -> str:
    """What promtool says is wrong, when these alerts are expected to fire, and no others."""
    expected = [{"labels": series_text("", labels), "value": 1} for labels in alerts]
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in gauges.items()],
        "promql_expr_test": [{"expr": FIRING, "eval_time": f"{minute}m", "exp_samples": expected}],
    }
    path = folder / "tests.yml"
    path.write_text(
        yaml.safe_dump({"rule_files": ["rules.yml"], "evaluation_interval": "1m", "tests": [test]})
    )
    return prove(path)


def test_alert_fires_while_its_condition_holds_and_five_minutes_on(folder: Path) -> None:
    """For three minutes; what the scrape adds to the gauge is no label of the alert."""
    gauges = {
        series_text("slowatch_slo_alert_condition", {**BURN, **SCRAPED}): "0 1 1 1 0+0x20",
        series_text(NEWEST, SCRAPED): "0+60x30",
    }
    alert = {
        "alertname": "ErrorBudgetBurn",
        "slo": "orders",
        "region": "eu",
        "group_job": "api",
    }
    assert told(folder, gauges, 0) == ""
    assert told(folder, gauges, 1, alert) == ""
    assert told(folder, gauges, 8, alert) == ""
    assert told(folder, gauges, 9) == ""


def test_daemon_that_is_away_is_no_silence(folder: Path) -> None:
    """It was last scraped in minute 2, and is missed for five minutes from minute 3 on."""
    gauges = {series_text(NEWEST, SCRAPED): "0 60 120 stale"}
    assert told(folder, gauges, 7) == ""
    assert told(folder, gauges, 8, {"alertname": "SlowatchAbsent"}) == ""


def test_daemon_that_judges_nothing_any_more_is_no_silence(folder: Path) -> None:
    """Its newest slot ended at 120 s: in minute 12 that was ten minutes ago, and no longer."""
    gauges = {series_text(NEWEST, SCRAPED): "0 60 120+0x20"}
    assert told(folder, gauges, 12) == ""
    assert told(folder, gauges, 13, {"alertname": "SlowatchStale"}) == ""
