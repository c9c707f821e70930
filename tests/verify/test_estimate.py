"""Intervals: published examples, their ends, and how often they hold what is true."""

from math import inf

import numpy as np
import pytest

from slowatch.verify.estimate import Estimate, contrast, hull, middle, poisson, t_of, wilson, z_of
from slowatch.verify.estimators import (
    LEAST_SLOTS,
    Count,
    Mean,
    PerSecond,
    Plain,
    Quantile,
    Share,
    estimated,
    mean_between,
    mean_in_buckets,
    of_values,
    over_slots,
)
from slowatch.verify.result import Interval

Z_975 = z_of(0.975)


def test_wilson_is_that_of_the_published_example() -> None:
    """81 of 263, at 95 % on both sides: 0.2553 to 0.3662 (Newcombe 1998, table I)."""
    found = wilson(81, 263, Z_975)
    assert (found.low, found.high) == pytest.approx((0.2553, 0.3662), abs=5e-5)


@pytest.mark.parametrize(
    ("part", "total", "low", "high"),
    [(15, 148, 0.0624, 0.1605), (0, 20, 0.0, 0.1611), (1, 29, 0.0061, 0.1718)],
)
def test_wilson_near_nothing(part: int, total: int, low: float, high: float) -> None:
    """The other examples of that table; nothing is an end by itself."""
    found = wilson(part, total, Z_975)
    assert (found.low, found.high) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(
    ("part", "total", "part2", "total2", "low", "high"),
    [
        (56, 70, 48, 80, 0.0524, 0.3339),
        (9, 10, 3, 10, 0.1705, 0.8090),
        (10, 10, 0, 10, 0.6075, 1.0),
    ],
)
def test_a_difference_of_shares_is_that_of_the_published_examples(
    part: int, total: int, part2: int, total2: int, low: float, high: float
) -> None:
    """Newcombe 1998, "… difference between independent proportions", table II, method 10."""
    one = Estimate(part / total, total, wilson(part, total, Z_975))
    other = Estimate(part2 / total2, total2, wilson(part2, total2, Z_975))
    found = contrast(one, 1.0, other)
    assert (found.low, min(1.0, found.high)) == pytest.approx((low, high), abs=5e-5)


def test_a_contrast_of_exact_numbers_is_exact() -> None:
    """6 is 1 above 1.5 times 3 and a shift of 0.5."""
    assert contrast(Estimate(6, 1), 1.5, Estimate(3, 1), 0.5) == Interval(1.0, 1.0)


def test_quantiles_are_linear_within_their_bucket() -> None:
    """Of 10 up to 1 s and 10 up to 2 s, the median is 1 s, the P75 1.5 s, the P25 0.5 s."""
    of = {p: Quantile(p, (1.0, 2.0, inf)).estimate((10, 10, 0), 1.0) for p in (0.25, 0.5, 0.75)}
    assert {p: e and e.value for p, e in of.items()} == {0.25: 0.5, 0.5: 1.0, 0.75: 1.5}


def test_a_quantile_beyond_all_buckets_may_be_anything() -> None:
    """Prometheus tells it as the highest bound; what is certain is that it is above."""
    of = Quantile(0.99, (1.0, 2.0, inf))
    found = of.estimate((0, 1, 99), 1.0)
    assert found is not None
    assert found.value == inf
    assert of.shown(found.value) == 2.0
    assert of.bucket(found.value) == Interval(2.0, inf)


def test_a_bucket_holds_its_upper_end() -> None:
    """From above 1 to 2; the first one begins at nothing."""
    of = Quantile(0.5, (1.0, 2.0, inf))
    assert [of.bucket(value) for value in (0.3, 1.0, 1.2, 2.0)] == [
        Interval(0.0, 1.0),
        Interval(0.0, 1.0),
        Interval(1.0, 2.0),
        Interval(1.0, 2.0),
    ]


@pytest.mark.parametrize(("freedom", "value"), [(7, 1.8946), (11, 1.7959), (30, 1.6973)])
def test_t_is_that_of_the_tables(freedom: int, value: float) -> None:
    """One-sided 95 %."""
    assert t_of(0.95, freedom) == pytest.approx(value, abs=1e-3)


def test_a_quantile_lies_between_the_ranks_where_its_own_may_lie() -> None:
    """The P50 of 100, 25 in each second up to 4: Wilson has the ranks 0.4189 to 0.5811."""
    found = Quantile(0.5, (1.0, 2.0, 3.0, 4.0, inf)).estimate((25, 25, 25, 25, 0), 1.645)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((4 * 0.41887, 4 * 0.58113), abs=1e-3)


def test_nothing_has_no_number() -> None:
    """No events, no share, mean or quantile."""
    assert Share().estimate((0, 0), 1.0) is None
    assert Mean().estimate((0, 0), 1.0) is None
    assert Quantile(0.5, (1.0, inf)).estimate((0, 0), 1.0) is None
    assert PerSecond().estimate((0, 0), 1.0) is None


def test_a_mean_wavers_by_its_standard_error() -> None:
    """Deviation 2 over 400: a tenth, at one standard error."""
    found = Mean(2.0).estimate((4000, 400), 1.0)
    assert found is not None
    assert found.interval == Interval(9.9, 10.1)


def test_the_deviation_in_buckets_is_that_of_even_spread() -> None:
    """Even between 0 and 2: the square root of 4 / 12, however it is cut, and on no side."""
    assert mean_in_buckets((10, 10), (1.0, 2.0), 1.0).deviation == pytest.approx((4 / 12) ** 0.5)
    assert mean_in_buckets((20,), (2.0,), 1.0).deviation == pytest.approx((4 / 12) ** 0.5)
    assert mean_in_buckets((10, 10), (1.0, 2.0), 1.0).skewness == pytest.approx(0)
    assert mean_in_buckets((), (), 1.0) == Mean(0.0)


def test_the_skewness_in_buckets_is_that_of_observations() -> None:
    """Of an exponential, whose skewness is two, in buckets of a tenth up to twenty."""
    bounds = tuple(round(0.1 * i, 1) for i in range(1, 201))
    below = [1 - np.exp(-bound) for bound in bounds]
    counts = tuple(np.diff([0, *below]) * 1e6)
    found = mean_in_buckets(counts, bounds, 1.0)
    assert (found.deviation, found.skewness) == pytest.approx((1.0, 2.0), rel=0.01)


def test_a_mean_of_few_that_are_skewed_may_be_large_by_chance() -> None:
    """Worked by hand: 2 standard errors, and 3 times 6 over 6 times the root of 9 more below."""
    found = Mean(3.0, 6.0).estimate((90, 9), 2.0)
    assert found is not None
    assert (found.low, found.high) == (10 - 2 - 1, 10 + 2)


def test_without_buckets_slots_tell_how_a_mean_wavers() -> None:
    """Hundreds that deviate by 0.2 each, one spike among them; two slots tell nothing."""
    rng = np.random.default_rng(3)
    rows = [(float(rng.normal(1, 0.2, 100).sum()), 100.0) for _ in range(40)]
    rows[7] = (500.0, 100.0)
    found = mean_between(rows)
    assert found.deviation == pytest.approx(0.2, rel=0.3)
    assert mean_between(rows[:2]) == Mean()


def test_few_slots_are_not_drawn_from() -> None:
    """Seven slots tell nothing of others; empty ones are none."""
    rows = [(1.0, 1.0)] * (LEAST_SLOTS - 1) + [(0.0, 0.0)] * 5
    assert over_slots(Mean(), rows, confidence=0.95, seed=1) is None


def test_slots_that_are_alike_leave_no_doubt() -> None:
    """Every draw has the same mean."""
    assert over_slots(Mean(), [(3.0, 2.0)] * 20, confidence=0.95, seed=1) == Interval(1.5, 1.5)


def test_a_bad_stretch_widens_what_events_alone_would_say() -> None:
    """Two slots of twenty are slow together: 100 events each, 1 s instead of 0.1 s."""
    rows = [(10.0, 100.0)] * 18 + [(100.0, 100.0)] * 2
    by_events = Mean(0.28).estimate((380, 2000), 1.645)
    found = estimated(Mean(0.28), (380, 2000), rows, confidence=0.95, seed=1)
    assert by_events is not None
    assert found is not None
    assert found.high - found.low > 5 * (by_events.high - by_events.low)


def test_a_share_is_as_wide_as_its_slots_say() -> None:
    """Ten bad of 200, all in one slot of twenty, say less than one here and one there."""
    burst = [(0.0, 10.0)] * 19 + [(10.0, 10.0)]
    even = [(1.0, 20.0)] * 10
    together = estimated(Share(), (10, 200), burst, confidence=0.95, seed=1)
    apart = estimated(Share(), (10, 200), even, confidence=0.95, seed=1)
    assert together is not None
    assert apart is not None
    assert apart.interval == wilson(10, 200, z_of(0.95))
    assert together.low == 0.0
    assert together.high > 1.4 * apart.high


def test_a_count_wavers_by_its_square_root() -> None:
    """A hundred events, give or take about ten, at one standard error: 100.5 give or take 10.01."""
    found = Count().estimate((100,), 1.0)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((90.4875, 110.5125), abs=1e-4)


def test_no_events_may_have_been_a_few() -> None:
    """None in ten seconds, at 1.645 standard errors: up to 2.7 were to be expected, 0.27 a second.

    So says the published interval, whose upper end at 95 % on one side is z squared.
    """
    none = poisson(0, 1.645)
    assert (none.low, none.high) == pytest.approx((0.0, 2.706), abs=1e-3)
    found = PerSecond().estimate((0, 10), 1.645)
    assert found is not None
    assert (found.low, found.high) == pytest.approx((0.0, 0.2706), abs=1e-4)


def test_who_asks_for_no_margin_gets_what_was_seen() -> None:
    """However much slots differ."""
    rows = [(float(part), 10.0) for part in (0, 0, 1, 0, 3, 0, 0, 1, 0, 0)]
    found = estimated(Share(), (5, 100), rows, confidence=0.5, seed=1)
    assert found is not None
    assert (found.low, found.high) == (0.05, 0.05)
    assert of_values([1.0, 2.0, 6.0], confidence=0.5, seed=1) == Interval(3.0, 3.0)


def test_neighbours_that_are_alike_tell_less() -> None:
    """Ten slow slots in a row say less than ten among others, of which each says what it says."""
    apart = [(1.0, 1.0), (2.0, 1.0)] * 10
    in_a_row = [(1.0, 1.0)] * 10 + [(2.0, 1.0)] * 10
    known, less = (over_slots(Mean(), rows, confidence=0.95, seed=1) for rows in (apart, in_a_row))
    assert known is not None
    assert less is not None
    assert less.high - less.low > 2 * (known.high - known.low)


def test_few_values_waver_by_students_t() -> None:
    """2, 4 and 6: 4, give or take 2.92 times 2 over the root of 3; two tell nothing."""
    found = of_values([2.0, 4.0, 6.0], confidence=0.95, seed=1)
    assert found is not None
    assert found.high - 4 == pytest.approx(2.92 * 2 / 3**0.5, rel=0.03)
    assert of_values([2.0, 4.0], confidence=0.95, seed=1) is None


def test_what_cannot_add_up_is_taken_as_it_is() -> None:
    """A gauge, or a quantile that the engine tells."""
    assert Plain().estimate((0.4, 120.0), 1.0) == Estimate(0.4, 120.0)
    assert Plain().estimate((3.0,), 1.0) == Estimate(3.0, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("spread", [0.2, 0.6])
def test_means_and_quantiles_lie_where_it_is_said(spread: float) -> None:
    """Of 300 runs of known truth, each end of the interval is beyond it in about 5 % of them."""
    bounds = (*(0.02 * step for step in range(1, 40)), inf)
    drawing = np.random.default_rng(3)
    mean = float(np.exp(np.log(0.12) + spread**2 / 2))
    beyond = {"mean low": 0, "mean high": 0, "P50 low": 0, "P50 high": 0}
    for _ in range(300):
        slots = [drawing.lognormal(np.log(0.12), spread, 40) for _ in range(20)]
        rows = [(float(slot.sum()), float(len(slot))) for slot in slots]
        counts = [tuple(np.histogram(slot, (0.0, *bounds))[0].tolist()) for slot in slots]
        whole = tuple(map(sum, zip(*counts, strict=True)))
        total = (sum(s for s, _ in rows), 800.0)
        deviation = mean_in_buckets(whole, bounds, total[0] / 800).deviation
        found = estimated(Mean(deviation), total, rows, confidence=0.95, seed=1)
        middle_s = estimated(Quantile(0.5, bounds), whole, counts, confidence=0.95, seed=1)
        assert found is not None
        assert middle_s is not None
        beyond["mean low"] += found.low > mean
        beyond["mean high"] += found.high < mean
        beyond["P50 low"] += middle_s.low > 0.12
        beyond["P50 high"] += middle_s.high < 0.12
    assert all(count <= 0.08 * 300 for count in beyond.values()), beyond


def test_the_median_of_estimates_is_that_of_their_ends_too() -> None:
    """1, 2 and 30, each give or take a tenth."""
    found = middle([Estimate(v, 10, Interval(v * 0.9, v * 1.1)) for v in (1.0, 30.0, 2.0)])
    assert found == Estimate(2.0, 10, Interval(1.8, 2.2))


def test_a_hull_holds_both() -> None:
    """Or the only one."""
    assert hull(Interval(1, 3), Interval(2, 4)) == Interval(1, 4)
    assert hull(None, Interval(2, 4)) == Interval(2, 4)
    assert hull(None, None) is None


@pytest.mark.slow
def test_repeats_in_bursts_lie_where_it_is_said() -> None:
    """Errors come thirty at a time, 2 % of 15,000: the truth is beyond an end in about 5 %."""
    drawing = np.random.default_rng(5)
    beyond = {"low": 0, "high": 0}
    for _ in range(300):
        bursts = drawing.poisson(10 / 60, 60)
        rows = [(30.0 * count, 250.0) for count in bursts]
        whole = (sum(bad for bad, _ in rows), 15_000.0)
        found = estimated(Share(), whole, rows, confidence=0.95, seed=1)
        assert found is not None
        beyond["low"] += found.low > 0.02
        beyond["high"] += found.high < 0.02
    assert beyond["low"] <= 0.08 * 300, beyond
    # Of ten bursts there may well be four: no draw of them knows of more.
    assert beyond["high"] <= 0.15 * 300, beyond


def test_draws_without_a_number_do_not_count() -> None:
    """A row without observations has no mean and no quantile."""
    assert np.isnan(Mean().values(np.array([[1.0, 0.0]]))).all()
    assert np.isnan(Quantile(0.5, (1.0, inf)).values(np.array([[0.0, 0.0]]))).all()
