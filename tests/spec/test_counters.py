"""Counters out of PromQL, and whether good events are a part of all."""

from decimal import Decimal

import pytest

from slowatch.spec.buckets import bound_spellings, bucket_matcher
from slowatch.spec.compiled import Counter, Matcher
from slowatch.spec.counters import read_counter, read_counter_sum, read_series
from slowatch.spec.mistake import Mistake
from slowatch.spec.promql import selector_text
from slowatch.spec.subset import check_part
from tests.spec.documents import problems


def weights(text: str) -> dict[str, str]:
    """The coefficient of each metric in a sum."""
    return {term.counter.metric: str(term.coefficient) for term in read_counter_sum(text)}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a", {"a": "1"}),
        ("a + b - c", {"a": "1", "b": "1", "c": "-1"}),
        ("a - (b - c)", {"a": "1", "b": "-1", "c": "1"}),
        ("-(a + b) + 3 * a", {"a": "2", "b": "-1"}),
        ("2 * (a + b * 0.1)", {"a": "2", "b": "0.2"}),
        ("a * -(2)", {"a": "-2"}),
        ("a + a", {"a": "2"}),
        ("+a", {"a": "1"}),
        ("0x10 * a", {"a": "16"}),
    ],
)
def test_counters_are_summed_exactly(text: str, expected: dict[str, str]) -> None:
    """2 * 0.1 is 0.2 here."""
    assert weights(text) == expected


def test_matchers_are_sorted_and_their_text_is_plain() -> None:
    """Equal selectors are equal counters, however they are written."""
    counter = read_counter('m{b="\\"x\\\\",a!~"y|z",b="\\"x\\\\"}')
    assert counter == Counter("m", (Matcher("a", "!~", "y|z"), Matcher("b", "=", '"x\\')))


def test_metric_name_may_stand_among_the_matchers() -> None:
    """That is how names outside PromQL's alphabet are written."""
    assert read_counter('{__name__="my.metric",a="1"}').metric == "my.metric"


@pytest.mark.parametrize(
    ("text", "code", "words"),
    [
        ('rate(a{x="1"}[5m])', "not-a-counter", '`a{x="1"}`'),
        ("sum(a)", "not-a-counter", "`sum(…)` is not a counter"),
        ("sum(a) / sum(b)", "not-a-counter", "such as `a`, `b`"),
        ("a[5m]", "not-a-counter", "a range is not a counter"),
        ("a > 5", "not-a-counter", "`>` cannot join these"),
        ("a / 2", "not-a-counter", "`/` cannot join these"),
        ("a + on (x) b", "not-a-counter", "`+` cannot join these"),
        ("a + 5", "not-a-counter", "a literal is not a counter"),
        ("a * NaN", "not-a-counter", "`*` cannot join these"),
        ("a - a", "not-a-counter", "cancel each other out"),
        ("a offset 5m", "modifier-not-allowed", "`offset`"),
        ("a @ 5", "modifier-not-allowed", "`@`"),
        ('a{x="1" or y="2"}', "modifier-not-allowed", "`or`"),
        ('{x="1"}', "metric-name-missing", "exactly one metric name"),
        ('{__name__=~"a.*"}', "metric-name-missing", "exactly one metric name"),
        ('{__name__="a",__name__="b"}', "metric-name-missing", "exactly one metric name"),
    ],
)
def test_anything_but_counters_is_refused(text: str, code: str, words: str) -> None:
    """With what to write instead."""
    with pytest.raises(Mistake) as raised:
        read_counter_sum(text)
    assert raised.value.code == code
    assert words in raised.value.message


def test_one_selector_is_no_sum() -> None:
    """A rate is of one counter."""
    with pytest.raises(Mistake) as raised:
        read_counter("a + b")
    assert "one selector, not a calculation" in raised.value.message


@pytest.mark.parametrize(
    ("good", "total"),
    [
        ('h{c="2"}', "h"),
        ('h{c="2",r="x"}', 'h{r="x"}'),
        ('h{r="x"}', 'h{r=~"x|y"}'),
        ('h{r="x"}', 'h{r!="y"}'),
        ('h{r="x"}', 'h{r!~"y|z"}'),
        ('h{r="x1"}', 'h{r=~"x.*"}'),
        ('h{r=~"x"}', 'h{r=~"x|y"}'),
        ('h{c="2"}', 'h{r=~".*"}'),
        ('h{c="2"}', 'h{r!="y"}'),
        ("ok", 'h{r="x"}'),
        ('h - h{c="5"}', "h"),
        ("ok + hit", "ok + hit + miss"),
        ('h{c="2"}', 'h{c="2"} + h{c="5"}'),
    ],
)
def test_part_of_the_total_is_accepted(good: str, total: str) -> None:
    """And what cannot be decided is."""
    check_part(read_counter_sum(good), read_counter_sum(total), "good")


@pytest.mark.parametrize(
    ("good", "total", "words"),
    [
        ('h{c="2"}', 'h{r="x"}', 'add `r="x"`'),
        ("h", 'h{r="x"}', 'add `r="x"`'),
        ('h{r="y"}', 'h{r="x"}', 'only `r="x"`'),
        ('h{r="y"}', 'h{r!="y"}', 'only `r!="y"`'),
        ('h{r="z"}', 'h{r=~"x|y"}', 'only `r=~"x|y"`'),
        ('h{r="y"}', 'h{r!~"y|z"}', 'only `r!~"y|z"`'),
        ('h{c="3"}', 'h{c="2"} + h{c="5"}', 'only `c="2"`'),
        ("h", "h", "the same"),
        ("a + b", "b + a", "the same"),
    ],
)
def test_what_is_no_part_of_the_total_is_refused(good: str, total: str, words: str) -> None:
    """More good events than events would be counted."""
    with pytest.raises(Mistake) as raised:
        check_part(read_counter_sum(good), read_counter_sum(total), "good")
    assert words in raised.value.message


def test_bad_events_are_a_part_of_the_total_as_well() -> None:
    """The same rules hold for them."""
    found = problems("""sli: {ratio: {bad: 'h{c="5"}', total: 'h{r="x"}'}}""")
    assert [problem.code for problem in found] == ["good-not-in-total"]


@pytest.mark.parametrize(
    ("bound", "spellings"),
    [
        ("2", ["2", "2.0"]),
        ("2.0", ["2", "2.0"]),
        ("0.05", ["0.05"]),
        ("0.5", ["0.5"]),
        ("10", ["10", "10.0"]),
        ("0.0005", ["0.0005", "5.0E-4"]),
        ("0.00001", ["0.00001", "1e-05", "1.0E-5"]),
        ("1048576", ["1048576", "1048576.0", "1.048576e+06"]),
        ("10000000", ["10000000", "10000000.0", "1e+07", "1.0E7"]),
    ],
)
def test_bound_is_spelt_as_clients_do(bound: str, spellings: list[str]) -> None:
    """Go's `%g`, OpenMetrics' trailing zero, Java's exponent."""
    assert list(bound_spellings(Decimal(bound))) == spellings


def test_only_spelling_is_matched_as_it_is() -> None:
    """Equality is cheaper than a regular expression."""
    assert bucket_matcher(Decimal("0.05")) == Matcher("le", "=", "0.05")


def test_several_spellings_are_matched_literally() -> None:
    """The dot and the plus are not wildcards."""
    matcher = bucket_matcher(Decimal(10_000_000))
    assert matcher == Matcher("le", "=~", "10000000|10000000\\.0|1e\\+07|1\\.0E7")


@pytest.mark.parametrize(
    ("text", "series"),
    [
        ("max(memory_bytes)", ["memory_bytes"]),
        ('sum(rate(a{x="1"}[5m])) / on () sum(b)', ['a{x="1"}', "b"]),
        ("-(a) + 2 * a", ["a"]),
        ("quantile(scalar(c), d)", ["c", "d"]),
        ("max_over_time((e > 1)[10m:1m])", ["e"]),
        ("avg_over_time(rate(f[$window])[10m:$slot])", ["f"]),
        ("a - a offset 1d", ["a"]),
        ("a - max_over_time(b[5m:1m] offset 1d)", ["a"]),
        ('count({__name__=~"x.*"})', []),
        ("time() - 5", []),
    ],
)
def test_series_of_an_expression_are_those_that_it_reads_now(text: str, series: list[str]) -> None:
    """Whatever it does with them; not those of another time, nor those of several metrics."""
    found = [selector_text(one.metric, one.matchers) for one in read_series(text)]
    assert sorted(found) == series
