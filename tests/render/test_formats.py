"""Each form says the same rules, and templates leave plain text as it is."""

import yaml

from slowatch.render.formats import Metadata, rules_text
from slowatch.render.groups import Manner, notes, rule_groups
from slowatch.render.over_daemon import daemon_groups
from slowatch.render.rule import Alerting, RuleGroup
from slowatch.spec.reading import read_paths
from tests.render.golden import FOLDER

SHOP = read_paths([FOLDER / "shop.yaml"]).slos
KINDS = read_paths([FOLDER / "kinds.yaml"]).slos
BOTH = (*SHOP, *KINDS)


def alerts_of(groups: tuple[RuleGroup, ...]) -> list[Alerting]:
    """All alerts of groups."""
    return [rule for group in groups for rule in group.rules if isinstance(rule, Alerting)]


def test_operators_get_a_resource_for_each_service() -> None:
    """So that none grows beyond what Kubernetes stores."""
    metadata = Metadata("Team_A", "monitoring", {"release": "main", "app": "slo"})
    text = rules_text(rule_groups(BOTH), "operator", metadata)
    resources = list(yaml.safe_load_all(text))
    assert [one["metadata"]["name"] for one in resources] == ["team-a-kinds", "team-a-shop"]
    assert {one["kind"] for one in resources} == {"PrometheusRule"}
    assert resources[0]["apiVersion"] == "monitoring.coreos.com/v1"
    assert resources[0]["metadata"]["namespace"] == "monitoring"
    assert resources[0]["metadata"]["labels"] == {"app": "slo", "release": "main"}


def test_all_forms_hold_the_same_groups() -> None:
    groups = rule_groups(BOTH)
    plain = yaml.safe_load(rules_text(groups, "prometheus"))["groups"]
    for form in ("operator", "vmrule"):
        resources = yaml.safe_load_all(rules_text(groups, form))
        assert [group for one in resources for group in one["spec"]["groups"]] == plain


def test_order_of_the_specs_does_not_matter() -> None:
    text = rules_text(rule_groups(BOTH), "prometheus")
    assert rules_text(rule_groups(tuple(reversed(BOTH))), "prometheus") == text


def test_long_expressions_stand_in_lines_of_their_own() -> None:
    text = rules_text(rule_groups(KINDS), "prometheus")
    assert "expr: |-\n" in text
    assert "\\n" not in text


def test_braces_of_a_label_are_no_template() -> None:
    """`web {{1}}` would be a template's."""
    told = {alert.labels["team"] for alert in alerts_of(rule_groups(SHOP))}
    assert told == {'web {{ "{{" }}1}}'}


def test_alerts_over_gauges_have_the_labels_of_those_over_records() -> None:
    """Whoever raises them, they are routed alike."""
    records = {_routed(alert) for alert in alerts_of(rule_groups(SHOP))}
    of_daemon, of_shop = daemon_groups(SHOP, Manner())
    assert {alert.alert for alert in alerts_of((of_daemon,))} == {"SlowatchAbsent", "SlowatchStale"}
    assert {_routed(alert) for alert in alerts_of((of_shop,))} == records


def test_without_alerts_everything_is_still_recorded() -> None:
    """The daemon notifies by itself then."""
    silent = Manner(with_alerts=False)
    assert alerts_of(rule_groups(BOTH, silent)) == []
    assert {a.alert for a in alerts_of(daemon_groups(BOTH, silent))} == {
        "SlowatchAbsent",
        "SlowatchStale",
    }
    assert len(rule_groups(BOTH, silent)) == 2


def test_what_rules_cannot_do_is_said() -> None:
    filled, calendar, kept = notes(BOTH)
    assert "kinds/up" in filled
    assert "kinds/native" in calendar
    assert "27d" in kept


def test_each_slo_reads_raw_series_in_one_rule_only() -> None:
    """All else is derived from what that one records."""
    for group in rule_groups(BOTH):
        raw = [rule for rule in group.rules if _reads_raw(rule.expr)]
        assert len(raw) == sum(slo.service == group.service for slo in BOTH)


def _routed(alert: Alerting) -> tuple[str, frozenset[tuple[str, str]]]:
    return alert.alert, frozenset(alert.labels.items())


def _reads_raw(expr: str) -> bool:
    raw = ("orders_total", "hits_total", "_seconds", "temperature_celsius", 'up{job="kinds"}')
    return any(name in expr for name in raw)
