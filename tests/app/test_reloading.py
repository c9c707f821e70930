"""Spec files that change while the daemon runs: what is right is watched, and no slot is lost."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from slowatch.app.daemon import Daemon
from slowatch.app.reading import read_settings
from slowatch.demo.prometheus import PrometheusServer
from slowatch.evaluate.snapshot import Reloaded
from slowatch.slo.slot import Span, floor_to
from slowatch.spec.rereading import SpecFiles
from tests.support.daemon import daemon, wait_for

SLOT_S, POLL_S = 10, 0.001


def spec(*names: str, at_least: int = 1) -> str:
    """A file with SLOs that are always good; names of different lengths ask different things."""
    slos = "".join(
        f"  - {{name: {name}, objective: 99%, window: 1h, "
        f"sli: {{value: {{query: vector({len(name)}), at_least: {at_least}}}}}}}\n"
        for name in names
    )
    return f"apiVersion: slowatch/v1\nservice: shop\nslos:\n{slos}"


@pytest.fixture(scope="module")
def prometheus_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Prometheus that has nothing but what `vector` makes up."""
    with PrometheusServer(tmp_path_factory.mktemp("prometheus")) as server:
        yield server.url


@dataclass
class Play:
    """A daemon without a schedule, at a time that the test moves on, over spec files."""

    one: Daemon
    now_s: list[float]
    rules: Path

    def slot(self) -> None:
        """The next slot."""
        self.now_s[0] += SLOT_S
        self.one.measure_slot()

    def look(self) -> None:
        """Look at the files until a change would have been seen."""
        for _ in range(2):
            time.sleep(POLL_S)
            self.one.look_at_files()
        self.one.measure_news()

    def names(self) -> set[str]:
        """The SLOs that are shown."""
        return {status.slo.name for status in self.one.snapshot.statuses}

    def slots_of(self, name: str) -> int:
        """How many slots of an SLO are in the ledger."""
        (status,) = self.one.snapshot.of_slo("shop", name)
        span = Span(0, int(self.now_s[0]) + SLOT_S)
        points = self.one.history(status, span, SLOT_S)
        return sum(point.tally.measured for point in points)


@contextmanager
def played(url: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    monkeypatch.chdir(folder)
    rules = folder / "rules"
    rules.mkdir()
    (rules / "steady.yaml").write_text(spec("steady"))
    (rules / "other.yaml").write_text(spec("other"))
    now_s = [float(floor_to(time.time(), 3600) - 3600)]
    settings = read_settings(
        prometheus_url=url,
        rules=str(rules),
        state=str(folder / "ledger.db"),
        slot="10s",
        settle=0,
        scrape_interval=1,
        rules_poll=POLL_S,
    )
    files = SpecFiles(settings.rules, settings.all_sources.keys())
    one = Daemon(settings, files.read(), files=files, now=lambda: now_s[0])
    try:
        yield Play(one, now_s, rules)
    finally:
        one.stop()


@pytest.fixture
def play(prometheus_url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Play]:
    """It has seen a slot."""
    with played(prometheus_url, tmp_path, monkeypatch) as play:
        play.slot()
        yield play


def edit_in_place(rules: Path) -> None:
    (rules / "other.yaml").write_text(spec("new"))


def rename_over(rules: Path) -> None:
    (rules / ".tmp").write_text(spec("new"))
    (rules / ".tmp").rename(rules / "other.yaml")


def swap_a_link(rules: Path) -> None:
    for number, name in enumerate(("other", "new")):
        (rules / f"..{number}").mkdir()
        (rules / f"..{number}" / "other.yaml").write_text(spec(name))
    (rules / "..data").symlink_to("..1")
    (rules / "other.yaml").unlink()
    (rules / "other.yaml").symlink_to("..data/other.yaml")


def delete_and_add(rules: Path) -> None:
    (rules / "other.yaml").unlink()
    (rules / "new.yaml").write_text(spec("new"))


@pytest.mark.parametrize("change", [edit_in_place, rename_over, swap_a_link, delete_and_add])
def test_a_change_counts_from_the_next_slot_on_and_loses_none(
    play: Play, change: Callable[[Path], None]
) -> None:
    """What is new is measured at once; what was there goes on."""
    play.slot()
    change(play.rules)
    play.look()
    assert play.names() == {"steady", "new"}
    assert play.slots_of("new") == 1
    play.slot()
    assert (play.slots_of("steady"), play.slots_of("new")) == (3, 2)
    assert play.one.counts().slots_late == 0


def test_a_file_that_is_being_written_is_left_alone_until_it_rests(play: Play) -> None:
    """Each look sees another version of it."""
    for count in range(1, 4):
        (play.rules / "other.yaml").write_text(spec(*(f"new{n}" for n in range(count))))
        play.one.look_at_files()
        assert play.names() == {"steady", "other"}
    play.one.look_at_files()
    assert play.names() == {"steady", "new0", "new1", "new2"}


def test_a_bad_file_goes_on_as_it_was_and_says_so(
    play: Play, capsys: pytest.CaptureFixture[str]
) -> None:
    """In the log, for `/readyz`, `/metrics` and the page; until it is mended."""
    (play.rules / "other.yaml").write_text("slos: [")
    play.look()
    play.slot()
    assert (play.slots_of("steady"), play.slots_of("other")) == (2, 2)
    kept = str(play.rules / "other.yaml")
    readiness = play.one.readiness()
    assert play.one.reloaded.kept == (kept,)
    assert any(kept in warning for warning in readiness.warnings)
    assert {problem.path for problem in readiness.problems} == {kept}
    assert "spec_kept" in capsys.readouterr().out
    assert readiness.is_ready
    (play.rules / "other.yaml").write_text(spec("other"))
    play.look()
    assert not play.one.reloaded.kept
    assert not play.one.readiness().problems


def test_an_slo_that_asks_something_else_starts_anew(play: Play) -> None:
    """Its name is the same, but the facts of before are not those that it asks for."""
    (play.rules / "other.yaml").write_text(spec("other", at_least=2))
    play.look()
    assert play.slots_of("other") == 1
    assert play.slots_of("steady") == 1


def test_what_comes_back_has_kept_its_facts(play: Play) -> None:
    """Two slots in which it was not watched are to be filled in, and are."""
    play.slot()
    (play.rules / "other.yaml").rename(play.rules / "other.off")
    play.look()
    play.slot()
    play.slot()
    assert play.names() == {"steady"}
    (play.rules / "other.off").rename(play.rules / "other.yaml")
    play.look()
    assert play.slots_of("other") == 3
    play.one.backfill()
    assert play.slots_of("other") >= 4
    assert play.slots_of("steady") == play.slots_of("other")


def test_nothing_changes_while_no_file_does(play: Play) -> None:
    """Looking costs no query and makes no snapshot."""
    snapshot, queries = play.one.snapshot, play.one.counts().queries
    for _ in range(5):
        play.one.look_at_files()
    assert play.one.snapshot is snapshot
    assert play.one.counts().queries == queries


def test_reloading_while_slots_are_measured_loses_none(play: Play) -> None:
    """A hundred reloads, in a thread of their own, and all slots of what stays."""
    done: list[Reloaded] = []

    def reload() -> None:
        for number in range(100):
            (play.rules / "other.yaml").write_text(spec("other", *["new"] * (number % 2)))
            done.append(play.one.reload())

    reloading = threading.Thread(target=reload)
    reloading.start()
    slots = 1
    while reloading.is_alive():
        play.slot()
        slots += 1
    reloading.join()
    play.slot()
    assert len(done) == 100
    assert play.slots_of("steady") == play.slots_of("other") == slots + 1
    assert play.one.counts().slots_late == 0


@pytest.mark.slow
def test_a_running_daemon_reads_again_when_it_is_told(prometheus_url: str, tmp_path: Path) -> None:
    """By SIGHUP, where it does not look by itself; changes alone do nothing then."""
    rules = tmp_path / "rules"
    rules.mkdir()
    path = rules / "shop.yaml"
    path.write_text(spec("a"))
    with daemon(
        tmp_path, prometheus_url=prometheus_url, rules=str(rules), rules_poll="0s"
    ) as running:

        def names() -> set[str]:
            return {slo["name"] for slo in running.get("/slo").json()["slos"]}

        wait_for(lambda: names() == {"a"}, within_s=10)
        path.write_text(spec("a", "b"))
        time.sleep(3)
        assert names() == {"a"}
        os.kill(running.child.pid, signal.SIGHUP)
        wait_for(lambda: names() == {"a", "b"}, within_s=10)
        assert "reloaded" in running.log
