"""What alerts say, as Prometheus fills their templates in."""

from pathlib import Path

import yaml

from slowatch.render.formats import rules_text
from slowatch.render.groups import Manner
from slowatch.render.notation import series_text
from slowatch.render.over_daemon import daemon_groups
from slowatch.spec.reading import read_paths
from tests.render.golden import FOLDER
from tests.render.promtool import prove

GROUP = {"service": "shop", "slo": "orders", "nfr": "S-001", "region": 'e"u', "group_job": "api"}
LABELS = {"team": "web {{1}}", "severity": "page", **GROUP}


def test_alert_says_what_burns_how_fast_what_is_left_and_until_when(tmp_path: Path) -> None:
    """0.436 * 28 d / 20.4 = 51,704 s = 14 h 21 min 44 s; a label may hold a quotation mark."""
    groups = daemon_groups(
        read_paths([FOLDER / "shop.yaml"]).slos, Manner(external_url="https://slo.example")
    )
    (tmp_path / "rules.yml").write_text(rules_text(groups, "prometheus"))
    burns = {**GROUP, "alert": "ErrorBudgetBurn", "severity": "page"}
    gauges = {
        series_text("slowatch_slo_alert_condition", burns): "1",
        series_text("slowatch_slo_burn_rate", {**GROUP, "look_back": "1h"}): "20.4",
        series_text("slowatch_slo_burn_rate", {**GROUP, "look_back": "1h", "region": "us"}): "7",
        series_text("slowatch_slo_error_budget_remaining_ratio", GROUP): "0.436",
    }
    told = {
        "summary": 'shop/orders (job=api, region=e"u) burns its error budget too fast',
        "description": "Orders that are taken. The objective is 99.9% good over 28d. "
        "Over the last hour the budget burns 20.4 times as fast as it may. "
        "43.6% of the budget is left. At this rate it ends in 14h 21m 44s.",
        "runbook_url": "https://runbooks.example/orders",
        "dashboard_url": "https://slo.example/view/shop/orders",
    }
    alert = {"exp_labels": LABELS, "exp_annotations": told}
    asked = {"eval_time": "0m", "alertname": "ErrorBudgetBurn", "exp_alerts": [alert]}
    test = {
        "interval": "1m",
        "input_series": [{"series": name, "values": values} for name, values in gauges.items()],
        "alert_rule_test": [asked],
    }
    path = tmp_path / "tests.yml"
    path.write_text(yaml.safe_dump({"rule_files": ["rules.yml"], "tests": [test]}))
    assert prove(path) == ""
