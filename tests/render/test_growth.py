"""What counters count in a minute, asked of a real Prometheus: resets, births and gaps."""

from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal

import httpx
import pytest

from slowatch.render.growth import Minute, summed_growth
from slowatch.spec.alert_rules import published_label
from slowatch.spec.compiled import Counter, CounterSum, Matcher, Term
from tests.support.openmetrics import Stored, serve, store

BASE_S = 1_790_000_040
"""A full minute; rules are evaluated `LATE_S` after it, as their group's place in time has it."""
LATE_S = 7
SCRAPES = range(-600, 901, 15)
Asked = Callable[[str, CounterSum, int], Mapping[str, float]]


def _steady(at_s: int) -> int:
    """Two events a second."""
    return 5000 + 2 * at_s


def _restarted(at_s: int) -> int:
    """Restarts after 105 s; what it counted by then, 5210, is seen at its last scrape."""
    return 5000 + 2 * at_s if at_s <= 105 else 2 * (at_s - 110)


STORIES: Mapping[str, Mapping[int, int]] = {
    "steady": {s: _steady(s) for s in SCRAPES},
    "restarted": {s: _restarted(s) for s in SCRAPES},
    # Restarts, and has counted more than before when it is scraped again.
    "quick": {s: (10 + s // 60 if s <= 105 else 3 * (s - 110)) for s in range(0, 901, 15)},
    # Scrapes fail for three minutes.
    "gap": {s: _steady(s) for s in SCRAPES if not 100 < s < 280},
    # A new label value of a target that was up before.
    "born": {s: 2 * (s - 130) for s in SCRAPES if s >= 135},
    "idle": dict.fromkeys(SCRAPES, 42),
    "gone": {s: _steady(s) for s in SCRAPES if s <= 120},
}
NEWLY_SEEN = {s: _steady(s) for s in SCRAPES if s >= 135}


@pytest.fixture(scope="module")
def ask(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Asked]:
    """The growth of a sum of counters in the minute that a rule sees, by story."""
    series = [
        Stored("played_total", {"story": story, "job": "j", "instance": "i"}, _moved(values))
        for story, values in STORIES.items()
    ]
    # Its target was never there before.
    new = {"story": "newly seen", "job": "j", "instance": "new"}
    series.append(Stored("played_total", new, _moved(NEWLY_SEEN)))
    up = {"job": "j", "instance": "i"}
    series.append(Stored("up", up, _moved(dict.fromkeys(SCRAPES, 1))))
    series.append(Stored("up", {**up, "instance": "new"}, _moved(dict.fromkeys(NEWLY_SEEN, 1))))
    storage = store(tmp_path_factory.mktemp("growth"), series)
    with serve(storage) as url:

        def asked(by: str, terms: CounterSum, at_s: int) -> Mapping[str, float]:
            query = {"query": summed_growth(terms, (by,), Minute(15)), "time": BASE_S + at_s}
            answer = httpx.post(f"{url}/api/v1/query", data=query, trust_env=False).json()
            return {
                one["metric"].get(published_label(by), ""): float(one["value"][1])
                for one in answer["data"]["result"]
            }

        yield asked


def _moved(values: Mapping[int, int]) -> Mapping[int, float]:
    return {BASE_S + at_s: value for at_s, value in values.items()}


def _one(story: str, coefficient: str = "1") -> Term:
    return Term(Decimal(coefficient), Counter("played_total", (Matcher("story", "=", story),)))


def _minute(ask: Asked, story: str, number: int) -> float | None:
    """The events of one minute; minute 0 ends 8 s before the base: at scrape -15."""
    return ask("story", (_one(story),), 60 * number + LATE_S).get(story)


def test_steady_minute_is_exact(ask: Asked) -> None:
    """Four scrapes of 30 events."""
    assert _minute(ask, "steady", 1) == 120
    assert _minute(ask, "idle", 1) == 0


def test_reset_counts_what_was_before_and_after_it(ask: Asked) -> None:
    """Minute 2 ends at 112 s: scrapes at 60, 75, 90, 105. Minute 3: 120 to 165, from 5210 on.

    The restart is seen at 120 s: 2 * (165 - 110) = 110 events since.
    """
    assert _minute(ask, "restarted", 2) == 120
    assert _minute(ask, "restarted", 3) == 110
    assert _minute(ask, "restarted", 4) == 120


def test_reset_that_no_scrape_shows_is_not_seen(ask: Asked) -> None:
    """From 11 at 105 s down, but at 120 s there are 30 new events already, and 165 at 165 s."""
    assert _minute(ask, "quick", 3) == 165 - 11


def test_events_during_a_gap_fall_into_the_minute_in_which_the_series_is_back(ask: Asked) -> None:
    """No scrape from 105 s to 270 s; at 285 s it has counted 390 events more than at 90 s."""
    told = [_minute(ask, "gap", number) for number in range(1, 8)]
    assert told[1] == pytest.approx(2 * (90 - 45))
    assert told[2:4] == [None, None]
    assert sum(events or 0 for events in told) == 2 * (405 - (-15))


def test_born_series_counts_from_zero(ask: Asked) -> None:
    """Its target was scraped before, without it: 2 * (165 - 130) events."""
    assert _minute(ask, "born", 3) == 70


def test_series_that_comes_into_sight_counts_from_its_first_scrape(ask: Asked) -> None:
    """What it had counted before is not ours: 135 s to 165 s, 60 events."""
    assert _minute(ask, "newly seen", 3) == 60


def test_series_that_is_gone_counts_to_its_last_scrape(ask: Asked) -> None:
    """120 s is its last; 30 events since 105 s. After that there is nothing."""
    assert _minute(ask, "gone", 3) == 30
    assert _minute(ask, "gone", 4) is None


@pytest.mark.parametrize("story", ["steady", "gap", "idle"])
def test_minutes_add_up_to_what_was_counted(ask: Asked, story: str) -> None:
    """Nothing falls between two minutes."""
    values = STORIES[story]
    told = sum(_minute(ask, story, number) or 0 for number in range(1, 13))
    assert told == values[705] - values[-15]


def test_terms_of_a_sum_do_not_swallow_each_other(ask: Asked) -> None:
    """All series have the same job: 120 + 2 * 120 - 0.5 * 0."""
    terms = (_one("steady"), _one("restarted", "2"), _one("idle", "-0.5"))
    assert ask("job", terms, 60 + LATE_S) == {"j": 360}
