"""Alert policies as they are written: what they say, over what they rest on."""

from decimal import Decimal

import pytest

from slowatch.slo.burn import BurnPair
from slowatch.slo.policy import (
    DEFAULT_POLICY,
    AlertPolicy,
    BudgetEnding,
    BudgetLow,
    BurnAlert,
    LowTraffic,
    SliAbsent,
    scaled_policy,
)
from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.spec.alert_rules import alert_labels, alert_rules, published_labels
from slowatch.spec.linting import lint
from slowatch.spec.reading import read_text
from tests.spec.documents import compiled, spec_text

SLI = "{ratio: {bad: errors_total, total: hits_total}}"


def policies_of(policies: str, *slos: str, defaults: str = "{}") -> list[AlertPolicy]:
    """The policies of SLOs that say so much about it."""
    lines = [
        f"  - {{name: slo-{number}, objective: 99.9%, sli: {SLI}{', ' + slo if slo else ''}}}"
        for number, slo in enumerate(slos)
    ]
    text = "\n".join(
        [
            "apiVersion: slowatch/v1",
            "service: shop",
            f"policies: {policies}",
            f"defaults: {defaults}",
            "slos:",
            *lines,
        ]
    )
    reading = read_text(text, "shop.yaml")
    assert reading.problems == ()
    return [slo.policy for slo in reading.slos]


def test_without_a_word_it_is_the_workbooks() -> None:
    assert policies_of("{}", "") == [DEFAULT_POLICY]


def test_scaled_look_backs_fit_the_slos_own_window() -> None:
    """Each SLO's, whatever the others have."""
    week, day = policies_of("{}", "policy: scaled, window: 7d", "policy: scaled, window: 1d")
    assert (week, day) == (scaled_policy(7 * DAY_S), scaled_policy(DAY_S))


def test_policy_says_all_that_can_be_said() -> None:
    (policy,) = policies_of(
        """{calm: {
            page: {pairs: [{short: 10m, long: 2h, budget: 5%}], for: 2m, labels: {team: night}},
            ticket: {pairs: []},
            low_traffic: {bad_events: 10, confidence: 99%},
            budget_exhausted: {severity: page},
            budget_low: {severity: page, below: 25%},
            budget_ending: {severity: page, within: 6h},
            sli_absent: {severity: page, for: 1h},
            keep_firing_for: 0s}}""",
        "policy: calm",
    )
    assert policy == AlertPolicy(
        burn={
            "page": BurnAlert((BurnPair(600, 2 * HOUR_S, Decimal("0.05")),), 120),
            "ticket": BurnAlert(()),
        },
        low_traffic=LowTraffic(10, Decimal("0.99")),
        budget_exhausted="page",
        budget_low=BudgetLow(Decimal("0.25"), "page"),
        budget_ending=BudgetEnding(6 * HOUR_S, "page"),
        sli_absent=SliAbsent(HOUR_S, "page"),
        keep_firing_s=0,
        labels={"page": {"team": "night"}, "ticket": {}},
    )


@pytest.mark.parametrize(
    ("written", "name"),
    [
        ("budget_exhausted: {severity: none}", "ErrorBudgetExhausted"),
        ("budget_low: {severity: none}", "ErrorBudgetLow"),
        ("budget_ending: {severity: none}", "ErrorBudgetEnding"),
        ("sli_absent: {severity: none}", "SliAbsent"),
        ("page: {pairs: []}, ticket: {pairs: []}", "ErrorBudgetBurn"),
    ],
)
def test_each_alert_can_be_left_out(written: str, name: str) -> None:
    slo = compiled(f"policy: {{{written}}}")
    names = {rule.name for rule in alert_rules(slo, 30 * DAY_S)}
    assert name not in names
    assert len(names) == 4


def test_policy_rests_on_another() -> None:
    """What it does not say, and what of a mapping it does not say."""
    (policy,) = policies_of(
        "{calm: {keep_firing_for: 9m, budget_low: {below: 20%}, page: {labels: {a: '1', b: '1'}}}}",
        "policy: {based_on: calm, budget_low: {severity: page}, page: {labels: {b: '2'}}}",
    )
    assert policy.keep_firing_s == 540
    assert policy.budget_low == BudgetLow(Decimal("0.20"), "page")
    assert policy.labels["page"] == {"a": "1", "b": "2"}


def test_severity_that_a_base_has_left_out_comes_back() -> None:
    """With what is usual for the rest."""
    (policy,) = policies_of(
        "{calm: {sli_absent: {severity: none}}}", "policy: {based_on: calm, sli_absent: {for: 5m}}"
    )
    assert policy.sli_absent == SliAbsent(300, "ticket")


def test_defaults_choose_for_all_and_an_slo_says_what_differs() -> None:
    """By name or in place."""
    named, own = policies_of(
        "{calm: {keep_firing_for: 9m}}",
        "",
        "policy: {low_traffic: {bad_events: 7}}",
        defaults="{policy: calm}",
    )
    assert (named.keep_firing_s, named.low_traffic.bad_events) == (540, 3)
    assert (own.keep_firing_s, own.low_traffic.bad_events) == (540, 7)
    (written,) = policies_of(
        "{}", "policy: {low_traffic: {bad_events: 7}}", defaults="{policy: {keep_firing_for: 9m}}"
    )
    assert (written.keep_firing_s, written.low_traffic.bad_events) == (540, 7)


def test_default_policy_of_a_document_is_what_all_others_rest_on() -> None:
    """It rests on the built-in one itself."""
    first, second = policies_of(
        "{default: {keep_firing_for: 9m}, calm: {low_traffic: {bad_events: 7}}}",
        "",
        "policy: calm",
    )
    assert (first.keep_firing_s, second.keep_firing_s) == (540, 540)
    assert first.burn == DEFAULT_POLICY.burn


@pytest.mark.parametrize(
    ("policy", "place"),
    [("calmer", "policy"), ("{based_on: calmer}", "based_on")],
)
def test_unknown_policy_is_pointed_at(policy: str, place: str) -> None:
    """Where its name stands."""
    text = spec_text(f"policy: {policy}")
    (problem,) = read_text(text, "shop.yaml").problems
    line = text.splitlines()[problem.line - 1]
    assert (problem.code, line[problem.column - 1 :][:6]) == ("unknown-policy", "calmer")
    assert place in line


def test_broken_policy_is_told_though_no_slo_names_it() -> None:
    """Before somebody does."""
    text = spec_text("") + "policies: {odd: {based_on: nowhere}}\n"
    reading = read_text(text, "shop.yaml")
    assert [problem.code for problem in reading.problems] == ["unknown-policy"]
    assert len(reading.slos) == 1


def test_slo_that_may_be_absent_raises_no_absence() -> None:
    """What counts as good while it is missing is no news."""
    names = {rule.name for rule in alert_rules(compiled("no_data: good"), 30 * DAY_S)}
    assert "SliAbsent" not in names
    assert "SliAbsent" in {rule.name for rule in alert_rules(compiled(""), 30 * DAY_S)}


def test_group_labels_keep_their_names_but_for_those_that_mean_something_else() -> None:
    """`service` is the SLO's, `instance` what Prometheus scrapes."""
    slo = compiled("by: [app_id, service, instance]")
    group = {"app_id": "crm", "service": "x", "instance": "y"}
    assert published_labels(slo, group) == {
        "service": slo.service,
        "slo": slo.name,
        "nfr": "",
        "app_id": "crm",
        "group_service": "x",
        "group_instance": "y",
    }


def test_alert_has_the_labels_that_route_it() -> None:
    """The policy's word for a severity counts; what the alert is about cannot be changed."""
    slo = compiled(
        "nfr: P001\n"
        "labels: {team: shop, slo: other}\n"
        "policy: {page: {labels: {severity: critical}}}\n"
        "alerts: [{name: slow, for: 5m, severity: page, nfr: A1}]"
    )
    burn, *_, own = alert_rules(slo, 30 * DAY_S)
    named = {"service": slo.service, "slo": slo.name, "team": "shop", "severity": "critical"}
    group = {"app_id": "crm"}
    assert alert_labels(slo, burn, group) == {
        "alertname": "ErrorBudgetBurn",
        "nfr": "P001",
        **named,
        **group,
    }
    assert alert_labels(slo, own, {}) == {"alertname": "slow", "nfr": "A1", **named}


def test_pair_that_scrapes_are_too_rare_for_is_warned_of() -> None:
    """Every five minutes and a look-back of five."""
    found = [problem.code for problem in lint([compiled("")], slot_s=60, scrape_s=300)]
    assert found == ["look-back-too-short"]


def test_whole_promise_is_not_warned_of() -> None:
    """It says itself that nothing may be bad."""
    slo = compiled("objective: 100%\nsli: {up: {metric: up}}")
    assert list(lint([slo], slot_s=60, scrape_s=15)) == []
