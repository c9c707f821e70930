"""Counting what is pushed on a real Prometheus: nobody scrapes it, so there is no `up` of it.

Every sender pushes each quarter of a minute, on the quarter. A metric is a story of its own.
"""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from slowatch.slo.slot import HOUR_S
from slowatch.source.answer import Grid, Samples
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.counters import CounterNeed
from slowatch.source.counting import Counting
from slowatch.source.errors import Refused
from slowatch.source.targets import Siblings, Targets
from slowatch.spec.compiled import Counter, Matcher
from tests.evaluate.measured import prometheus_with
from tests.source.scripted import said, scripted_server
from tests.support.openmetrics import Stored, serve, store
from tests.support.remote_write import NativeHistogram, scraped

START_S = 1_700_006_400  # an hour
SLOT_S, PUSH_S = 60, 15
HOUR = Grid(START_S + HOUR_S, START_S + HOUR_S, HOUR_S)
MINUTES = Grid(START_S + SLOT_S, START_S + HOUR_S, SLOT_S)
HALF_PAST = Grid(START_S + 1860, START_S + 1980, SLOT_S)
"""Three slots; at 15 s into the first there are seven errors, and one more with each push."""
SENDER = {"job": "j", "instance": "i"}
MANY = 250
"""Series, more than are looked for in one query."""

Labels = Mapping[str, str]


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that holds all the stories."""
    with serve(store(tmp_path_factory.mktemp("pushed"), _stories())) as where:
        yield where


@pytest.fixture
def asker(url: str) -> Iterator[Asker]:
    """An asker of it."""
    with closing(Asker(Connection(url))) as one:
        yield one


def _stories() -> Iterator[Stored]:
    """Series of one metric side by side."""
    for metric, labels in (
        ("named_total", SENDER),
        ("job_total", {"job": "j"}),
        ("nameless_total", {}),
        ("apart_total", {"job": "j", "instance": "other"}),
        ("scraped_total", {"job": "scraped", "instance": "i"}),
        ("down_total", {"job": "down", "instance": "i"}),
    ):
        yield _calls(metric, labels)
        errors = SENDER if metric == "apart_total" else labels
        yield _errors(metric, errors)
    # A sender that was not there before: at once it tells of a thousand calls, and of errors.
    yield _pushed("restart_total", SENDER | {"code": "200"}, 1815, HOUR_S, first=1000)
    yield _errors("restart_total", SENDER)
    # Its labels are changed: what was pushed under the old ones ends a push before.
    yield _pushed("relabelled_total", SENDER | {"code": "200"}, -600, 1815, first=1000)
    later = SENDER | {"code": "200", "zone": "z"}
    yield _pushed("relabelled_total", later, 1815, HOUR_S, first=1161)
    # Two at one address, of which the second was started at half past.
    yield _calls("two_total", SENDER | {"pod": "a"})
    yield _pushed("two_total", SENDER | {"pod": "b", "code": "200"}, 1815, HOUR_S, first=7)
    # For longer than an hour it is not pushed what one of two had counted.
    yield _calls("idle_total", SENDER)
    yield _pushed("idle_total", SENDER | {"code": "500"}, -7200, -3600, first=1000)
    yield _pushed("idle_total", SENDER | {"code": "500"}, 1815, HOUR_S, first=1247)
    yield _calls("crowd_total", SENDER)
    for n in range(MANY):
        yield _pushed("crowd_total", SENDER | {"path": str(n)}, -7200, -3600, first=1000)
        yield _pushed("crowd_total", SENDER | {"path": str(n)}, 1815, HOUR_S, first=1247)
    # Here ten minutes before the hour, from twenty past on, and gone at ten to.
    yield _pushed("gone_total", SENDER | {"code": "200"}, -600, 3000)
    yield _pushed("gone_total", SENDER | {"code": "500"}, 1200, 3000, first=7)
    # The same of one that is scraped; and of another whose labels are changed at half past.
    yield _pushed("died_total", {"job": "died", "instance": "i", "code": "200"}, -600, 3000)
    yield _pushed(
        "died_total", {"job": "died", "instance": "i", "code": "500"}, 1200, 3000, first=7
    )
    renamed = {"job": "renamed", "instance": "i"}
    yield _pushed("renamed_total", renamed, -600, 1815, first=1000)
    yield _pushed("renamed_total", renamed | {"zone": "z"}, 1815, HOUR_S, first=1161)
    # Sender by sender, and code by code.
    for sender, from_s in enumerate((-600, 1200, 1815, 1900)):
        for code in range(5):
            labels = {"job": "j", "instance": str(sender), "code": str(code)}
            yield _pushed("turns_total", labels, from_s + code * 45, HOUR_S, first=7)
    yield Stored("up", {"job": "scraped", "instance": "i"}, dict.fromkeys(_pushes(-600, HOUR_S), 1))
    yield Stored("up", {"job": "down", "instance": "i"}, dict.fromkeys(_pushes(-600, HOUR_S), 0))
    yield Stored("up", {"job": "died", "instance": "i"}, dict.fromkeys(_pushes(-600, 3000), 1))
    yield Stored("up", renamed, dict.fromkeys(_pushes(-600, 1815), 1))
    later = renamed | {"zone": "z"}
    yield Stored("up", later, dict.fromkeys(_pushes(1815, HOUR_S), 1))


def _calls(metric: str, labels: Labels) -> Stored:
    """Four calls with each push, since before the hour."""
    values = {at_s: i * 4 for i, at_s in enumerate(_pushes(-600, HOUR_S))}
    return Stored(metric, {**labels, "code": "200"}, values)


def _errors(metric: str, labels: Labels) -> Stored:
    return _pushed(metric, {**labels, "code": "500"}, 1815, HOUR_S, first=7)


def _pushed(metric: str, labels: Labels, from_s: int, to_s: int, *, first: int = 0) -> Stored:
    """One event more with each push."""
    values = {at_s: i for i, at_s in enumerate(_pushes(from_s, to_s), first)}
    return Stored(metric, labels, values)


def _pushes(from_s: int, to_s: int) -> range:
    return range(START_S + from_s, START_S + to_s, PUSH_S)


def need(metric: str, **labels: str) -> CounterNeed:
    """A counter by its metric and labels."""
    return CounterNeed(Counter(metric, tuple(Matcher(k, "=", v) for k, v in labels.items())))


def events(asker: Asker, one: CounterNeed, grid: Grid) -> list[float | None]:
    """Events in each slot, None where nothing is known."""
    counted = Counting(asker, scrape_s=PUSH_S).count([one], grid)[one]
    assert not counted.unknown
    return [counted.values.get((), {}).get(end_s) for end_s in grid.ends]


def total(counts: Iterable[float | None]) -> float:
    """All events of slots."""
    return sum(count or 0 for count in counts)


@pytest.mark.parametrize("metric", ["named_total", "job_total", "nameless_total", "scraped_total"])
def test_new_label_value_of_a_target_that_was_there_counts_from_zero(
    asker: Asker, metric: str
) -> None:
    """Seven errors at first sight and three more; counted alone or with all calls."""
    assert events(asker, need(metric, code="500"), HALF_PAST) == [10, 4, 4]
    assert events(asker, need(metric), HALF_PAST) == [26, 20, 20]


@pytest.mark.parametrize("metric", ["restart_total", "apart_total", "down_total"])
def test_series_whose_target_nothing_tells_of_counts_from_its_first_value(
    asker: Asker, metric: str
) -> None:
    """All its series are born at once; others' were there before; `up` says that it was down."""
    assert events(asker, need(metric, code="500"), HALF_PAST) == [3, 4, 4]


def test_series_that_begin_together_say_nothing_of_each_other(asker: Asker) -> None:
    """Three calls and three errors after the first push, not the thousand before."""
    assert events(asker, need("restart_total"), HALF_PAST) == [6, 8, 8]


def test_series_that_only_got_other_labels_is_not_counted_from_zero(asker: Asker) -> None:
    """One step until the old labels end, three under the new ones."""
    assert events(asker, need("relabelled_total"), HALF_PAST) == [3, 4, 4]
    assert events(asker, need("relabelled_total"), HOUR) == [120 + 118]


def test_sender_beside_another_of_the_same_name_is_taken_for_new(asker: Asker) -> None:
    """That it had counted before cannot be told from a label value that it is the first to have."""
    assert events(asker, need("two_total", pod="b"), HALF_PAST) == [10, 4, 4]


@pytest.mark.parametrize(("metric", "crowd"), [("idle_total", 1), ("crowd_total", MANY)])
def test_series_that_was_not_pushed_for_long_goes_on_from_its_last_value(
    asker: Asker, metric: str, crowd: int
) -> None:
    """From 1239 to 1247 as it comes back, and three more; the other counts four with each push."""
    assert events(asker, need(metric), HALF_PAST) == [16 + crowd * 11, *2 * [16 + crowd * 4]]


@pytest.mark.parametrize(
    ("one", "expected"),
    [
        (need("named_total", code="500"), 7 + 118),
        (need("gone_total", code="500"), 7 + 119),
        (need("gone_total"), 199 + 7 + 119),
        (need("died_total", code="500"), 7 + 119),
        (need("renamed_total"), 120 + 118),
    ],
    ids=[
        "errors",
        "errors of one that goes",
        "all of one that goes",
        "errors of one that is scraped and goes",
        "one that is scraped under other labels",
    ],
)
def test_hour_counts_what_its_slots_count(asker: Asker, one: CounterNeed, expected: float) -> None:
    """Also where the target was gone before the hour ended."""
    assert total(events(asker, one, MINUTES)) == expected
    assert events(asker, one, HOUR) == [expected]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
    derandomize=True,
)
@given(first=st.integers(0, 50), slots=st.integers(1, 12), sender=st.sampled_from(["", *"0123"]))
def test_slots_that_are_repaired_together_count_as_each_alone(
    asker: Asker, first: int, slots: int, sender: str
) -> None:
    """A sibling may be there before one of them and not before another."""
    one = need("turns_total", instance=sender) if sender else need("turns_total")
    first_s = START_S + SLOT_S + first * SLOT_S
    grid = Grid(first_s, min(first_s + slots * SLOT_S, HOUR.last_s), SLOT_S)
    alone = [events(asker, one, Grid(end_s, end_s, SLOT_S))[0] for end_s in grid.ends]
    assert events(asker, one, grid) == alone


def test_siblings_vouch_only_from_the_slot_after_their_first_on(asker: Asker) -> None:
    """Born at 15, 60, 105, 150, 195 s: the first two in one slot, at seven each, then from zero."""
    grid = Grid(START_S + 1860, START_S + 2100, SLOT_S)
    found = events(asker, need("turns_total", instance="2"), grid)
    assert found == [3 + 0, 4 + 4 + 7 + 1, 4 + 4 + 4 + 7 + 2, 4 * 4 + 7 + 3, 20]


def test_new_native_histogram_of_a_target_that_was_there_counts_from_zero(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    """Born with the last push of a slot, which the values that are read show after it."""
    pushes = range(START_S - 8, START_S + 600, PUSH_S)
    old = {at_s: NativeHistogram((i,)) for i, at_s in enumerate(pushes, 1)}
    new = {at_s: NativeHistogram((i,)) for i, at_s in enumerate(pushes[20:], 7)}
    series = [scraped("took", {"code": code}, v) for code, v in (("200", old), ("500", new))]
    errors = Counter("took", (Matcher("code", "=", "500"),), "count")
    slots = Grid(START_S + 300, START_S + 420, SLOT_S)
    with (
        prometheus_with(tmp_path_factory.mktemp("native"), series) as where,
        closing(Asker(Connection(where))) as asker,
    ):
        assert events(asker, CounterNeed(errors), slots) == [7, 4, 4]


def test_siblings_are_asked_for_only_where_nobody_scrapes(url: str) -> None:
    """One question more for an error of a target without `up`, none where nothing is new."""
    quiet = Grid(HALF_PAST.last_s, HALF_PAST.last_s, SLOT_S)
    assert _queries(url, "named_total", HALF_PAST) == _queries(url, "scraped_total", HALF_PAST) + 1
    assert _queries(url, "named_total", quiet) == _queries(url, "scraped_total", quiet) == 1


def test_refused_question_for_siblings_is_no_answer() -> None:
    """Neither zero nor the first value would be right for certain."""
    newcomer = Samples(SENDER, ((START_S, 7.0),))
    refusal = said({"status": "error", "errorType": "execution", "error": "too many samples"}, 422)
    with scripted_server(refusal) as script, closing(Asker(Connection(script.url))) as asker:
        targets = Targets.at(asker, START_S, SLOT_S)
        assert not targets.are_silent_on(newcomer)
        with pytest.raises(Refused, match="too many samples"):
            Siblings.of([newcomer], "x_total", asker, START_S, SLOT_S)


def _queries(url: str, metric: str, grid: Grid) -> int:
    with closing(Asker(Connection(url))) as asker:
        events(asker, need(metric), grid)
        return asker.effort.queries
