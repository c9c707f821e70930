"""Every kind of SLI on a real Prometheus, with numbers worked by hand.

Samples lie 7 s after each quarter of a minute, so that every slot holds four. What is asked of are
four slots, from minute 10 on: in the third of them (minute 12) something is different.
"""

from collections.abc import Callable, Iterator
from contextlib import closing
from typing import TypeVar

import pytest

from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.question import question_of
from slowatch.ledger.port import Recording
from slowatch.slo.slot import HOUR_S
from slowatch.slo.tally import MICRO
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from tests.spec.documents import compiled
from tests.support.openmetrics import serve, store_text

START_S = 1_700_006_400  # an hour
GRID = Grid(START_S + 660, START_S + 840, 60)
HOUR = Grid(START_S + HOUR_S, START_S + HOUR_S, HOUR_S)

T = TypeVar("T")
Measure = Callable[..., Recording]
Events = list[tuple[float, float] | None]


def _odd(at_s: int) -> bool:
    """Whether a sample belongs to the slot in which things are different."""
    return START_S + 720 < at_s <= START_S + 780


def _steps(usual: T, odd: T) -> Callable[[int], T]:
    return lambda at_s: odd if _odd(at_s) else usual


def _each(step: T) -> Callable[[int], T]:
    return lambda _at_s: step


def _lines() -> Iterator[str]:
    """Per scrape: 10 good, 1 bad event; in minute 12 none good and 20 bad."""
    yield "# TYPE calls counter\n"
    yield from _counter('calls_total{result="good"}', _steps(10, 0))
    yield from _counter('calls_total{result="bad"}', _steps(1, 20))
    yield "# TYPE lone counter\n"
    yield from _counter("lone_total", _each(3))
    yield "# TYPE vast counter\n"
    yield from _counter("vast_total", _each(10**12))
    yield "# TYPE some counter\n"
    yield from _counter('some_total{path="/a"}', _each(1))
    yield from _counter('some_total{path="/b"}', _each(2))
    yield "# TYPE idle counter\n"
    yield from _counter("idle_total", _each(0))
    yield "# TYPE wait histogram\n"
    for le, share, odd in (("0.5", 1, 0), ("2.0", 3, 0), ("8.0", 4, 0), ("+Inf", 5, 5)):
        yield from _counter(f'wait_bucket{{le="{le}"}}', _steps(share, odd))
    yield from _counter("wait_count", _each(5))
    yield "# TYPE level gauge\n"
    yield from _gauge('level{pod="a"}', _steps("1", "9"))
    yield from _gauge('level{pod="b"}', _each("2"))
    yield "# TYPE vague gauge\n"
    yield from _gauge("vague", _steps("1", "NaN"))
    yield "# TYPE up gauge\n"
    yield from _gauge('up{job="j",instance="1"}', _steps("1", "0"))
    yield from _gauge('up{job="j",instance="2"}', _each("1"))
    yield "# EOF\n"


def _counter(name: str, step: Callable[[int], int]) -> Iterator[str]:
    value = 1000
    for at_s in range(START_S + 7, START_S + HOUR_S, 15):
        value += step(at_s)
        yield f"{name} {value} {at_s}\n"


def _gauge(name: str, value: Callable[[int], str]) -> Iterator[str]:
    for at_s in range(START_S + 7, START_S + HOUR_S, 15):
        yield f"{name} {value(at_s)} {at_s}\n"


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that holds an hour of it."""
    with serve(store_text(tmp_path_factory.mktemp("kinds"), "".join(_lines()))) as served:
        yield served


@pytest.fixture
def measure(url: str) -> Iterator[Measure]:
    """Measures the SLO of a spec that says only what a test is about."""
    with closing(Asker(Connection(url))) as asker:

        def measured(spec: str, grid: Grid = GRID) -> Recording:
            question = question_of(compiled(spec), 60)
            (recording,) = Measuring(asker, scrape_s=15).measure([question], grid)
            return recording

        yield measured


def events(recording: Recording, **labels: str) -> Events:
    """Good and total events of the slots, None where a slot is missing."""
    found = {
        fact.span.end_s: (fact.tally.good / MICRO, fact.tally.total / MICRO)
        for fact in recording.facts
        if fact.labels == labels
    }
    return [found.get(end_s) for end_s in GRID.ends]


def reasons(recording: Recording) -> set[str]:
    """Why slots are missing."""
    return {gap.reason for gap in recording.gaps}


GOOD, BAD, IDLE = (1.0, 1.0), (0.0, 1.0), (0.0, 0.0)

KINDS: dict[str, tuple[str, Events]] = {
    "ratio of good": (
        "sli: {ratio: {good: 'calls_total{result=\"good\"}', total: calls_total}}",
        [(40, 44), (40, 44), (0, 80), (40, 44)],
    ),
    "ratio of bad": (
        "sli: {ratio: {bad: 'calls_total{result=\"bad\"}', total: calls_total}}",
        [(40, 44), (40, 44), (0, 80), (40, 44)],
    ),
    "sums of counters": (
        (
            "sli: {ratio: {good: 'calls_total{result=\"good\"} + lone_total', "
            "total: calls_total + lone_total}}"
        ),
        [(52, 56), (52, 56), (12, 92), (52, 56)],
    ),
    "total without good is an outage": (
        "sli: {ratio: {good: 'calls_total{result=\"never\"}', total: calls_total}}",
        [(0, 44), (0, 44), (0, 80), (0, 44)],
    ),
    "errors not born are none": (
        "sli: {ratio: {bad: 'calls_total{result=\"never\"}', total: calls_total}}",
        [(44, 44), (44, 44), (80, 80), (44, 44)],
    ),
    "no traffic is idle": (
        "sli: {ratio: {bad: 'idle_total{a=\"b\"}', total: idle_total}}",
        [IDLE, IDLE, IDLE, IDLE],
    ),
    "latency, bound spelt 2": (
        "sli: {latency: {histogram: wait, under: 2s}}",
        [(12, 20), (12, 20), (0, 20), (12, 20)],
    ),
    "latency, bound spelt 0.5": (
        "sli: {latency: {histogram: wait, under: 500ms}}",
        [(4, 20), (4, 20), (0, 20), (4, 20)],
    ),
    "quantile": (
        "sli: {quantile: {p: 0.5, histogram: wait, at_most: 2s}}",
        [GOOD, GOOD, BAD, GOOD],
    ),
    "rate": (
        "sli: {rate: {counter: 'calls_total{result=\"bad\"}', at_most: 0.5/s}}",
        [GOOD, GOOD, BAD, GOOD],
    ),
    "rate while it is called for": (
        (
            "sli: {rate: {counter: 'calls_total{result=\"good\"}', at_least: 99/s, "
            "while: 'sum(rate(calls_total{result=\"bad\"}[1m])) < 0.5'}}"
        ),
        [BAD, BAD, IDLE, BAD],
    ),
    "value": ("sli: {value: {query: max(level), at_most: 5}}", [GOOD, GOOD, BAD, GOOD]),
    "value between": (
        "sli: {value: {query: 'sum(level)', between: [3, 3]}}",
        [GOOD, GOOD, BAD, GOOD],
    ),
    "value is a scalar": ("sli: {value: {query: '1 + 1', at_most: 2}}", [GOOD] * 4),
    "NaN is idle": ("sli: {value: {query: vague, at_most: 5}}", [GOOD, GOOD, IDLE, GOOD]),
    "up, all": ("sli: {up: {metric: 'up{job=\"j\"}', instances: all}}", [GOOD, GOOD, BAD, GOOD]),
    "up, any": ("sli: {up: {metric: 'up{job=\"j\"}', instances: any}}", [GOOD, GOOD, GOOD, GOOD]),
    "timeslices": (
        (
            "budgeting: timeslices\nslice_target: 90%\n"
            "sli: {ratio: {good: 'calls_total{result=\"good\"}', total: calls_total}}"
        ),
        [GOOD, GOOD, BAD, GOOD],
    ),
    "ratio timeslices": (
        (
            "budgeting: ratio_timeslices\n"
            "sli: {ratio: {good: 'wait_bucket{le=\"2.0\"}', total: wait_count}}"
        ),
        [(0.6, 1), (0.6, 1), (0, 1), (0.6, 1)],
    ),
}


@pytest.mark.parametrize("name", KINDS)
def test_slots_of_a_kind(measure: Measure, name: str) -> None:
    """As worked by hand."""
    spec, expected = KINDS[name]
    recording = measure(spec)
    assert events(recording) == expected, reasons(recording)
    assert not recording.gaps


def test_free_expressions_look_over_the_slot(measure: Measure) -> None:
    """Three of four steps lie inside a range of a minute, which `increase` makes four of."""
    recording = measure(
        "sli: {promql: {good: 'sum(increase(lone_total[$window]))', "
        "total: '2 * sum(increase(lone_total[$window]))'}}"
    )
    assert events(recording) == [(12.0, 24.0)] * 4


def test_groups_have_slots_of_their_own(measure: Measure) -> None:
    """One series for each value of the labels in `by`."""
    spec = "by: [path]\nsli: {ratio: {bad: 'some_total{path=\"/b\"}', total: some_total}}"
    recording = measure(spec)
    assert events(recording, path="/a") == [(4, 4)] * 4
    assert events(recording, path="/b") == [(0, 8)] * 4


@pytest.mark.parametrize(
    ("spec", "words"),
    [
        ("sli: {ratio: {bad: 'nothing_total{a=\"b\"}', total: nothing_total}}", "no series match"),
        ("sli: {latency: {histogram: wait, under: 3s}}", "neighbours are 2 and 8"),
        ("sli: {latency: {histogram: nothing, under: 3s}}", "no series match"),
        ("sli: {quantile: {p: 0.5, histogram: wait, at_most: 9s}}", "highest bucket 8"),
        ("sli: {value: {query: level, at_most: 5}}", "several series"),
        ("sli: {value: {query: nothing, at_most: 5}}", "no data from nothing"),
        ("sli: {value: {query: level * on (pod) level * on () level, at_most: 5}}", "many-to-many"),
        ("sli: {ratio: {bad: 'vast_total{a=\"b\"}', total: vast_total}}", "more events than"),
    ],
)
def test_slot_without_a_number_says_why(measure: Measure, spec: str, words: str) -> None:
    """All four are missing, for one reason."""
    recording = measure(spec)
    assert not recording.facts
    (gap,) = recording.gaps
    assert words in gap.reason
    assert gap.span == recording.span


@pytest.mark.parametrize(
    "name", [n for n in KINDS if "timeslices" not in n and "scalar" not in n and "while" not in n]
)
def test_hour_counts_what_its_slots_count(measure: Measure, name: str) -> None:
    """Asked at once, an hour is the sum of its slots, and as many of them are measured."""
    spec, _ = KINDS[name]
    hour = measure(spec, HOUR)
    slots = measure(spec, Grid(START_S + 60, START_S + HOUR_S, 60))
    (fact,) = hour.facts
    assert fact.tally.good == sum(one.tally.good for one in slots.facts)
    assert fact.tally.total == sum(one.tally.total for one in slots.facts)
    assert fact.tally.measured == len(slots.facts)
