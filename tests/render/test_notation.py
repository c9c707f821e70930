"""Values as promtool writes them."""

import pytest

from slowatch.render.notation import Value, series_text, values_text


@pytest.mark.parametrize(
    ("values", "text"),
    [
        ([1, 3, 5, 7], "1+2x3"),
        ([5, 5, 5], "5+0x2"),
        ([7, 5], "7-2x1"),
        ([1], "1"),
        ([None, None, None, 4, 5, "stale", None], "_x3 4+1x1 stale _"),
        (["NaN", 1, -1], "NaN 1-2x1"),
        ([1, 2, 4, 6], "1+1x1 4+2x1"),
    ],
)
def test_values_that_grow_alike_are_one(values: list[Value], text: str) -> None:
    assert values_text(values) == text


def test_labels_without_a_value_are_left_out() -> None:
    labels = {"app": 'a"b', "zone": ""}
    assert series_text("x", labels) == 'x{app="a\\"b"}'
    assert series_text("x", {}) == "x"
