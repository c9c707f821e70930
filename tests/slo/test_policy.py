"""Policies, and the rules that they make for a window."""

from dataclasses import replace
from decimal import Decimal

import pytest

from slowatch.slo.alert_rule import Burns, can_fire, policy_rules
from slowatch.slo.burn import BurnPair
from slowatch.slo.objective import Objective
from slowatch.slo.policy import (
    DEFAULT_POLICY,
    SEVERITIES,
    AlertPolicy,
    BudgetEnding,
    scaled_policy,
)
from slowatch.slo.slot import DAY_S, HOUR_S

MONTH_S = 30 * DAY_S
THREE_NINES = Objective(Decimal("0.999"))
PERFECT = Objective(Decimal(1))


def pairs(policy: AlertPolicy) -> list[BurnPair]:
    """Its pairs, those of pages first."""
    return [pair for severity in SEVERITIES for pair in policy.burn[severity].pairs]


def rules(
    policy: AlertPolicy = DEFAULT_POLICY,
    objective: Objective = THREE_NINES,
    window_s: int = MONTH_S,
) -> list[tuple[str, str]]:
    """Names and severities of what a policy raises over counted events."""
    made = policy_rules(policy, objective, window_s, is_sampled=True)
    return [(rule.name, rule.severity) for rule in made]


@pytest.mark.parametrize(
    ("window_s", "factors"),
    [
        # 2 % and 5 % of the window over 1 h and 6 h; 10 % of it over 1 d and 3 d.
        (DAY_S, ["0.48", "0.2", "0.1"]),
        (7 * DAY_S, ["3.36", "1.4", "0.7"]),
        (10 * DAY_S, ["4.8", "2", "1"]),
        (MONTH_S, ["14.4", "6", "3", "1"]),
    ],
)
def test_factors_are_those_of_the_workbook_and_follow_the_window(
    window_s: int, factors: list[str]
) -> None:
    """Budget share times window over long look-back."""
    found = [pair.factor(window_s) for pair in pairs(DEFAULT_POLICY)]
    assert found[: len(factors)] == [Decimal(factor) for factor in factors]


@pytest.mark.parametrize(
    ("window_s", "look_backs"),
    [
        (
            MONTH_S,
            [(300, HOUR_S), (1800, 6 * HOUR_S), (2 * HOUR_S, DAY_S), (6 * HOUR_S, 3 * DAY_S)],
        ),
        # A week is 7/30 of a month: 70 s, 14 min; 7 min, 84 min; 28 min, 336 min; 84, 1008 min.
        (7 * DAY_S, [(120, 840), (420, 5040), (1680, 20_160), (5040, 60_480)]),
        # A day is a thirtieth: 10 s, 2 min; 1 min, 12 min; 4 min, 48 min; 12 min, 144 min.
        (DAY_S, [(60, 120), (60, 720), (240, 2880), (720, 8640)]),
        (HOUR_S, [(60, 120), (60, 120), (60, 120), (60, 360)]),
    ],
)
def test_scaled_look_backs_are_as_long_to_the_window_as_to_a_month(
    window_s: int, look_backs: list[tuple[int, int]]
) -> None:
    """Whole minutes, and the short one always the shorter."""
    assert [(pair.short_s, pair.long_s) for pair in pairs(scaled_policy(window_s))] == look_backs


def test_default_policy_raises_burns_and_four_tickets() -> None:
    """Pages are for burns alone."""
    assert rules() == [
        ("ErrorBudgetBurn", "page"),
        ("ErrorBudgetBurn", "ticket"),
        ("ErrorBudgetExhausted", "ticket"),
        ("ErrorBudgetLow", "ticket"),
        ("ErrorBudgetEnding", "ticket"),
        ("SliAbsent", "ticket"),
    ]


def test_budget_of_nothing_is_never_low() -> None:
    """At 100 % it is whole or exhausted."""
    assert [name for name, _ in rules(objective=PERFECT)] == [
        "ErrorBudgetBurn",
        "ErrorBudgetBurn",
        "ErrorBudgetExhausted",
        "SliAbsent",
    ]


def test_what_a_policy_leaves_out_is_not_raised() -> None:
    """Each alert can be turned off."""
    bare = AlertPolicy(
        {}, budget_exhausted=None, budget_low=None, budget_ending=None, sli_absent=None
    )
    assert rules(bare) == []


@pytest.mark.parametrize(
    ("budget", "objective", "window_s", "fires"),
    [
        ("0.02", "0.999", MONTH_S, True),
        ("0.02", "0.95", MONTH_S, True),  # 14.4 * 0.05 = 0.72
        ("0.02", "0.93", MONTH_S, False),  # 14.4 * 0.07 = 1.008: no share exceeds 1
        ("0.125", "0.9", 8 * 10 * HOUR_S, False),  # 10 * 0.1 is 1 exactly
        ("0.02", "0.999", DAY_S, False),  # a factor of 0.48 spends no budget
        ("1", "0.999", HOUR_S, True),  # as long as the window
        ("1", "0.999", HOUR_S - 60, False),
    ],
)
def test_pair_that_cannot_fire_or_do_harm_is_left_out(
    budget: str, objective: str, window_s: int, fires: bool
) -> None:
    """Neither raised by the daemon nor rendered."""
    pair = BurnPair(300, HOUR_S, Decimal(budget))
    assert can_fire(pair, Objective(Decimal(objective)), window_s) is fires


def test_threshold_is_exact_and_its_guard_is_for_counted_events() -> None:
    """14.4 * 0.001, not 0.014400000000000003; 1.645 standard deviations are 95 %."""
    sampled, *_ = policy_rules(DEFAULT_POLICY, THREE_NINES, MONTH_S, is_sampled=True)
    slots, *_ = policy_rules(DEFAULT_POLICY, THREE_NINES, MONTH_S, is_sampled=False)
    assert isinstance(sampled.when, Burns)
    assert isinstance(slots.when, Burns)
    assert sampled.when.thresholds[0].bad_ratio == Decimal("0.0144")
    assert round(sampled.when.thresholds[0].z, 3) == 1.645
    assert slots.when.thresholds[0].z == 0


def test_labels_go_by_severity() -> None:
    """For routing."""
    policy = replace(DEFAULT_POLICY, labels={"page": {"team": "night"}})
    made = policy_rules(policy, THREE_NINES, MONTH_S, is_sampled=True)
    assert {(rule.severity, rule.labels.get("team")) for rule in made} == {
        ("page", "night"),
        ("ticket", None),
    }


def test_few_bad_events_end_no_budget() -> None:
    """The guard against low traffic counts here too."""
    policy = replace(DEFAULT_POLICY, low_traffic=replace(DEFAULT_POLICY.low_traffic, bad_events=7))
    made = policy_rules(policy, THREE_NINES, MONTH_S, is_sampled=True)
    assert BudgetEnding(DAY_S, "ticket", 7) in [rule.when for rule in made]
