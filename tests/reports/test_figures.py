"""Figures read as what they are: never on the wrong side of a limit, never rounded to all."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.reports.figures import change_figure, exact_figure, figure, figures
from slowatch.spec.compiled_runs import Unit


@pytest.mark.parametrize(
    ("number", "unit", "shown"),
    [
        (0.48, "seconds", "480 ms"),
        (0.0123456, "seconds", "12.3 ms"),
        (0.00012, "seconds", "0.12 ms"),
        (1.3241, "seconds", "1.32 s"),
        (0.9996, "seconds", "1 s"),
        (12, "seconds", "12 s"),
        (872, "seconds", "14m 32s"),
        (900, "seconds", "15m"),
        (3605, "seconds", "1h 5s"),
        (0, "seconds", "0 s"),
        (1, "ratio", "100%"),
        (0, "ratio", "0%"),
        (0.9987, "ratio", "99.87%"),
        (0.999999, "ratio", "99.9999%"),
        (0.00004, "ratio", "0.004%"),
        (0.4567, "ratio", "45.7%"),
        (0.1 + 0.2, "ratio", "30%"),
        (1.934e9, "bytes", "1.93 GB"),
        (7e8, "bytes", "700 MB"),
        (12, "bytes", "12 B"),
        (104.3, "per_second", "104/s"),
        (1204, "events", "1,204"),
        (1003.4, "number", "1,003"),
        (-3.5, "number", "-3.5"),
        (1e300, "number", "1e+300"),
        (None, "number", "–"),  # noqa: RUF001
        (float("nan"), "seconds", "–"),  # noqa: RUF001
    ],
)
def test_a_number_is_shown_in_the_unit_that_suits_it(
    number: float | None, unit: Unit, shown: str
) -> None:
    assert figure(number, unit) == shown


@pytest.mark.parametrize(
    ("number", "limit", "unit", "shown"),
    [
        (1.0004, 1.0, "seconds", "1.0004 s"),
        (0.99961, 1.0, "seconds", "999.6 ms"),
        (900.4, 900.0, "seconds", "15m 0.4s"),
        (0.99899, 0.999, "ratio", "99.899%"),
        (0.0100001, 0.01, "ratio", "1.00001%"),
        (2.0000001e9, 2e9, "bytes", "2.0000001 GB"),
        (99.99, 100.0, "per_second", "99.99/s"),
    ],
)
def test_what_breaks_a_limit_does_not_read_like_it(
    number: float, limit: float, unit: Unit, shown: str
) -> None:
    assert figure(number, unit, beside=[limit]) == shown


@given(
    st.floats(min_value=1e-6, max_value=1e6),
    st.integers(min_value=-50, max_value=50),
    st.sampled_from(["per_second", "number", "ratio", "events"]),
)
def test_two_numbers_that_differ_are_shown_in_their_order(
    limit: float, steps: int, unit: Unit
) -> None:
    """However near they are to each other."""
    number = limit * (1 + steps * 1e-9)

    def read(text: str) -> Decimal:
        return Decimal(text.replace(",", "").removesuffix("/s").removesuffix("%"))

    shown = read(figure(number, unit, beside=[limit]))
    other = read(figure(limit, unit, beside=[number]))
    assert (shown > other) == (number > limit)
    assert (shown < other) == (number < limit)


@given(st.floats(min_value=0, max_value=1))
def test_only_what_is_whole_reads_as_all_or_nothing(share: float) -> None:
    assert (figure(share, "ratio") == "100%") == (share == 1)
    assert (figure(share, "ratio") == "0%") == (share == 0)


def test_a_stretch_has_one_unit() -> None:
    assert figures(1.24, 1.413, "seconds") == "1.24 – 1.41 s"  # noqa: RUF001
    assert figures(0.96, 1.04, "seconds") == "0.96 – 1.04 s"  # noqa: RUF001
    assert figures(0.48, 0.5123, "seconds") == "480 – 512 ms"  # noqa: RUF001
    assert figures(100, 130, "seconds") == "1m 40s – 2m 10s"  # noqa: RUF001
    assert figures(0.99, 0.9987, "ratio") == "99 – 99.87%"  # noqa: RUF001
    assert figures(1, 1, "ratio") == "100%"


def test_a_change_has_its_sign() -> None:
    found = [change_figure(one) for one in (0.5, 0.12345, -0.034, 0, None)]
    assert found == ["+50%", "+12.3%", "-3.4%", "±0%", "–"]  # noqa: RUF001
    assert change_figure(0.50004, beside=[0.5]) == "+50.004%"


def test_what_somebody_wrote_keeps_its_digits() -> None:
    assert exact_figure(Decimal("0.99995"), "ratio") == "99.995%"
    assert exact_figure(Decimal("1234.5"), "per_second") == "1,234.5/s"
    assert exact_figure(Decimal(30), "seconds") == "30 s"
