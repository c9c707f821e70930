"""Values with units."""

from decimal import Decimal

import pytest

from slowatch.spec.mistake import Mistake
from slowatch.spec.units import read_duration, read_quantity, read_share


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("2s", "2"),
        ("500ms", "0.5"),
        ("1h30m", "5400"),
        ("1.5h", "5400"),
        ("4w", "2419200"),
        ("100/s", "100"),
        ("6000/m", "100"),
        ("7200/h", "2"),
        ("2GiB", "2147483648"),
        ("700MB", "700000000"),
        ("1kB", "1000"),
        ("80%", "0.8"),
        ("-5", "-5"),
        ("1e3", "1000"),
        (".5", "0.5"),
        ("2 GiB", "2147483648"),
    ],
)
def test_quantity_is_exact_in_its_base_unit(text: str, value: str) -> None:
    """Seconds, bytes, per second, ratios and plain numbers."""
    assert read_quantity(text).number == Decimal(value)


@pytest.mark.parametrize("text", ["", "2 gigs", "1//s", "5x", "inf", "nan", "1e999", "--1", "5%%"])
def test_text_that_is_no_quantity_is_a_mistake(text: str) -> None:
    """Nothing is guessed."""
    with pytest.raises(Mistake) as raised:
        read_quantity(text)
    assert raised.value.code == "bad-quantity"


@pytest.mark.parametrize("text", ["5", "m", "5 m", "-5m", "5M", "1month", "", "5mm"])
def test_text_that_is_no_duration_is_a_mistake(text: str) -> None:
    """A unit is always needed."""
    with pytest.raises(Mistake) as raised:
        read_duration(text)
    assert raised.value.code == "bad-duration"


def test_share_above_one_asks_for_its_percent_sign() -> None:
    """99.9 is surely 99.9 %, and is still not guessed."""
    with pytest.raises(Mistake) as raised:
        read_share(Decimal("99.9"))
    assert "write `99.9%`" in raised.value.message


@pytest.mark.parametrize("value", [True, None, [], {}, "9" * 100])
def test_value_of_another_type_is_no_share(value: object) -> None:
    """Numbers and short texts only."""
    with pytest.raises(Mistake):
        read_share(value)
