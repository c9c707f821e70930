"""Writing selectors, and what PromQL is made of."""

from itertools import pairwise

import promql_parser
import pytest
from hypothesis import given
from hypothesis import strategies as st

from slowatch.spec.compiled import Matcher
from slowatch.spec.mistake import Mistake
from slowatch.spec.promql import parse, quote, read_expression, selector_text, value_kind
from slowatch.spec.promql_errors import is_viable
from slowatch.spec.promql_tokens import tokens, without_comments

_VALUES = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)


@pytest.mark.parametrize(
    ("value", "quoted"),
    [("a", '"a"'), ('"', '"\\""'), ("\\", '"\\\\"'), ("\n", '"\\n"'), ("\\n", '"\\\\n"')],
)
def test_quote_escapes_what_would_end_or_change_a_string(value: str, quoted: str) -> None:
    """A backslash before an n is two characters, a line break is one."""
    assert quote(value) == quoted


@given(_VALUES)
def test_quoted_value_is_read_as_it_was(value: str) -> None:
    """Whatever a label holds."""
    selector = promql_parser.parse(selector_text("m", [Matcher("a", "=", value)]))
    assert isinstance(selector, promql_parser.VectorSelector)
    assert [matcher.value for matcher in selector.matchers.matchers] == [value]


@pytest.mark.parametrize(
    ("metric", "matchers", "suffix", "text"),
    [
        ("m", (), "", "m"),
        ("m", (), "[5m]", "m[5m]"),
        ("a:b", (Matcher("x", "!=", "1"), Matcher("y", "=~", "a.b")), "", 'a:b{x!="1",y=~"a.b"}'),
        ("m", (Matcher("x", "!~", ""),), " offset 1m", 'm{x!~""} offset 1m'),
        ("my.metric", (), "", '{__name__="my.metric"}'),
        ("inf", (Matcher("x", "=", "1"),), "", '{__name__="inf",x="1"}'),
        ("m", (Matcher("a.b", "=", "1"),), "", 'm{"a.b"="1"}'),
    ],
)
def test_selector_is_written(
    metric: str, matchers: tuple[Matcher, ...], suffix: str, text: str
) -> None:
    """And it parses."""
    assert selector_text(metric, matchers, suffix) == text
    promql_parser.parse(text)


@pytest.mark.parametrize("word", ["by", "on", "bool", "nan", "atan2", "offset", "sum", "or"])
def test_metric_that_is_called_like_a_keyword_is_a_selector(word: str) -> None:
    """Some engine may take the bare name for the keyword."""
    assert isinstance(promql_parser.parse(selector_text(word)), promql_parser.VectorSelector)


@pytest.mark.parametrize(
    ("expression", "kind"),
    [
        ("m", "vector"),
        ("-(m)", "vector"),
        ("1 + 2", "scalar"),
        ("1 + m", "vector"),
        ("time()", "scalar"),
        ("sum(m)", "vector"),
        ("rate(m[$window])", "vector"),
        ("m[5m]", "matrix"),
        ("(m[5m:$slot])", "matrix"),
        ('"s"', "string"),
    ],
)
def test_expression_has_a_kind(expression: str, kind: str) -> None:
    """Variables stand for durations."""
    assert value_kind(parse(expression)) == kind


def test_comment_signs_inside_strings_are_no_comments() -> None:
    """Only what the engine would pass over is cut out."""
    assert without_comments('m{a="#1"} # two\n+ 1').split() == ['m{a="#1"}', "+", "1"]


@given(st.lists(st.sampled_from([*"()[]{}+-*/#\"'`,:@\n ", "a", "5m", "1e+5", "=~", "é"])))
def test_tokens_cover_all_that_is_visible(pieces: list[str]) -> None:
    """None overlaps another, and none is lost."""
    text = without_comments("".join(pieces))
    found = tokens(text)
    assert all(first.end <= second.start for first, second in pairwise(found))
    between = "".join(text[a.end : b.start] for a, b in pairwise(found))
    assert not between.strip()


_WHOLE = [
    'sum by (le, x) (rate(h_bucket{a="1",b=~"x|y"}[5m])) / on (x) group_left (y) sum(c) > bool 1',
    'label_replace(max_over_time(m[1h:5m] offset 1d), "a", "$1", "b", "(.*)") unless m @ 5',
    'histogram_quantile(0.9, sum(rate(h[5m])) without (a)) == 1 or {__name__="x"}',
    "topk(5, -a ^ 2 % 3) and ignoring (x) clamp(b, 1, 2) or vector(time())",
]


@pytest.mark.parametrize("expression", _WHOLE)
def test_every_beginning_of_an_expression_is_viable(expression: str) -> None:
    """Bisection finds the place of a mistake because of that."""
    found = tokens(expression)
    for count in range(1, len(found) + 1):
        assert is_viable(expression[: found[count - 1].end], found[:count])


@pytest.mark.parametrize("expression", _WHOLE)
def test_intruder_is_found_wherever_it_stands(expression: str) -> None:
    """`~` stands nowhere in PromQL."""
    for token in tokens(expression):
        broken = f"{expression[: token.start]} ~ {expression[token.start :]}"
        with pytest.raises(Mistake) as raised:
            parse(broken)
        assert raised.value.offset == token.start + 1


@pytest.mark.parametrize(
    ("expression", "words"),
    [
        ("rat(m[5m])", "did you mean `rate`?"),
        ("m[$__rate_interval]", "only `$window` and `$slot`"),
        ("m[5m]", "wrap it, such as `rate(…)`"),
        ("", "there is no expression"),
        ("sum(", "add the missing `)`"),
        ("a +", "add what follows"),
    ],
)
def test_message_says_what_to_do(expression: str, words: str) -> None:
    """Not only what the parser found."""
    with pytest.raises(Mistake) as raised:
        read_expression(expression)
    assert words in raised.value.message
