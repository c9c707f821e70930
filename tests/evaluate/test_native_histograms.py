"""Native histograms on a real Prometheus, with numbers worked by hand.

Each scrape finds 4 observations up to 1 s more, 5 up to 2 s and 1 up to 4 s, unless said otherwise.
"""

from collections.abc import Callable, Iterator, Mapping

import pytest

from slowatch.evaluate.question import question_of
from tests.evaluate.measured import (
    FOUR_SLOTS,
    HOUR,
    SCRAPES,
    SLOT_S,
    SLOTS,
    START_S,
    Events,
    events,
    is_odd,
    measured,
    prometheus_with,
    sums,
)
from tests.spec.documents import compiled
from tests.support.remote_write import NativeHistogram, Written, scraped

Counts = tuple[int, int, int]

USUAL: Counts = (4, 5, 1)
SLOW: Counts = (0, 0, 10)
NONE: Counts = (0, 0, 0)
RESTART_S = START_S + 720 + 44
BIRTH_S = START_S + 720 + 29


def _usual(_at_s: int) -> Counts:
    return USUAL


def _slow_in_odd(at_s: int) -> Counts:
    return SLOW if is_odd(at_s) else USUAL


def _slow_once_restarted(at_s: int) -> Counts:
    return SLOW if RESTART_S < at_s <= START_S + 840 else USUAL


def _hardly_any_once_restarted(at_s: int) -> Counts:
    """A share of 1 / 48, then of 1 / 49, which times 49 is less than 1 for a float."""
    if not RESTART_S <= at_s <= START_S + 780:
        return USUAL
    return (1, 0, 47) if at_s == RESTART_S else (0, 0, 1)


def _none_before_odd(at_s: int) -> Counts:
    return USUAL if at_s > START_S + 720 else NONE


def _histogram(
    name: str,
    seen: Callable[[int], Counts] = _usual,
    *,
    restart_s: int = 0,
    birth_s: int = 0,
    **labels: str,
) -> Written:
    """A histogram of what each scrape finds more, that begins again at a restart."""
    values: dict[int, float | NativeHistogram] = {}
    counts: tuple[int, ...] = NONE
    for at_s in SCRAPES:
        if at_s >= birth_s:
            counts = NONE if at_s == restart_s else counts
            counts = tuple(was + more for was, more in zip(counts, seen(at_s), strict=True))
            values[at_s] = NativeHistogram(counts if sum(counts) else ())
    return scraped(name, labels, values)


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that holds an hour of them."""
    series = [
        scraped("up", {}, dict.fromkeys(SCRAPES, 1.0)),
        _histogram("steady"),
        _histogram("slower", _slow_in_odd),
        _histogram("restarted", _slow_once_restarted, restart_s=RESTART_S),
        _histogram("rounded", _hardly_any_once_restarted, restart_s=RESTART_S),
        _histogram("late", birth_s=BIRTH_S),
        _histogram("empty", lambda _: NONE),
        _histogram("waking", _none_before_odd),
        _histogram("routed", route="/a"),
        _histogram("routed", _slow_once_restarted, restart_s=RESTART_S, route="/b"),
    ]
    with prometheus_with(tmp_path_factory.mktemp("native"), series) as where:
        yield where


def latency(histogram: str, under: str = "2s", more: str = "") -> str:
    """The spec of a share of quick observations."""
    return f"{more}\nsli: {{latency: {{histogram: '{histogram}', under: {under}, native: true}}}}"


def quantile(p: float, at_most: str, histogram: str = "slower") -> str:
    """The spec of a quantile."""
    inner = f"p: {p}, histogram: {histogram}, at_most: {at_most}, native: true"
    return f"sli: {{quantile: {{{inner}}}}}"


RESTARTED: Events = [(36, 40), (36, 40), (27, 40), (0, 40)]

LATENCIES: Mapping[str, tuple[str, Events]] = {
    "bound 1": (latency("steady", "1s"), [(16, 40)] * 4),
    "bound 2": (latency("steady", "2s"), [(36, 40)] * 4),
    "bound 4": (latency("steady", "4s"), [(40, 40)] * 4),
    "bound below all": (latency("steady", "500ms"), [(0, 40)] * 4),
    "bound halfway through a bucket": (latency("steady", "3s"), [(38, 40)] * 4),
    "slow in one slot": (latency("slower"), [(36, 40), (36, 40), (0, 40), (36, 40)]),
    "reset within a slot": (latency("restarted"), RESTARTED),
    "rounded down is no reset": (latency("rounded"), [(36, 40), (36, 40), (19, 69), (36, 40)]),
    "born within a slot": (latency("late"), [None, None, (27, 30), (36, 40)]),
    "without observations": (latency("empty"), [(0, 0)] * 4),
    "first observations": (latency("waking"), [(0, 0), (0, 0), (36, 40), (36, 40)]),
}


@pytest.mark.parametrize("name", LATENCIES)
def test_share_of_quick_observations(url: str, name: str) -> None:
    """As worked by hand; what lies halfway through a bucket is half of what is in it."""
    spec, expected = LATENCIES[name]
    (recording,) = measured(url, FOUR_SLOTS, spec)
    assert events(recording) == expected, recording.gaps


@pytest.mark.parametrize("name", LATENCIES)
def test_hour_counts_what_its_slots_count(url: str, name: str) -> None:
    """Asked at once, an hour is the sum of its slots, and as many of them are measured."""
    spec, _ = LATENCIES[name]
    assert question_of(compiled(spec), SLOT_S).can_be_hourly
    (hour,), (slots,) = measured(url, HOUR, spec), measured(url, SLOTS, spec)
    assert hour.facts
    assert sums(hour) == sums(slots)


def test_groups_have_slots_of_their_own(url: str) -> None:
    """A restart in one group leaves the other alone."""
    (recording,) = measured(url, FOUR_SLOTS, latency("routed", more="by: [route]"))
    assert events(recording, route="/a") == [(36, 40)] * 4
    assert events(recording, route="/b") == RESTARTED


def test_objectives_of_one_template_are_told_apart(url: str) -> None:
    """Asked together, each has what it has alone."""
    specs = [latency(f'routed{{route="{route}"}}') for route in ("/a", "/b", "/none")]
    a, b, nobody = measured(url, FOUR_SLOTS, *specs)
    assert events(a) == [(36, 40)] * 4
    assert events(b) == RESTARTED
    assert not nobody.facts


@pytest.mark.parametrize(
    ("p", "usually_s", "odd_s"),
    [
        (0.2, (0.5, 1), (2, 4)),
        (0.5, (1, 2), (2, 4)),
        (0.95, (2, 4), (2, 4)),
    ],
)
def test_quantile_lies_in_its_bucket(
    url: str, p: float, usually_s: tuple[float, float], odd_s: tuple[float, float]
) -> None:
    """The bucket that holds it bounds it, at both ends."""
    bounds = sorted({0.5, 1.0, 2.0, 4.0})
    recordings = measured(url, FOUR_SLOTS, *(quantile(p, f"{bound}s") for bound in bounds))
    for bound, recording in zip(bounds, recordings, strict=True):
        usual, odd = (float(bound >= high) for _, high in (usually_s, odd_s))
        assert events(recording) == [(usual, 1), (usual, 1), (odd, 1), (usual, 1)]


def test_hour_counts_slots_in_which_a_quantile_is_low_enough(url: str) -> None:
    """As the slots do; a slot without observations is idle."""
    specs = [quantile(0.5, "2s"), quantile(0.5, "2s", "waking"), quantile(0.5, "2s", "late")]
    hours, slots = measured(url, HOUR, *specs), measured(url, SLOTS, *specs)
    assert [sums(one) for one in hours] == [sums(one) for one in slots]
    assert all(one.facts for one in hours)


@pytest.mark.parametrize(
    "sli",
    [
        "latency: {histogram: steady, under: 2s}",
        "quantile: {p: 0.5, histogram: steady, at_most: 2s}",
    ],
)
def test_missing_classic_histogram_may_be_a_native_one(url: str, sli: str) -> None:
    """The reason says what to write then."""
    (recording,) = measured(url, FOUR_SLOTS, f"sli: {{{sli}}}")
    (gap,) = recording.gaps
    assert "if steady is a native histogram, say `native: true`" in gap.reason
