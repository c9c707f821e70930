"""A whole hour asked at once on a real Prometheus: worth the sum of its slots.

`tests/evaluate/test_kinds.py` holds this against each kind of SLI in its plain form, and
`test_native_histograms.py` against native histograms; here are conditions, free expressions, and
slots without a number.
"""

from collections.abc import Callable, Iterator

import pytest

from slowatch.evaluate.question import question_of
from tests.evaluate.measured import (
    HOUR,
    SCRAPES,
    SLOT_S,
    SLOTS,
    START_S,
    is_odd,
    measured,
    prometheus_with,
    sums,
)
from tests.spec.documents import compiled
from tests.support.remote_write import Written, scraped

NAN = float("nan")


def _gauge(name: str, value: Callable[[int], float | None], **labels: str) -> Written:
    """A gauge; None is no sample."""
    values = {at_s: found for at_s in SCRAPES if (found := value(at_s)) is not None}
    return scraped(name, labels, values)


def _counter(name: str, step: Callable[[int], int], **labels: str) -> Written:
    """A counter of what each scrape finds more; it restarts forty minutes into the hour."""
    value, values = 100, {}
    for at_s in SCRAPES:
        value = (0 if at_s == START_S + 2399 else value) + step(at_s)
        values[at_s] = float(value)
    return scraped(name, labels, values)


def _minute(at_s: int) -> int:
    """The minute of the hour at whose end, or before, a scrape is seen."""
    return -((START_S - at_s) // 60)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that holds an hour in which things come and go by the minute."""
    series = [
        _gauge("up", lambda _: 1.0),
        _gauge("up", lambda at_s: 0.0 if is_odd(at_s) else 1.0, instance="2"),
        _counter("done_total", lambda at_s: _minute(at_s) % 5),
        _counter("done_total", lambda at_s: _minute(at_s) % 3, path="/b"),
        _counter("asked_total", lambda at_s: 5 * (_minute(at_s) % 7 > 0)),
        _gauge("generators", lambda at_s: float(_minute(at_s) % 4 - 1)),
        _gauge("crowd", lambda at_s: float(_minute(at_s) % 2), pod="a"),
        _gauge("crowd", lambda at_s: float(_minute(at_s) % 3), pod="b"),
        _gauge("vague", lambda at_s: NAN if _minute(at_s) % 4 == 1 else 1.0),
        _gauge("brief", lambda at_s: 1.0 if _minute(at_s) < 20 else None),
        _gauge("level", lambda at_s: float(_minute(at_s) % 10)),
        _gauge("depth", lambda at_s: float(_minute(at_s) % 6), queue="x"),
        _gauge("depth", lambda at_s: NAN if is_odd(at_s) else 3.0, queue="y"),
    ]
    with prometheus_with(tmp_path_factory.mktemp("hours"), series) as where:
        yield where


def rate(more: str) -> str:
    """The spec of a rate."""
    return f"sli: {{rate: {{counter: done_total, at_least: 0.2/s, {more}}}}}"


def free(good: str, total: str) -> str:
    """The spec of good events by free expressions."""
    return f"sli: {{promql: {{good: '{good}', total: '{total}'}}}}"


DONE, ASKED = "sum(increase(done_total[$window]))", "sum(increase(asked_total[$window]))"

SPECS: dict[str, str] = {
    "rate": rate("over: 2m"),
    "rate between": "sli: {rate: {counter: done_total, at_least: 0.1/s, at_most: 0.3/s}}",
    "rate while a gauge is not zero": rate("while: generators"),
    "rate while any of a crowd is not zero": rate("while: crowd"),
    "rate while a comparison holds": rate("while: 'sum(level) > 4'"),
    "rate while a condition with $window holds": rate(f"while: '{ASKED} > 0'"),
    "rate while not NaN": rate("while: vague"),
    "rate while there is a gauge": rate("while: brief"),
    "rate while a scalar": rate("while: '1'"),
    "rate while never": rate("while: nothing"),
    "free events": free(f"0.5 * {DONE}", DONE),
    "free events that may be idle": free(f"{ASKED} * 0.25", ASKED),
    "free good events are not always there": free(f"{DONE} > 3", f"{DONE} + 9"),
    "free total is not always there": free(f"0.1 * {DONE}", f"{DONE} > 20"),
    "free good events are at times more than all": free(f"2 * {DONE} - 15", DONE),
    "free events by group": (
        "by: [path]\nsli: {promql: {"
        "good: '2 * sum by (path) (increase(done_total[$window])) - 15', "
        "total: 'sum by (path) (increase(done_total[$window]))'}}"
    ),
    "free total is not always a number": free(
        "0.5 * sum by (job) (vague) + 0 * sum by (job) (rate(done_total[$window]))",
        "sum by (job) (vague) + 0 * sum by (job) (rate(done_total[$window]))",
    ),
    "free bad events": (f"sli: {{promql: {{bad: '0.25 * {ASKED}', total: '9 + {ASKED}'}}}}"),
    "up, all": "sli: {up: {metric: up, instances: all}}",
    "up, any": "sli: {up: {metric: up, instances: any}}",
    "up by instance": "by: [instance]\nsli: {up: {metric: up, instances: all}}",
    "value": "sli: {value: {query: sum(level), at_most: 7}}",
    "value between": "sli: {value: {query: sum(level), between: [2, 4]}}",
    "value of a scalar": "sli: {value: {query: 'scalar(level)', at_most: 7}}",
    "value is not always a number": "sli: {value: {query: vague, at_most: 7}}",
    "value is not always there": "sli: {value: {query: brief, at_most: 7}}",
    "value by group": "by: [queue]\nsli: {value: {query: depth, at_most: 4}}",
}


@pytest.mark.parametrize("name", SPECS)
def test_hour_counts_what_its_slots_count(url: str, name: str) -> None:
    """Good, total and measured alike, for each group."""
    spec = SPECS[name]
    assert question_of(compiled(spec), SLOT_S).can_be_hourly
    (hour,), (slots,) = measured(url, HOUR, spec), measured(url, SLOTS, spec)
    assert hour.facts, hour.gaps
    assert sums(hour) == sums(slots)


@pytest.mark.parametrize(
    "spec",
    [
        "by: [path]\nsli: {rate: {counter: done_total, at_least: 0.2/s, while: generators}}",
        "budgeting: ratio_timeslices\nsli: {ratio: {good: 'a_total{b=\"c\"}', total: a_total}}",
        (
            "budgeting: timeslices\nslice_target: 90%\n"
            "sli: {ratio: {good: 'a_total{b=\"c\"}', total: a_total}}"
        ),
    ],
)
def test_never_asked_by_the_hour(spec: str) -> None:
    """A condition may be each group's own, and a share of an hour is not that of its slots."""
    assert not question_of(compiled(spec), SLOT_S).can_be_hourly


def test_slots_that_do_not_fill_the_hour_are_never_asked_by_it() -> None:
    """The last of them would belong to two hours."""
    slo = compiled(SPECS["rate"])
    assert question_of(slo, 90).can_be_hourly
    assert not question_of(slo, 7).can_be_hourly
