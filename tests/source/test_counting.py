"""Counting on a real Prometheus where series come, go, hide and restart.

Every series is scraped each quarter of a minute, on the quarter, and what a slot holds is what was
scraped after its start and no later than its end.
"""

from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path

import pytest

from slowatch.slo.slot import HOUR_S
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.counters import CounterNeed
from slowatch.source.counting import Counted, Counting
from slowatch.spec.compiled import Counter, Matcher
from tests.support.openmetrics import Stored, serve, store

START_S = 1_700_006_400  # an hour
SLOT_S, SCRAPE_S = 60, 15
HOUR = Grid(START_S + HOUR_S, START_S + HOUR_S, HOUR_S)
SLOTS = Grid(START_S + SLOT_S, START_S + HOUR_S, SLOT_S)
BORN_S, GONE_S = START_S + 600, START_S + 2400
BACK_S = START_S + 5415
RESTART_S = START_S + 1830
AROUND_RESTART = Grid(START_S + 1800, START_S + 1920, SLOT_S)
SERVICES, CODES = 30, 10
FEW_SAMPLES = 15_000
"""Enough for a part of each service over half an hour, and too few for all of each."""


@pytest.fixture(scope="module")
def storage(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two hours in which targets stay up while their series come and go."""
    return store(tmp_path_factory.mktemp("counting"), _series())


@pytest.fixture(scope="module")
def url(storage: Path) -> Iterator[str]:
    """A Prometheus that holds them."""
    with serve(storage) as where:
        yield where


@pytest.fixture
def asker(url: str) -> Iterator[Asker]:
    """An asker of it."""
    with closing(Asker(Connection(url))) as one:
        yield one


def _series() -> Iterator[Stored]:
    """Those of one metric side by side."""
    # 120 scrapes, each of which finds nine good events more and one bad one.
    life = range(BORN_S, GONE_S, SCRAPE_S)
    for metric in ("label_total", "pod_total"):
        for ok, step in (("1", 9), ("0", 1)):
            yield _stored(metric, {at_s: i * step for i, at_s in enumerate(life, 1)}, ok=ok)
    # An event to each scrape, also while it hides.
    hidden = range(START_S, BACK_S)
    hiding = [at_s for at_s in _scrapes(-600, 2 * HOUR_S) if at_s not in hidden]
    for ok in ("1", "0"):
        values = {at_s: 1000 + (at_s - START_S) // SCRAPE_S for at_s in hiding}
        yield _stored("hiding_total", values, ok=ok)
    every = _scrapes(0, HOUR_S)
    yield _stored("errors_total", {at_s: i * 4 for i, at_s in enumerate(every)}, code="200")
    first_errors = _scrapes(1815, HOUR_S)
    yield _stored("errors_total", {at_s: i for i, at_s in enumerate(first_errors, 7)}, code="500")
    yield _stored("few_total", _restarted(200))
    for path in range(20):
        yield _stored("rich_total", _restarted(10), path=str(path))
    for service in range(SERVICES):
        for code in range(CODES):
            yield _stored("grouped_total", _restarted(10), service=f"s{service}", code=str(code))
    for job in ("label", "hiding", "errors", "few", "rich", "grouped"):
        yield Stored("up", {"job": job, "instance": "i"}, dict.fromkeys(_scrapes(-600, 7200), 1))
    yield Stored("up", {"job": "pod", "instance": "i"}, dict.fromkeys(life, 1))


def _stored(metric: str, values: Mapping[int, float], **labels: str) -> Stored:
    return Stored(metric, {"job": metric.removesuffix("_total"), "instance": "i"} | labels, values)


def _scrapes(from_s: int, to_s: int) -> range:
    return range(START_S + from_s, START_S + to_s, SCRAPE_S)


def _restarted(step: int) -> dict[int, float]:
    """Steady, but for a scrape that finds nothing counted yet."""
    scrapes = _scrapes(900, 2700)
    return {
        at_s: (at_s - RESTART_S) // SCRAPE_S * step + (0 if at_s >= RESTART_S else 1000 * step)
        for at_s in scrapes
    }


def whole_and_part(metric: str, **part: str) -> tuple[CounterNeed, CounterNeed]:
    """A counter, and a part of it that comes and goes with it."""
    whole = CounterNeed(Counter(metric))
    matchers = tuple(Matcher(label, "=", value) for label, value in part.items())
    return whole, CounterNeed(Counter(metric, matchers), watched_by=whole)


def count(asker: Asker, needs: tuple[CounterNeed, ...], grid: Grid) -> list[Counted]:
    """What was counted of each need."""
    counted = Counting(asker, scrape_s=SCRAPE_S).count(needs, grid)
    return [counted[need] for need in needs]


def events(counted: Counted, grid: Grid) -> list[float | None]:
    """Events in each slot, None where nothing is known."""
    return [counted.values.get((), {}).get(end_s) for end_s in grid.ends]


@pytest.mark.parametrize(
    ("metric", "total", "good"),
    [
        ("label_total", 1200, 1080),  # its target was up before: it began at zero
        ("pod_total", 1190, 1071),  # what came into sight with its target may be older
    ],
)
def test_series_that_lived_within_an_hour_counts_alike_by_hour_and_by_slots(
    asker: Asker, metric: str, total: int, good: int
) -> None:
    """Half an hour, and neither end of the hour saw it."""
    needs = whole_and_part(metric, ok="1")
    by_slots = [sum(e or 0 for e in events(one, SLOTS)) for one in count(asker, needs, SLOTS)]
    by_hour = [events(one, HOUR) for one in count(asker, needs, HOUR)]
    assert by_slots == [total, good]
    assert by_hour == [[total], [good]]


def test_series_that_was_hidden_is_not_counted_from_zero_when_it_returns(asker: Asker) -> None:
    """For ninety minutes of a target that was up: from 999 to 1361 at its return, then 1364."""
    back = Grid(BACK_S - 15, BACK_S + 165, SLOT_S)
    total, good = count(asker, whole_and_part("hiding_total", ok="1"), back)
    assert events(good, back) == [None, 365, 4, 4]
    assert events(total, back) == [None, 730, 8, 8]


def test_new_label_value_of_a_target_that_was_up_counts_from_zero(asker: Asker) -> None:
    """The first scrape to see errors sees seven; three more of the slot see one more each."""
    total, bad = count(asker, whole_and_part("errors_total", code="500"), AROUND_RESTART)
    assert events(bad, AROUND_RESTART) == [None, 10, 4]
    assert events(total, AROUND_RESTART) == [16, 26, 20]


def test_restart_is_repaired(asker: Asker) -> None:
    """Of the four steps of its slot, the one that the new process began with is lost."""
    needs = (CounterNeed(Counter("rich_total")), CounterNeed(Counter("few_total")))
    for counted in count(asker, needs, AROUND_RESTART):
        assert events(counted, AROUND_RESTART) == [800, 600, 800]
        assert not counted.unknown


def test_slot_whose_repair_is_refused_is_unknown_and_says_why(url: str) -> None:
    """Raw samples of twenty series are more than may be read, those of one are not."""
    needs = (CounterNeed(Counter("rich_total")), CounterNeed(Counter("few_total")))
    with closing(Asker(Connection(url, response_bytes=4000))) as asker:
        rich, few = count(asker, needs, AROUND_RESTART)
    assert events(few, AROUND_RESTART) == [800, 600, 800]
    assert events(rich, AROUND_RESTART) == [800, None, 800]
    restart_s = AROUND_RESTART.ends[1]
    assert list(rich.unknown) == [((), restart_s)]
    assert "larger than 4000 bytes" in rich.unknown[(), restart_s]
    assert rich.refused is None


@pytest.mark.parametrize("bounds", [(), (f"--query.max-samples={FEW_SAMPLES}",)])
def test_refused_total_of_many_leaves_their_parts_right(
    storage: Path, bounds: tuple[str, ...]
) -> None:
    """What restarts is learnt from totals: refused together, they are asked one by one."""
    half_an_hour = Grid(START_S + 1260, START_S + 2460, SLOT_S)
    restart = half_an_hour.ends.index(START_S + 1860)
    needs = []
    for number in range(SERVICES):
        service = Matcher("service", "=", f"s{number}")
        whole = CounterNeed(Counter("grouped_total", (service,)))
        part = Counter("grouped_total", (Matcher("code", "=", "0"), service))
        needs += [whole, CounterNeed(part, watched_by=whole)]
    with serve(storage, *bounds) as where, closing(Asker(Connection(where))) as asker:
        counted = count(asker, tuple(needs), half_an_hour)
        assert (asker.effort.refusals > 0) == bool(bounds)
    for wholly, partly in zip(counted[::2], counted[1::2], strict=True):
        assert events(wholly, half_an_hour)[restart - 1 : restart + 2] == [400, 300, 400]
        assert events(partly, half_an_hour)[restart - 1 : restart + 2] == [40, 30, 40]
