"""Texts without signs that steer."""

import pytest

from slowatch.reports.readable import plain


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("P95 of /analyze", "P95 of /analyze"),
        ("über café 日本 👍🏽", "über café 日本 👍🏽"),
        ("two\nlines\tand\u2028more", "two lines and more"),
        ("\x1b[31mred", "\ufffd[31mred"),
        ("\u202eabc\u2069", "\ufffdabc\ufffd"),
        ("a\x00b\ud800c\uffffd", "a\ufffdb\ufffdc\ufffdd"),
        ("👩\u200d🚀", "👩\u200d🚀"),
    ],
)
def test_only_what_steers_is_replaced(text: str, shown: str) -> None:
    assert plain(text) == shown
