"""What is asked together is answered as if each were asked alone, on a real Prometheus."""

from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slowatch.source.answer import Answer, Grid, Refusal, Series
from slowatch.source.asking import Asker
from slowatch.source.counters import CounterNeed
from slowatch.source.counting import Counting
from slowatch.source.together import ask_together
from slowatch.spec.compiled import Counter, Matcher
from slowatch.spec.promql import selector_text
from tests.source.awkward import END_S, START_S, VALUES

AT_END = Grid(END_S, END_S, 60)
RANGE = Grid(START_S + 1080, START_S + 1500, 60)
WANTED = (*VALUES, "", "nobody", "a.b", "nobody|a")

TEMPLATES = (
    "{hits}",
    "sum({hits})",
    "max(rate({hits}[1m])) * 2",
    "sum by (code) (increase({hits}[2m]))",
    "sum by (service) (rate({hits}[2m]))",
    "sum by (service, zone) ({hits})",
    "count({hits})",
    "avg by (zone) ({hits}) > bool 50",
    "sum({hits}) > 100",
    "100 - sum({hits})",
    "-sum({hits})",
    "({hits})",
    "sum({hits} offset 5m)",
    "sum({hits} offset -1m)",
    "max_over_time(sum({hits})[5m:1m])",
    "sum_over_time((sum(rate({hits}[1m])))[5m:30s] offset 2m)",
    "sum(sum by (code) ({hits}))",
    "histogram_quantile(0.9, sum by (le) (rate({buckets}[2m])))",
    "histogram_quantile(0.9, rate({buckets}[2m]))",
    "histogram_quantile(0.9, sum(rate({buckets}[2m])))",
    "clamp_max(max({busy}), 0.5)",
    "round(avg({busy}), 0.1)",
    "quantile_over_time(0.5, {busy}[5m])",
    "min_over_time(({busy})[4m:1m])",
    "changes({hits}[5m])",
    "resets({hits}[25m])",
    "absent({hits})",
    "sum without (code) ({hits})",
    "topk(1, {hits})",
    "quantile(0.5, {hits})",
    "count_values('v', {busy})",
    "label_replace(sum({hits}), 'x', 'y', '', '')",
    "sum({hits}) / sum({hits})",
    "sum({hits}) or vector(0)",
    "vector(1) unless {hits}",
    "sum({hits}) # {hits}",
    "scalar({busy})",
    "stddev({hits}) ^ 2 % 7",
    "sum({hits}) == 1e3 or sum({hits})",
    "sgn(sum({hits}) - 5)",
    "timestamp({busy})",
    "time() - 1",
    "sum({hits} @ end())",
    "last_over_time({hits}[5m])",
    "sort({hits})",
    "group({hits})",
)

together = settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)


def expression(template: str, value: str, zone: str | None = None) -> str:
    """A template for one service, and perhaps one zone."""
    matchers = [Matcher("service", "=", value)]
    if zone is not None:
        matchers.append(Matcher("zone", "=", zone))
    metrics = {"hits": "hits_total", "buckets": "took_bucket", "busy": "busy"}
    found = {name: selector_text(metric, matchers) for name, metric in metrics.items()}
    text = template
    for name, selector in found.items():
        text = text.replace(f"{{{name}}}", selector.replace("\n", "\\n"))
    return text


def alike(answer: Answer) -> object:
    """An answer that can be compared: floats as they are written, no order."""
    if isinstance(answer, Refusal):
        return "refused"
    return {
        (tuple(sorted(series.labels.items())), at_s): f"{value:.12g}"
        for series in answer
        for at_s, value in series.points.items()
    }


def check(asker: Asker, expressions: Sequence[str], grid: Grid) -> None:
    """Together they are what they are alone."""
    found = ask_together(asker, expressions, grid)
    for one in expressions:
        assert alike(found[one]) == alike(asker.ask([one], grid)[one]), one


@pytest.mark.parametrize("template", TEMPLATES)
@pytest.mark.parametrize("grid", [AT_END, RANGE], ids=["instant", "range"])
def test_template_for_every_value_is_answered_as_alone(
    asker: Asker, template: str, grid: Grid
) -> None:
    """Also for values that nothing has, and for the empty one, which means there is no label."""
    check(asker, [expression(template, value) for value in WANTED], grid)


@together
@given(
    wanted=st.lists(
        st.tuples(
            st.sampled_from(TEMPLATES),
            st.sampled_from(WANTED),
            st.sampled_from([None, "z0", "z1", "z2", ""]),
        ),
        max_size=40,
        unique=True,
    )
)
def test_any_mixture_is_answered_as_alone(
    asker: Asker, wanted: list[tuple[str, str, str | None]]
) -> None:
    """Two labels may vary at once."""
    check(asker, [expression(*one) for one in wanted], RANGE)


def test_guilty_expressions_harm_no_other(asker: Asker) -> None:
    """Of 120, four are refused: alone, in a batch and in a group."""
    fine = [f'sum(hits_total{{service="{name}"}}) + {n}' for n in range(29) for name in "abcd"]
    guilty = [
        'rate(hits_total{service="a"})',
        "sum(hits_total) * on () group_left () (hits_total or hits_total) * on () took_count",
        "hits_total * on (code) hits_total",
        'label_replace(busy, "service", "same", "", "")',
    ]
    mixed = [*fine[:50], guilty[0], *fine[50:70], *guilty[1:3], *fine[70:], guilty[3]]
    assert len(mixed) == 120
    found = ask_together(asker, mixed, AT_END)
    assert {e for e, answer in found.items() if isinstance(answer, Refusal)} == set(guilty)
    assert all(isinstance(found[e], Refusal) or found[e] for e in mixed if '"a"' in e)


def test_long_query_is_posted(asker: Asker) -> None:
    """200 kB of it."""
    long = f'count(hits_total{{service!~"{"x" * 200_000}"}})'
    (series,) = _series(asker.ask([long], AT_END)[long])
    assert series.points == {END_S: 2 * len(VALUES)}


NEEDS = [
    CounterNeed(Counter("hits_total", tuple(sorted(matchers))), by)
    for value in WANTED
    for matchers in (
        [Matcher("service", "=", value)],
        [Matcher("service", "=", value), Matcher("code", "=", "500")],
        [Matcher("service", "=", value), Matcher("zone", "=", "z1")],
    )
    for by in ((), ("code",), ("service",), ("zone", "service"))
]


@pytest.mark.parametrize(
    "grid",
    [RANGE, Grid(START_S + 3600, START_S + 3600, 3600), Grid(START_S + 60, START_S + 120, 60)],
    ids=["slots", "hour", "birth"],
)
def test_needs_counted_together_are_counted_as_alone(asker: Asker, grid: Grid) -> None:
    """Over the reset that every counter has, and over its birth."""
    counting = Counting(asker, scrape_s=15)
    found = counting.count(NEEDS, grid)
    for need in NEEDS:
        alone = counting.count([need], grid)[need]
        assert found[need].values == alone.values, need
        assert found[need].refused is None


def test_reset_and_growth_are_counted_exactly(asker: Asker) -> None:
    """Four steps a slot; the slot that holds the reset lacks the step that nothing showed."""
    need = CounterNeed(Counter("hits_total", (Matcher("service", "=", "b"),)))
    (row,) = Counting(asker, scrape_s=15).count([need], RANGE)[need].values.values()
    # Steps of 3 and 2 with codes 200 and 500; sample 80, at 1200 s, is a zero.
    expected = {START_S + end_s: 20.0 for end_s in range(1080, 1501, 60)}
    expected[START_S + 1200] = 15.0
    assert row == expected


def _series(answer: Answer) -> tuple[Series, ...]:
    assert not isinstance(answer, Refusal)
    return answer
