"""Conditions hold the numbers that policies say, worked by hand."""

from decimal import Decimal

import pytest

from slowatch.render.conditions import condition, for_s
from slowatch.render.groups import raised
from slowatch.slo.alert_rule import AlertRule
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import read_text

SPEC = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: calls
    objective: {objective}
    window: {window}
    sli: {{ratio: {{good: 'calls_total{{ok="1"}}', total: calls_total}}}}
"""


def slo_of(objective: str = "99.9%", window: str = "30d") -> CompiledSlo:
    """An SLO over counted events."""
    (slo,) = read_text(SPEC.format(objective=objective, window=window), "shop.yaml").slos
    return slo


def rule_of(slo: CompiledSlo, name: str, severity: str = "ticket") -> AlertRule:
    """One of its rules."""
    return next(r for r in raised(slo) if (r.name, r.severity) == (name, severity))


def text_of(slo: CompiledSlo, name: str, severity: str = "ticket") -> str:
    """The condition of one of its rules."""
    return condition(slo, rule_of(slo, name, severity)) or ""


def test_thresholds_are_exact() -> None:
    """14.4 * 0.001 and 6 * 0.001; 1.6449 * √(0.0144 * 0.9856) = 0.19596."""
    text = text_of(slo_of(), "ErrorBudgetBurn", "page")
    assert 'look_back="5m"} > 0.0144\n' in text
    assert 'look_back="30m"} > 0.006\n' in text
    assert "> 0.0144 + 0.1959" in text


def test_objective_without_a_budget_bears_no_bad_event() -> None:
    """0.0 of them, and no square root: any bad event is too many, but three there must be."""
    text = text_of(slo_of("100%"), "ErrorBudgetBurn", "page")
    assert 'look_back="5m"} > 0\n' in text
    assert "sqrt" not in text
    assert ">= 3" in text


def test_budget_ends_by_the_burn_of_the_last_hour() -> None:
    """2,592,000 s are 30 days, 86,400 s one."""
    text = text_of(slo_of(), "ErrorBudgetEnding")
    assert "* 2592000" in text
    assert "< 86400" in text


def test_absence_is_seen_a_minute_after_the_last_measured_one() -> None:
    """So that 15 minutes without data fire at their end."""
    slo = slo_of()
    assert for_s(rule_of(slo, "SliAbsent")) == 14 * 60


@pytest.mark.parametrize("name", ["ErrorBudgetExhausted", "ErrorBudgetLow", "ErrorBudgetEnding"])
def test_rules_cannot_tell_of_budgets_on_the_calendar(name: str) -> None:
    slo = slo_of(window="{calendar: month}")
    assert condition(slo, rule_of(slo, name)) is None


def test_calendar_burns_are_those_of_a_usual_unit() -> None:
    """A month is taken for 30 days."""
    assert text_of(slo_of(window="{calendar: month}"), "ErrorBudgetBurn") == text_of(
        slo_of(), "ErrorBudgetBurn"
    )


def test_objective_is_no_float() -> None:
    """1 - 0.999 in floats is 0.0010000000000000009."""
    assert slo_of().objective.budget_ratio == Decimal("0.001")
