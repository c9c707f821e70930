"""A clock that is wrong for a while: nothing of it stays."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from email.utils import formatdate
from pathlib import Path

import pytest

from slowatch.app.daemon import Daemon
from slowatch.app.settings import Settings
from slowatch.slo.slot import DAY_S
from slowatch.spec.reading import read_text
from tests.source.scripted import Reply, Request, said, scripted_server

START_S = 1_800_000_000
RULES = """
apiVersion: slowatch/v1
service: shop
slos:
  - {name: alive, objective: 99%, window: 1h, sli: {value: {query: vector(1), at_least: 1}}}
"""


class Times:
    """What the daemon takes for now, and what its Prometheus does; that one may not tell."""

    def __init__(self, *, is_told: bool) -> None:
        self.daemon_s = self.server_s = START_S + 20.0
        self.is_told = is_told

    def pass_by(self, seconds: float) -> None:
        """Let time pass for both."""
        self.daemon_s += seconds
        self.server_s += seconds

    def answer(self, request: Request) -> Reply:
        """The value 1 up to now, and nothing after."""
        form = request.form
        if "query" not in form:
            return Reply(404)
        first_s = int(form.get("start") or form["time"])
        moments = range(first_s, int(form.get("end", first_s)) + 1, int(form.get("step", "60")))
        points = [[at_s, "1"] for at_s in moments if at_s <= self.server_s]
        kind, key = ("matrix", "values") if "end" in form else ("vector", "value")
        value: object = points if kind == "matrix" else next(iter(points), None)
        result = [{"metric": {}, key: value}] if points else []
        reply = said({"status": "success", "data": {"resultType": kind, "result": result}})
        date = {"Date": formatdate(self.server_s, usegmt=True)} if self.is_told else {}
        return Reply(200, reply.body, date)


@contextmanager
def daemon_over(times: Times, folder: Path) -> Iterator[Daemon]:
    """A daemon that has measured a slot."""
    with scripted_server(times.answer) as script:
        settings = Settings(
            prometheus_url=script.url, state=str(folder / "ledger.db"), scrape_interval=15
        )
        one = Daemon(settings, read_text(RULES, "rules.yaml"), now=lambda: times.daemon_s)
        try:
            one.measure_slot()
            assert one.readiness().reasons == []
            yield one
        finally:
            one.stop()


@pytest.fixture(autouse=True)
def _no_pause(monkeypatch: pytest.MonkeyPatch) -> None:
    """Tries follow one another at once."""
    monkeypatch.setattr(time, "sleep", lambda _seconds: None)


def test_the_future_is_not_recorded(tmp_path: Path) -> None:
    """A day ahead for a live slot and a backfill; it is told, and over with the next slot."""
    times = Times(is_told=True)
    with daemon_over(times, tmp_path) as one:
        times.daemon_s += DAY_S
        one.measure_slot()
        one.backfill()
        (reason, *_) = one.readiness().reasons
        assert "the clocks of slowatch and Prometheus disagree by 86" in reason
        times.daemon_s -= DAY_S
        assert "what is shown is of the future: the clock was set back" in one.readiness().reasons
        times.pass_by(60)
        one.measure_slot()
        assert one.readiness().reasons == []
        assert one.snapshot.as_of_s == START_S + 60
        assert one.snapshot.statuses[0].tally.measured == 2
        assert one.counts().slots_missing == 0


def test_a_snapshot_of_the_future_does_not_stay(tmp_path: Path) -> None:
    """Where the server tells no date, the future is believed in, but not for ever."""
    times = Times(is_told=False)
    with daemon_over(times, tmp_path) as one:
        times.daemon_s += DAY_S
        one.measure_slot()
        assert one.snapshot.as_of_s == START_S + DAY_S
        times.daemon_s -= DAY_S
        assert one.readiness().reasons == [
            "the newest slot ends in the future: the clock was set back",
            "what is shown is of the future: the clock was set back",
        ]
        times.pass_by(60)
        one.measure_slot()
        assert one.readiness().reasons == []
        assert one.snapshot.as_of_s == START_S + 60


def test_backfill_does_not_keep_a_snapshot_of_the_future(tmp_path: Path) -> None:
    """It makes a snapshot of its own, which is as new as the last one and no newer than now."""
    times = Times(is_told=True)
    with daemon_over(times, tmp_path) as one:
        times.daemon_s += DAY_S
        one.measure_slot()
        times.daemon_s -= DAY_S
        one.backfill()
        assert one.snapshot.as_of_s == START_S
