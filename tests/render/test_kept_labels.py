"""What can be told of an expression's labels from its text."""

import pytest

from slowatch.render.kept_labels import has_one_series_per_group, keeps_groups


@pytest.mark.parametrize(
    ("expression", "is_one"),
    [
        ("sum(x)", True),
        ("sum by (app) (x)", True),
        ("sum by (app, zone) (x)", False),
        ("sum without (zone) (x)", False),
        ("topk(1, x)", False),
        ("x", False),
        ("max(rate(x[5m]))", True),
        ("histogram_quantile(0.9, sum by (le, app) (rate(x_bucket[5m])))", True),
        ("sum(x) and sum(rate(y[1m])) > 10", True),
        ("x and sum(y)", False),
        ("max(x) / avg by (app) (y)", True),
        ("sum(x) or y", False),
        ("vector(1)", True),
        ("absent(x)", False),
        ("clamp_max(sum(x), 3)", True),
        ("clamp_max(x, 3)", False),
        ("max_over_time(sum(x)[5m:1m])", False),
        ("label_replace(sum(x), 'a', 'b', '', '')", False),
    ],
)
def test_one_series_per_group(expression: str, is_one: bool) -> None:
    """What is not certain is not said."""
    assert has_one_series_per_group(expression, ["app"]) is is_one


@pytest.mark.parametrize(
    ("expression", "keeps"),
    [
        ("sum by (app) (x) > 1", True),
        ("sum(x) > 1", False),
        ("rate(x[5m]) > 1", True),
        ("vector(1)", False),
    ],
)
def test_groups_are_kept_unless_an_aggregation_drops_them(expression: str, keeps: bool) -> None:
    assert keeps_groups(expression, ["app"]) is keeps
