"""Labels are found for matchers of every kind."""

import pytest

from slowatch.render.matching import are_meant, fitting_labels
from slowatch.spec.compiled import Matcher, MatchOp


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("=", "200"),
        ("!=", "200"),
        ("=~", "5.."),
        ("=~", "2|2\\.0"),
        ("=~", "GET|POST"),
        ("=~", "(5..|429)"),
        ("=~", "[45]\\d\\d"),
        ("=~", ".+"),
        ("=~", "api-[a-z]+"),
        ("=~", "/v1/(users|orders)/.*"),
        ("!~", "5..|4.."),
        ("!~", ".*"),
    ],
)
def test_labels_fit(op: MatchOp, value: str) -> None:
    matcher = Matcher("x", op, value)
    labels = fitting_labels([matcher])
    if (op, value) == ("!~", ".*"):
        assert labels is None
    else:
        assert labels is not None
        assert are_meant(labels, [matcher])


def test_what_is_unwanted_is_avoided() -> None:
    """A failure: in the total, and no success."""
    total = (Matcher("job", "=", "shop"),)
    good = (*total, Matcher("code", "=~", "2..|3.."))
    labels = fitting_labels(total, [good])
    assert labels is not None
    assert labels["job"] == "shop"
    assert not are_meant(labels, good)


def test_nothing_fits_what_cannot_be() -> None:
    same = (Matcher("code", "=", "200"),)
    assert fitting_labels(same, [same]) is None
