"""Judging: numbers worked by hand."""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest

from slowatch.evaluate.judging import Evidence, Status, judge, look_backs_of, severity_rank
from slowatch.slo.objective import Objective
from slowatch.slo.policy import DEFAULT_POLICY, LowTraffic
from slowatch.slo.slot import DAY_S, HOUR_S, Span
from slowatch.slo.tally import MICRO, NOTHING, Tally
from slowatch.slo.window import RollingWindow
from slowatch.spec.compiled import Bounds, CompiledSlo, FreeEvents, Level, ThresholdAlert
from slowatch.spec.units import duration_text

END_S = 1_700_006_400
MONTH_S = 30 * DAY_S
AT_ITS_WORD = replace(DEFAULT_POLICY, low_traffic=LowTraffic(0, Decimal("0.5")))
"""A policy that takes a burn for what it is, however few its events are."""
SLO = CompiledSlo(
    service="shop",
    name="success",
    objective=Objective(Decimal("0.999")),
    window=RollingWindow(MONTH_S),
    kind="promql",
    sli=FreeEvents(total="x", good="y"),
    policy=AT_ITS_WORD,
)
LEVEL = replace(SLO, kind="value", sli=Level("x", Bounds(at_most=1)))


def tally(bad: int, total: int, measured: int = 5) -> Tally:
    """Events of some slots."""
    return Tally((total - bad) * MICRO, total * MICRO, measured)


QUIET = tally(0, 1000)


def judged(
    slo: CompiledSlo = SLO,
    window: Tally = QUIET,
    look_backs: Mapping[int, Tally] | None = None,
    *,
    first_start_s: int | None = None,
    gap_reason: str | None = None,
) -> Status:
    """Where an SLO stands whose look-backs are quiet but for those given."""
    found = look_backs or {}
    evidence = Evidence(
        tally=window,
        span=Span(END_S - MONTH_S, END_S),
        look_back=lambda length_s: found.get(length_s, QUIET),
        end_s=END_S,
        slot_s=60,
        first_start_s=first_start_s,
        gap_reason=gap_reason,
    )
    return judge(slo, {}, evidence)


def test_numbers_of_a_steady_service() -> None:
    """100 000 events, 50 bad, 99.9 %: half of the 100 that are allowed."""
    status = judged(window=tally(50, 100_000, 43_200), look_backs={HOUR_S: tally(4, 10_000)})
    assert status.compliance_ratio == 0.9995
    assert (status.budget.allowed_bad, status.budget.spent_bad) == (Decimal(100), Decimal(50))
    assert status.budget.remaining_ratio == 0.5
    assert status.burn_rates["1h"] == 0.4
    assert status.burn_rates["5m"] == 0.0
    assert status.coverage_ratio == 1.0
    assert (status.state, status.reason, status.exhausts_in_s) == ("ok", None, None)


@pytest.mark.parametrize(
    ("short_s", "long_s", "bad", "state"),
    [
        (300, HOUR_S, 144, "ok"),  # a burn rate of 14.4 does not exceed 14.4
        (300, HOUR_S, 145, "page"),
        (1800, 6 * HOUR_S, 60, "ok"),
        (1800, 6 * HOUR_S, 61, "page"),
        (2 * HOUR_S, DAY_S, 30, "ok"),
        (2 * HOUR_S, DAY_S, 31, "ticket"),
        (6 * HOUR_S, 3 * DAY_S, 10, "ok"),
        (6 * HOUR_S, 3 * DAY_S, 11, "ticket"),
    ],
)
def test_pair_of_look_backs_must_burn_faster_than_its_factor(
    short_s: int, long_s: int, bad: int, state: str
) -> None:
    """14.4, 6, 3 and 1 over thirty days; one look-back alone says nothing."""
    burning = tally(bad, 10_000)
    assert judged(look_backs={short_s: burning, long_s: burning}).state == state
    assert judged(look_backs={long_s: burning}).state == "ok"
    if short_s != HOUR_S:
        assert judged(look_backs={short_s: burning}).state == "ok"


def steadily(bad: int, length_s: int) -> Tally:
    """A length in each of whose minutes so many of 10 000 events are bad."""
    minutes = length_s // 60
    return tally(bad * minutes, 10_000 * minutes, minutes)


def judged_steadily(bad: int, window_s: int) -> Status:
    """Where 99 % over a rolling window stands after equally bad minutes."""
    slo = replace(SLO, objective=Objective(Decimal("0.99")), window=RollingWindow(window_s))
    look_backs = {length_s: steadily(bad, length_s) for length_s in look_backs_of(slo, 60)}
    return judged(slo, steadily(bad, window_s), look_backs)


@pytest.mark.parametrize("days", [1, 7, 30])
def test_steady_burn_below_one_is_ok(days: int) -> None:
    """30 of 10 000 bad where 100 may be: a burn rate of 0.3 leaves 0.7 of the budget for ever."""
    status = judged_steadily(30, days * DAY_S)
    assert set(status.burn_rates.values()) == {0.3}
    assert (status.budget.remaining_ratio, status.state) == (0.7, "ok")


@pytest.mark.parametrize(
    ("window_s", "short_s", "long_s"),
    [
        (DAY_S, 300, HOUR_S),  # 0.48
        (DAY_S, 1800, 6 * HOUR_S),  # 0.2
        (DAY_S, 2 * HOUR_S, DAY_S),  # 0.1
        (DAY_S, 6 * HOUR_S, 3 * DAY_S),  # 0.033, and longer than the window
        (7 * DAY_S, 2 * HOUR_S, DAY_S),  # 0.7
        (7 * DAY_S, 6 * HOUR_S, 3 * DAY_S),  # 0.233
        (HOUR_S, 6 * HOUR_S, 3 * DAY_S),
    ],
)
def test_pair_that_harms_no_short_window_says_nothing(
    window_s: int, short_s: int, long_s: int
) -> None:
    """Both look-backs burn at 50, far above the factor, while the window has half its budget."""
    slo = replace(SLO, objective=Objective(Decimal("0.99")), window=RollingWindow(window_s))
    burning = tally(5000, 10_000)
    status = judged(slo, tally(50, 10_000), {short_s: burning, long_s: burning})
    assert status.state == "ok"


@pytest.mark.parametrize(
    ("window_s", "short_s", "long_s", "bad", "state"),
    [
        (7 * DAY_S, 300, HOUR_S, 336, "ok"),  # 3.36
        (7 * DAY_S, 300, HOUR_S, 337, "page"),
        (7 * DAY_S, 1800, 6 * HOUR_S, 140, "ok"),  # 1.4
        (7 * DAY_S, 1800, 6 * HOUR_S, 141, "page"),
        (10 * DAY_S, 2 * HOUR_S, DAY_S, 100, "ok"),  # 1
        (10 * DAY_S, 2 * HOUR_S, DAY_S, 101, "ticket"),
        (30 * DAY_S, 6 * HOUR_S, 3 * DAY_S, 101, "ticket"),  # 1
    ],
)
def test_pair_with_a_factor_of_one_or_more_is_heard(
    window_s: int, short_s: int, long_s: int, bad: int, state: str
) -> None:
    """One bad event of 10 000 beyond the factor, where 100 may be bad."""
    slo = replace(SLO, objective=Objective(Decimal("0.99")), window=RollingWindow(window_s))
    burning = tally(bad, 10_000)
    status = judged(slo, tally(50, 10_000), {short_s: burning, long_s: burning})
    assert status.state == state


def test_time_to_exhaustion_at_the_burn_of_the_last_hour() -> None:
    """Half of the budget left, twice the pace: a quarter of the window."""
    status = judged(window=tally(50, 100_000), look_backs={HOUR_S: tally(20, 10_000)})
    assert status.exhausts_in_s == MONTH_S / 4


def test_used_up_budget_is_exhausted() -> None:
    """To the last event, and beyond."""
    assert judged(window=tally(99, 100_000)).state == "ok"
    assert judged(window=tally(100, 100_000)).state == "exhausted"
    over = judged(window=tally(200, 100_000))
    assert (over.budget.remaining_ratio, over.exhausts_in_s) == (-1.0, 0.0)


def test_objective_of_all_is_exhausted_by_the_first_bad_event() -> None:
    """Nothing is divided by nothing."""
    strict = replace(SLO, objective=Objective(Decimal(1)))
    assert judged(strict).state == "ok"
    status = judged(strict, tally(1, 100_000), dict.fromkeys((300, HOUR_S), tally(1, 10)))
    assert (status.state, status.budget.remaining_ratio) == ("exhausted", 0.0)
    assert status.burn_rates["5m"] is None


def test_no_traffic_has_no_numbers() -> None:
    """Measured, but nothing happened: neither good nor bad."""
    idle = Tally(0, 0, 5)
    status = judged(window=idle, look_backs={300: idle, HOUR_S: idle})
    assert (status.compliance_ratio, status.budget.remaining_ratio) == (None, None)
    assert (status.burn_rates["5m"], status.state) == (None, "ok")


def test_never_measured_has_no_data_and_says_why() -> None:
    """The reason of the latest gap, where there is one."""
    assert judged(window=NOTHING).reason == "not measured yet"
    status = judged(window=NOTHING, gap_reason="no series match x")
    assert (status.state, status.reason) == ("no_data", "no series match x")


def test_silent_minutes_have_no_data() -> None:
    """However good the window was."""
    status = judged(look_backs={300: NOTHING})
    assert (status.state, status.reason) == ("no_data", "nothing measured in the last minutes")


def test_coverage_is_measured_slots_of_expected_ones() -> None:
    """A quarter of the month's minutes."""
    assert judged(window=tally(0, 100, 10_800)).coverage_ratio == 0.25


def test_missing_slots_count_as_bad_where_the_slo_says_so() -> None:
    """Ten minutes since the first, four of them missing, each worth the mean of the others."""
    strict = replace(SLO, no_data="bad")
    status = judged(strict, tally(0, 60, 6), first_start_s=END_S - 600)
    assert (status.tally.good, status.tally.total) == (60 * MICRO, 100 * MICRO)
    lenient = judged(replace(SLO, no_data="good"), tally(6, 60, 6), first_start_s=END_S - 600)
    assert (lenient.tally.bad, lenient.tally.total) == (6 * MICRO, 100 * MICRO)


@pytest.mark.parametrize("for_s", [300, 250, 241])
def test_alert_holds_when_every_slot_breaks_the_bound(for_s: int) -> None:
    """Whole slots: five minutes here, whatever `for` says within the fifth."""
    alert = ThresholdAlert("hot", for_s, nfr="P003")
    slo = replace(LEVEL, objective=Objective(Decimal("0.5")), alerts=(alert,))
    assert 300 in look_backs_of(slo, 60)
    month = tally(5, 1000)
    broken = judged(slo, month, {300: tally(5, 5, 5)})
    assert broken.state == "ticket"
    assert broken.reason == f"P003: its bound is broken over {duration_text(for_s)}"
    assert judged(slo, month, {300: tally(4, 5, 5)}).state == "ok"
    assert judged(slo, month, {300: tally(4, 4, 4)}).state == "ok"


def test_alert_of_events_holds_below_the_objective() -> None:
    """99.9 % exactly is kept."""
    slo = replace(SLO, alerts=(ThresholdAlert("errors", 600, "page"),))
    month = tally(1, 100_000)
    assert judged(slo, month, {600: tally(10, 10_000, 10)}).state == "ok"
    assert judged(slo, month, {600: tally(11, 10_000, 10)}).state == "page"


def test_worst_comes_first() -> None:
    """By state, then by what is left, then by name."""
    page = dict.fromkeys((300, HOUR_S), tally(200, 10_000))
    ticket = dict.fromkeys((2 * HOUR_S, DAY_S), tally(40, 10_000))
    worst_first = [
        judged(window=tally(300, 100_000)),
        judged(window=tally(200, 100_000)),
        judged(window=tally(50, 100_000), look_backs=page),
        judged(window=tally(50, 100_000), look_backs=ticket),
        judged(window=NOTHING),
        judged(window=tally(50, 100_000)),
        judged(window=tally(1, 100_000)),
        judged(replace(SLO, name="z"), tally(1, 100_000)),
    ]
    mixed = worst_first[3:] + worst_first[:3]
    assert sorted(mixed, key=severity_rank) == worst_first
