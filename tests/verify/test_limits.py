"""A verdict only where the interval is clear of the limit."""

from decimal import Decimal

import pytest

from slowatch.slo.verdict import Verdict, worst
from slowatch.spec.compiled_runs import Change, Limits
from slowatch.verify.estimate import Estimate, wilson
from slowatch.verify.limits import (
    against_baseline,
    against_limits,
    events_to_tell,
    limits_around,
)
from slowatch.verify.result import Interval

Z = 1.645


def _about(value: float, reach: float) -> Estimate:
    return Estimate(value, 1000, Interval(value - reach, value + reach))


def _share(bad: int, total: int) -> Estimate:
    return Estimate(bad / total, total, wilson(bad, total, Z))


@pytest.mark.parametrize(
    ("value", "verdict"), [(0.8, "pass"), (0.9, "pass"), (0.95, "inconclusive"), (1.2, "fail")]
)
def test_an_upper_limit_is_kept_broken_or_straddled(value: float, verdict: Verdict) -> None:
    """At most 1, give or take 0.1; an interval that ends at the limit keeps it."""
    limits = Limits(at_most=Decimal(1))
    held = against_limits(_about(value, 0.1), limits, scale=1, is_share=False)
    assert (held.verdict, held.at_most) == (verdict, 1.0)


@pytest.mark.parametrize(("value", "verdict"), [(120, "pass"), (95, "inconclusive"), (80, "fail")])
def test_a_lower_limit_is_kept_broken_or_straddled(value: float, verdict: Verdict) -> None:
    """At least 100, give or take 10."""
    limits = Limits(at_least=Decimal(100))
    held = against_limits(_about(value, 10), limits, scale=1, is_share=False)
    assert (held.verdict, held.at_least) == (verdict, 100.0)


def test_both_limits_must_be_kept() -> None:
    """Between 1 and 2, one of them broken."""
    limits = Limits(at_least=Decimal(1), at_most=Decimal(2))
    found = [
        against_limits(_about(v, 0.1), limits, scale=1, is_share=False).verdict
        for v in (0.5, 1.5, 2.5)
    ]
    assert found == ["fail", "pass", "fail"]


def test_limits_grow_with_the_load() -> None:
    """At least 100/s, played at a tenth."""
    limits = Limits(at_least=Decimal(100))
    held = against_limits(_about(12, 1), limits, scale=0.1, is_share=False)
    assert (held.verdict, held.at_least) == ("pass", 10.0)


def test_one_bad_event_breaks_a_promise_of_all() -> None:
    """100 % is counted: no number of good events proves it, one bad one breaks it."""
    limits = Limits(at_least=Decimal(1))
    good = Estimate(1.0, 50, wilson(50, 50, Z))
    bad = Estimate(49 / 50, 50, wilson(49, 50, Z))
    assert against_limits(good, limits, scale=1, is_share=True).verdict == "pass"
    assert against_limits(bad, limits, scale=1, is_share=True).verdict == "fail"


def test_none_is_none() -> None:
    """A bad share of nothing at most."""
    limits = Limits(at_most=Decimal(0))
    assert against_limits(_share(0, 9), limits, scale=1, is_share=True).verdict == "pass"
    assert against_limits(_share(1, 999), limits, scale=1, is_share=True).verdict == "fail"


@pytest.mark.parametrize(
    ("now", "verdict"), [(1.0, "pass"), (1.1, "inconclusive"), (1.3, "fail"), (0.5, "pass")]
)
def test_a_change_is_held_against_both_intervals(now: float, verdict: Verdict) -> None:
    """At most 10 % above 1, both give or take 0.05: 1.1 may be more or less."""
    change = Change(at_most=Decimal("0.1"))
    held = against_baseline(_about(now, 0.05), change, _about(1.0, 0.05))
    assert held.verdict == verdict
    assert held.at_most == pytest.approx(1.1)
    assert held.change == pytest.approx(now - 1)


def test_what_is_below_the_floor_does_not_count() -> None:
    """From 2 ms to 4 ms is twice as much, and 2 ms; a floor of 5 ms lets it be."""
    change = Change(at_most=Decimal("0.1"), floor=Decimal("0.005"))
    held = against_baseline(_about(0.004, 0.0001), change, _about(0.002, 0.0001))
    assert held.verdict == "pass"
    assert held.at_most == pytest.approx(0.007)


def test_less_than_before_is_held_against_the_lower_end() -> None:
    """At least 10 % below 100/s: 80 is less, 95 is not, and a floor of 30 lets 80 be."""
    change = Change(at_least=Decimal("-0.1"))
    found = [against_baseline(_about(v, 1), change, _about(100, 1)).verdict for v in (80, 95)]
    assert found == ["fail", "pass"]
    lenient = Change(at_least=Decimal("-0.1"), floor=Decimal(30))
    held = against_baseline(_about(80, 1), lenient, _about(100, 1))
    assert (held.verdict, held.at_least) == ("pass", 70.0)


def test_a_share_of_nothing_before_is_no_certain_change() -> None:
    """No error of 1,000 and three of 1,000: 0.3 % is too little to tell from chance."""
    change = Change(at_most=Decimal("0.1"))
    found = [against_baseline(_share(bad, 1000), change, _share(0, 1000)) for bad in (3, 30)]
    assert [held.verdict for held in found] == ["inconclusive", "fail"]
    assert found[0].change is None


def test_the_change_lies_where_both_numbers_do() -> None:
    """1.2 and 1, both give or take a tenth: the quotient of their ends holds it."""
    held = against_baseline(_about(1.2, 0.12), Change(at_most=Decimal(1)), _about(1, 0.1))
    interval = held.change_interval
    assert interval is not None
    assert -0.02 < interval.low < 0.2 - 0.1
    assert 0.2 + 0.1 < interval.high < 0.47


def test_limits_around_a_baseline_are_numbers() -> None:
    """30 % around 0.2, and a floor of 0.1."""
    around = limits_around(0.2, Change(at_most=Decimal("0.3"), floor=Decimal("0.1")))
    assert around.at_most is not None
    assert float(around.at_most) == pytest.approx(0.3)
    assert around.at_least is None


@pytest.mark.parametrize(
    ("bad", "total", "allowed", "events"),
    [(0, 100, "0.001", 2_704), (0, 100, "0.01", 268), (1, 100, "0.001", None)],
)
def test_how_many_events_would_tell(bad: int, total: int, allowed: str, events: int | None) -> None:
    """Without a bad one z²(1-a)/a; where too many were bad already, none would."""
    limits = Limits(at_most=Decimal(allowed))
    assert events_to_tell(_share(bad, total), limits, z=Z) == events


def test_so_many_events_do_tell() -> None:
    """As many events as it takes, all of them good, keep 99.9 %."""
    needed = events_to_tell(_share(0, 100), Limits(at_most=Decimal("0.001")), z=Z)
    assert needed is not None
    limits = Limits(at_most=Decimal("0.001"))
    found = [
        against_limits(_share(0, n), limits, scale=1, is_share=True).verdict
        for n in (needed - 5, needed)
    ]
    assert found == ["inconclusive", "pass"]


def test_the_worst_verdict_counts() -> None:
    """Fail, then inconclusive, then warn; of none nothing was shown."""
    assert worst(["pass", "warn", "inconclusive", "fail"]) == "fail"
    assert worst(["pass", "warn", "inconclusive"]) == "inconclusive"
    assert worst(["pass", "warn"]) == "warn"
    assert worst([]) == "inconclusive"
