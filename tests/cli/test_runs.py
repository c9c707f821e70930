"""`slowatch runs`: what was stored is listed, shown, compared and marked."""

import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from junitparser import JUnitXml

from slowatch.cli.main import main
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.run_port import NewRun
from slowatch.verify.result import Judged
from slowatch.verify.verifying import Verified
from tests.cli.calling import Done, slowatch
from tests.reports.making import bad_run, every_slo, good_run
from tests.support.daemon import RUN, surroundings
from tests.support.read_only import on_read_only_mount


def new_run(judged: Judged) -> NewRun:
    """A run as `slowatch verify` stores it: before it has an id."""
    return Verified(judged, "{}").to_keep(judged.span.end_s)


@pytest.fixture(scope="module")
def ledger(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger of three runs: 1 passed, 2 failed, 3 was of every SLO."""
    path = tmp_path_factory.mktemp("runs") / "slowatch.db"
    with Ledger.open(str(path)) as one:
        for judged in (good_run(), bad_run(), every_slo()):
            one.store_run(new_run(judged))
    return path


Runs = Callable[..., Done]


@pytest.fixture
def runs(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> Runs:
    """Call `slowatch runs` on a ledger, in this process: there are many calls."""

    def call(ledger: Path, *arguments: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["slowatch", "runs", *arguments, "--state", str(ledger)])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return Done(int(ended.value.code or 0), told.out, told.err)

    return call


def test_runs_are_listed_newest_first(runs: Runs, ledger: Path) -> None:
    done = runs(ledger)
    assert (done.code, done.err) == (0, "")
    rows = [line.split() for line in done.out.splitlines()[2:]]
    assert rows == [
        ["3", "pass", "every", "SLO", "2026-11-21", "09:40:00", "5m"],
        ["2", "fail", "reflection-api/load-50", "2026-11-21", "09:40:00", "5m"],
        ["1", "pass", "reflection-api/load-50", "2026-11-21", "09:40:00", "5m"],
    ]


def test_it_is_a_command_like_others(ledger: Path) -> None:
    """In a process of its own; without options of its own it lists."""
    done = slowatch("runs", state=str(ledger))
    assert (done.code, done.err, len(done.out.splitlines())) == (0, "", 5)


def test_some_runs_are_listed_as_json(runs: Runs, ledger: Path) -> None:
    done = runs(ledger, "list", "--name", "reflection-api/load-50", "--most", "1", "--json")
    (run,) = json.loads(done.out)["runs"]
    assert (run["id"], run["run"], run["verdict"]) == (2, "reflection-api/load-50", "fail")
    assert run["span"]["start"] == "2026-11-21T09:40:00Z"
    passed = runs(ledger, "--service", "reflection-api", "--verdict", "pass", "--json")
    assert [one["id"] for one in json.loads(passed.out)["runs"]] == [1]


def test_no_run_is_said_so(runs: Runs, ledger: Path) -> None:
    done = runs(ledger, "--name", "nothing")
    assert (done.code, done.out) == (
        *(0, "no run like that is stored; `slowatch verify` stores what it judges\n"),
    )


def test_a_run_is_shown_in_every_form(runs: Runs, ledger: Path, tmp_path: Path) -> None:
    files = {form: tmp_path / f"run.{form}" for form in ("html", "markdown", "junit")}
    options = [part for form, path in files.items() for part in (f"--{form}", str(path))]
    done = runs(ledger, "show", "2", "--json", *options)
    assert (done.code, done.err) == (0, "")
    told = json.loads(done.out)
    assert (told["id"], told["verdict"], len(told["lines"])) == (2, "fail", 22)
    assert "run 2" in files["html"].read_text()
    assert files["markdown"].read_text().startswith("### ❌ reflection-api/load-50: failed")
    assert JUnitXml.fromstring(files["junit"].read_bytes()).failures == 3


def test_a_run_is_shown_to_people(runs: Runs, ledger: Path) -> None:
    """A run that failed is shown as well as any: the command did what it should."""
    done = runs(ledger, "show", "2")
    assert done.code == 0
    assert done.out.startswith(" FAIL   reflection-api/load-50")


def test_two_runs_are_compared_line_by_line(runs: Runs, ledger: Path) -> None:
    done = runs(ledger, "compare", "1", "2")
    assert done.code == 0
    assert "run 1  reflection-api/load-50  pass" in done.out
    rows = [line.split() for line in done.out.splitlines()]
    assert ["analyze-p95", "480", "ms", "480", "ms", "±0%", "pass"] in rows
    assert ["deadlocks", "–", "3", "fail,", "only", "now"] in rows  # noqa: RUF001
    told = json.loads(runs(ledger, "compare", "1", "2", "--json").out)
    assert (told["first"]["id"], told["second"]["id"]) == (1, 2)
    recovery = next(one for one in told["lines"] if one["check"] == "p99-recovers")
    assert (recovery["first"], recovery["second"], recovery["second_verdict"]) == (
        *(12.0, None, "fail"),
    )


def test_a_mark_is_set_and_taken_away(runs: Runs, tmp_path: Path) -> None:
    path = tmp_path / "slowatch.db"
    with Ledger.open(str(path)) as one:
        one.store_run(new_run(good_run()))
    done = runs(path, "mark", "1")
    assert (done.code, done.out) == (0, "run 1 is the baseline of reflection-api/load-50 now\n")
    assert runs(path).out.rstrip().endswith("5m baseline")
    done = runs(path, "unmark", "1")
    assert (done.code, done.out) == (
        *(0, "run 1 is marked no more; the newest run that passed counts\n"),
    )
    assert runs(path, "unmark", "1").out == "run 1 was not marked\n"


@pytest.mark.parametrize(
    "arguments", [("show", "99"), ("mark", "99"), ("unmark", "99"), ("compare", "1", "99")]
)
def test_an_unknown_id_is_told(runs: Runs, ledger: Path, arguments: tuple[str, ...]) -> None:
    done = runs(ledger, *arguments)
    assert (done.code, done.out) == (2, "")
    told = f"slowatch: no run 99 in {ledger}; `slowatch runs` lists those there are\n"
    assert done.err == told


def test_a_ledger_that_cannot_be_written_is_read(ledger: Path, tmp_path: Path) -> None:
    """On a read-only mount; only marks need more."""
    path = tmp_path / "slowatch.db"
    shutil.copy(ledger, path)
    asked = (["list"], ["show", "2"], ["compare", "1", "2"], ["mark", "1"])
    called = " ; ".join(f'"$@" runs {" ".join(words)} --state {path}; echo $?' for words in asked)
    command = on_read_only_mount(tmp_path, ["sh", "-c", called, "sh", *RUN])
    done = subprocess.run(command, capture_output=True, text=True, env=surroundings())
    codes = [line for line in done.stdout.splitlines() if line in ("0", "2")]
    assert codes == ["0", "0", "0", "2"]
    assert f"the ledger {path} cannot be used" in done.stderr


def test_a_ledger_without_a_run_is_told(runs: Runs, tmp_path: Path) -> None:
    """As one that somebody has only touched; nothing is made of it."""
    (tmp_path / "empty.db").touch()
    done = runs(tmp_path / "empty.db")
    assert (done.code, (tmp_path / "empty.db").stat().st_size) == (2, 0)
    assert f"there is no ledger at {tmp_path / 'empty.db'}" in done.err


def test_a_strange_verdict_is_told(runs: Runs, ledger: Path) -> None:
    done = runs(ledger, "--verdict", "good")
    assert done.code == 2
    assert "--verdict good: write one of fail, inconclusive, warn, pass" in done.err


def test_a_ledger_that_is_not_there_is_not_made(runs: Runs, tmp_path: Path) -> None:
    done = runs(tmp_path / "nothing.db")
    assert done.code == 2
    assert f"there is no ledger at {tmp_path / 'nothing.db'}" in done.err
    assert list(tmp_path.iterdir()) == []
