"""Counting what a real Prometheus scraped, staleness markers and all, slot by slot."""

import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from slowatch.demo.prometheus import PrometheusServer
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.counters import CounterNeed
from slowatch.source.counting import Counting
from slowatch.spec.compiled import Counter, Matcher
from tests.support.target import ScriptedTarget, scrape_config, scripted_target

SLOT_S = 10
SEEN_S = 2.2
"""After this long, a scrape has seen what happened."""


@pytest.mark.slow
def test_events_are_put_down_to_their_slots(tmp_path: Path) -> None:
    """Births, restarts, silence, a new label value; an old counter that comes into sight."""
    slots: list[Callable[[ScriptedTarget], None]] = [_restart, _silence, _born, _steady]
    with scripted_target() as target:
        target.add(1000, result="good")
        config = scrape_config({"played": target.port})
        with PrometheusServer(tmp_path, config=config) as server:
            start_s = _next_slot()
            for number, play in enumerate(slots):
                _wait_until(start_s + number * SLOT_S + 0.5)
                play(target)
            end_s = start_s + len(slots) * SLOT_S
            _wait_until(end_s + 1.5)
            grid = Grid(start_s + SLOT_S, end_s, SLOT_S)
            good = CounterNeed(Counter("played_total", (Matcher("result", "=", "good"),)))
            bad = CounterNeed(Counter("played_total", (Matcher("result", "=", "bad"),)))
            both = CounterNeed(Counter("played_total"), ("result",))
            with closing(Asker(Connection(server.url))) as asker:
                counted = Counting(asker, scrape_s=1).count([good, bad, both], grid)
    found_good = [counted[good].values[()].get(end_s) for end_s in grid.ends]
    found_bad = [counted[bad].values[()].get(end_s) for end_s in grid.ends]
    assert found_good == [13, 5, 1, 10]
    assert found_bad == [None, None, 7, 0]
    assert counted[both].values["good",] == counted[good].values[()]
    assert counted[both].values["bad",] == counted[bad].values[()]


@pytest.mark.slow
def test_target_that_is_relabelled_is_not_counted_from_zero(tmp_path: Path) -> None:
    """In the second of three slots it gets another label: a new series at 1010, and a new `up`."""
    with scripted_target() as target:
        target.add(1000, result="good")
        config = scrape_config({"played": target.port})
        lifecycle = ("--web.enable-lifecycle",)
        with PrometheusServer(tmp_path, config=config, extra_args=lifecycle) as server:
            start_s = _next_slot()
            _wait_until(start_s + 0.5)
            _steady(target)
            _wait_until(start_s + SLOT_S + 2)
            labelled = config.replace("{targets: [", "{labels: {env: p}, targets: [")
            assert labelled != config
            (tmp_path / "prometheus.yml").write_text(labelled)
            httpx.post(f"{server.url}/-/reload", trust_env=False).raise_for_status()
            _wait_until(start_s + 2 * SLOT_S + 0.5)
            _steady(target)
            _wait_until(start_s + 3 * SLOT_S + 1.5)
            grid = Grid(start_s + SLOT_S, start_s + 3 * SLOT_S, SLOT_S)
            need = CounterNeed(Counter("played_total"))
            with closing(Asker(Connection(server.url))) as asker:
                counted = Counting(asker, scrape_s=1).count([need], grid)[need]
            (env,) = httpx.get(f"{server.url}/api/v1/label/env/values").json()["data"]
    assert env == "p"
    assert [counted.values[()].get(end_s) for end_s in grid.ends] == [10, 0, 10]


def _steady(target: ScriptedTarget) -> None:
    target.add(10, result="good")


def _restart(target: ScriptedTarget) -> None:
    """Six are seen of the old process, then seven of the new one."""
    target.add(6, result="good")
    time.sleep(SEEN_S)
    target.restart()
    target.add(3, result="good")
    time.sleep(SEEN_S)
    target.add(4, result="good")


def _silence(target: ScriptedTarget) -> None:
    """For three scrapes nothing answers, while something goes on happening."""
    target.add(1, result="good")
    time.sleep(SEEN_S)
    target.is_up = False
    target.add(4, result="good")
    time.sleep(3)
    target.is_up = True


def _born(target: ScriptedTarget) -> None:
    """The first errors of all."""
    target.add(1, result="good")
    target.add(7, result="bad")


def _next_slot() -> int:
    """The start of a slot before which the target was scraped: Prometheus begins after 5 s."""
    at_s = int(time.time()) + 8
    return at_s + -at_s % SLOT_S


def _wait_until(at_s: float) -> None:
    time.sleep(max(0.0, at_s - time.time()))
