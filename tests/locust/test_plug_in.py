"""The plug-in marks a test's phases and users, and makes the verdict Locust's exit code."""

import json
import shlex
import shutil
import subprocess
import sys
from itertools import pairwise
from pathlib import Path
from types import ModuleType

import pytest

from slowatch.locust import judge, mark
from slowatch.locust.judging import Option, Verdict
from slowatch.locust.listening import Listener
from tests.locust.environment import (
    Environment,
    LocalRunner,
    Options,
    StopTest,
    WorkerRunner,
)

SOURCE = Path(__file__).parents[2] / "src"

STAND_IN = """#!{python}
import pathlib, sys
arguments = sys.argv[1:]
if "--check" in arguments:
    with pathlib.Path({checked!r}).open("a") as file:
        file.write(" ".join(arguments) + "\\n")
    sys.exit({check})
pathlib.Path({told!r}).write_text("\\n".join(arguments))
phases = pathlib.Path(arguments[arguments.index("--phases") + 1])
pathlib.Path({marks!r}).write_text(phases.read_text())
print("the verdict")
sys.exit({code})
"""


class Slowatch:
    """A command that takes down what it is called with, and exits as it is told.

    It is asked first whether it could judge the run: `check` is what it answers then.
    """

    def __init__(self, folder: Path, code: int, check: int = 0) -> None:
        self.path, self._told, self._marks = folder / "slowatch", folder / "told", folder / "marks"
        self._checked = folder / "checked"
        text = STAND_IN.format(
            python=sys.executable,
            told=str(self._told),
            marks=str(self._marks),
            checked=str(self._checked),
            code=code,
            check=check,
        )
        self.path.write_text(text)
        self.path.chmod(0o755)

    @property
    def is_called(self) -> bool:
        """Whether it was."""
        return self._told.exists()

    @property
    def checks(self) -> list[str]:
        """What it was called with to check a run, each time."""
        return self._checked.read_text().splitlines() if self._checked.exists() else []

    @property
    def arguments(self) -> list[str]:
        """What it was called with."""
        return self._told.read_text().splitlines()

    def value(self, option: str) -> str:
        """What stands behind an option."""
        return self.arguments[self.arguments.index(option) + 1]

    @property
    def marks(self) -> list[tuple[str, int]]:
        """The phases and users of the marks, which are in order of time."""
        marks = [json.loads(line) for line in self._marks.read_text().splitlines()]
        assert all(before["at"] <= after["at"] for before, after in pairwise(marks))
        return [(one["phase"], one["users"]) for one in marks]


@pytest.fixture
def passing(tmp_path: Path) -> Slowatch:
    return Slowatch(tmp_path, 0)


@pytest.fixture
def environment() -> Environment:
    return Environment()


@pytest.fixture(autouse=True)
def _locust_is_installed(monkeypatch: pytest.MonkeyPatch) -> None:
    """As far as the plug-in imports it."""
    module = ModuleType("locust.exception")
    vars(module)["StopTest"] = StopTest
    monkeypatch.setitem(sys.modules, "locust", ModuleType("locust"))
    monkeypatch.setitem(sys.modules, "locust.exception", module)


def play(environment: Environment) -> None:
    """A test of two users, who are then sent home."""
    events = environment.events
    events.test_start.fire(environment=environment)
    environment.users(2)
    events.spawning_complete.fire(user_count=2)
    events.test_stopping.fire(environment=environment)
    environment.users(0)
    events.test_stop.fire(environment=environment)


def test_run_is_judged_from_its_start_to_its_end(
    environment: Environment, passing: Slowatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """By its name; what slowatch prints is printed, and a pass leaves the exit code to Locust."""
    judge(environment, run="shop/load-50", command=str(passing.path))
    play(environment)
    assert passing.arguments[:3] == ["verify", "--name", "shop/load-50"]
    assert passing.value("--from") <= passing.value("--to")
    assert capfd.readouterr().out == "the verdict\n"
    assert environment.process_exit_code is None


def test_options_are_those_of_the_command(environment: Environment, passing: Slowatch) -> None:
    """One without a value, one that is given twice, and two that are not asked for."""
    options: dict[str, Option] = {
        "prometheus": "http://127.0.0.1:9090",
        "scale": 0.1,
        "time_scale": 0.5,
        "strict": True,
        "json": False,
        "html": None,
        "rules": [Path("a.yaml"), "b.yaml"],
    }
    judge(environment, command=[sys.executable, str(passing.path)], **options)  # type: ignore[arg-type]
    play(environment)
    assert "--name" not in passing.arguments
    assert passing.arguments[passing.arguments.index("--phases") + 2 :] == [
        *("--prometheus", "http://127.0.0.1:9090", "--scale", "0.1", "--time-scale", "0.5"),
        *("--strict", "--rules", "a.yaml", "--rules", "b.yaml"),
    ]


def test_users_come_in_the_ramp_and_stay_in_the_hold(
    environment: Environment, passing: Slowatch
) -> None:
    """All who are there at the end of a phase are its users; after the test nothing is marked."""
    judge(environment, command=str(passing.path))
    play(environment)
    assert passing.marks == [("ramp", 0), ("ramp", 2), ("hold", 2)]


def test_named_phases_stand_instead_of_those_of_locust(
    environment: Environment, passing: Slowatch
) -> None:
    """From the first one that is named."""
    judge(environment, command=str(passing.path))
    events = environment.events
    events.test_start.fire(environment=environment)
    mark(environment, "before")
    environment.users(200)
    events.spawning_complete.fire(user_count=200)
    mark(environment, "spike")
    environment.users(1000)
    events.test_stopping.fire(environment=environment)
    events.test_stop.fire(environment=environment)
    assert passing.marks == [
        *(("ramp", 0), ("before", 0), ("before", 200)),
        *(("spike", 200), ("spike", 1000)),
    ]


def test_users_are_looked_at_while_nothing_is_said(
    environment: Environment, tmp_path: Path
) -> None:
    """Every look at another number is a line; a look at the same is none."""
    path, now_s = tmp_path / "phases.jsonl", 10.5
    verdict = Verdict(["true"], None, {})
    listener = Listener(environment, verdict, path=path, clock=lambda: now_s)
    listener.listen()
    environment.events.test_start.fire(environment=environment)
    now_s = 10.75
    listener.look()
    now_s = 11.00049
    environment.users(37)
    listener.look()
    environment.events.test_stop.fire(environment=environment)
    assert path.read_text().splitlines() == [
        '{"at": 10.5, "phase": "ramp", "users": 0}',
        '{"at": 11.0, "phase": "ramp", "users": 37}',
    ]


@pytest.mark.parametrize(
    ("code", "lenient", "expected"),
    [
        (1, False, 1),
        (1, True, 1),
        (2, False, 2),
        (2, True, None),
        (3, True, 3),
    ],
)
def test_bad_verdict_is_the_exit_code_of_locust(
    environment: Environment, tmp_path: Path, code: int, lenient: bool, expected: int | None
) -> None:
    """A fail, an error, and what is inconclusive unless it may be."""
    slowatch = Slowatch(tmp_path, code)
    judge(environment, command=str(slowatch.path), may_be_inconclusive=lenient)
    play(environment)
    assert environment.process_exit_code == expected


def test_exit_code_of_somebody_else_stays(environment: Environment, tmp_path: Path) -> None:
    environment.process_exit_code = 7
    judge(environment, command=str(Slowatch(tmp_path, 1).path))
    play(environment)
    assert environment.process_exit_code == 7


def test_missing_command_is_told_and_nothing_is_played(
    environment: Environment, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(environment, command="/nowhere/slowatch")
    with pytest.raises(StopTest):
        play(environment)
    assert environment.process_exit_code == 3
    assert capsys.readouterr().err.splitlines() == [
        "slowatch: /nowhere/slowatch could not be called: No such file or directory",
        "slowatch: no load is played, since its run could not be verified",
    ]


def test_no_load_is_played_where_its_marks_have_no_place(
    environment: Environment, passing: Slowatch, capsys: pytest.CaptureFixture[str]
) -> None:
    judge(environment, command=str(passing.path), phases="/nowhere/phases.jsonl")
    with pytest.raises(StopTest):
        play(environment)
    assert environment.process_exit_code == 3
    assert "/nowhere/phases.jsonl: No such file or directory\n" in capsys.readouterr().err
    assert not passing.is_called


def test_no_load_is_played_for_a_run_that_could_not_be_verified(
    environment: Environment, tmp_path: Path
) -> None:
    """Each test is checked with its options before it starts; nothing is judged."""
    slowatch = Slowatch(tmp_path, 0, check=3)
    judge(environment, run="shop/load-05", command=str(slowatch.path), prometheus="http://p:9")
    for _ in range(2):
        with pytest.raises(StopTest):
            environment.events.test_start.fire(environment=environment)
        environment.events.test_stop.fire(environment=environment)
    assert environment.process_exit_code == 3
    assert slowatch.checks == 2 * ["verify --name shop/load-05 --check --prometheus http://p:9"]
    assert not slowatch.is_called


@pytest.mark.parametrize("options", [Options(headless=True), Options(autostart=True)])
def test_test_that_is_played_at_once_is_checked_before_its_clock_runs(
    environment: Environment, tmp_path: Path, options: Options
) -> None:
    """The time of the check is none of `--run-time`."""
    environment.parsed_options = options
    slowatch = Slowatch(tmp_path, 0, check=3)
    judge(environment, command=str(slowatch.path))
    assert len(slowatch.checks) == 1
    with pytest.raises((StopTest, SystemExit)):
        environment.events.test_start.fire(environment=environment)
    assert len(slowatch.checks) == 1


@pytest.mark.parametrize("is_headless", [True, False])
def test_locust_ends_with_a_test_that_nobody_watches(tmp_path: Path, is_headless: bool) -> None:
    """One that has a page goes on, since people are there."""
    runner = LocalRunner()
    environment = Environment(runner=runner, parsed_options=Options(headless=is_headless))
    judge(environment, command=str(Slowatch(tmp_path, 0, check=3).path))
    with pytest.raises(SystemExit if is_headless else StopTest):
        environment.events.test_start.fire(environment=environment)
    assert (runner.has_quit, runner.has_stopped) == (is_headless, not is_headless)
    assert environment.process_exit_code == 3


def test_test_that_is_played_at_once_is_checked_once(
    environment: Environment, passing: Slowatch
) -> None:
    """And one that is started by hand after it again."""
    environment.parsed_options = Options(autostart=True)
    judge(environment, command=str(passing.path))
    play(environment)
    assert len(passing.checks) == 1
    play(environment)
    assert len(passing.checks) == 2


@pytest.mark.parametrize("code", [3, -9])
def test_run_that_was_played_in_vain_can_be_verified_later(
    environment: Environment, tmp_path: Path, code: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the whole command, over marks that are kept, and without a secret."""
    slowatch = Slowatch(tmp_path, code)
    killed = slowatch.path.read_text().replace("sys.exit(-9)", "import os; os.kill(os.getpid(), 9)")
    slowatch.path.write_text(killed)
    judge(
        environment,
        run="shop/load-50",
        command=str(slowatch.path),
        prometheus="http://ann:hunter2@p:9090",
        state="postgresql://db/x?password=hunter2",
        rules="more rules/",
        isolated=True,
    )
    play(environment)
    assert environment.process_exit_code == code
    told = capsys.readouterr().err
    assert "hunter2" not in told
    said, _, command = told.strip().partition("\n  ")
    assert said == "slowatch: the run was played; to verify it later, write"
    phases = Path(slowatch.value("--phases"))
    assert shlex.split(command) == [
        *(str(slowatch.path), "verify", "--name", "shop/load-50"),
        *("--from", slowatch.value("--from"), "--to", slowatch.value("--to")),
        *("--phases", str(phases), "--prometheus", "http://…", "--state", "postgresql://…"),
        *("--rules", "more rules/", "--isolated"),
    ]
    assert len(phases.read_text().splitlines()) == 3
    shutil.rmtree(phases.parent)


def test_command_of_several_words_is_not_repeated(tmp_path: Path) -> None:
    """Tokens may stand in them."""
    verdict = Verdict(["docker", "run", "--env", "TOKEN=hunter2", "slowatch"], "shop/load-50", {})
    assert verdict.later(10.5, 20.0, tmp_path) == (
        "slowatch verify --name shop/load-50 --from 1970-01-01T00:00:10.500Z "
        f"--to 1970-01-01T00:00:20.000Z --phases {tmp_path}"
    )


def test_interrupted_test_is_judged_before_locust_asks_for_the_exit_code(
    environment: Environment, tmp_path: Path
) -> None:
    """Ctrl-C: it is quitting first, and stops then. It is judged once."""
    slowatch = Slowatch(tmp_path, 1)
    judge(environment, command=str(slowatch.path))
    environment.events.test_start.fire(environment=environment)
    environment.events.quitting.fire(environment=environment)
    assert environment.process_exit_code == 1
    slowatch._told.unlink()  # noqa: SLF001
    environment.events.test_stopping.fire(environment=environment)
    environment.events.test_stop.fire(environment=environment)
    assert not slowatch.is_called


def test_locust_that_played_nothing_is_not_judged(
    environment: Environment, passing: Slowatch
) -> None:
    judge(environment, command=str(passing.path))
    environment.events.quitting.fire(environment=environment)
    assert not passing.is_called


def test_each_test_of_a_long_locust_is_judged_by_its_own_marks(
    environment: Environment, passing: Slowatch
) -> None:
    """As those started on its page; a phase that was named in the first is none of the second."""
    judge(environment, command=str(passing.path))
    environment.events.test_start.fire(environment=environment)
    mark(environment, "first")
    environment.events.test_stop.fire(environment=environment)
    play(environment)
    assert passing.marks == [("ramp", 0), ("ramp", 2), ("hold", 2)]


def test_marks_stay_where_they_are_asked_for(
    environment: Environment, passing: Slowatch, tmp_path: Path
) -> None:
    judge(environment, command=str(passing.path), phases=tmp_path / "phases.jsonl")
    play(environment)
    assert passing.value("--phases") == str(tmp_path / "phases.jsonl")
    assert len((tmp_path / "phases.jsonl").read_text().splitlines()) == 3


def test_marks_that_nobody_asked_for_are_removed(
    environment: Environment, passing: Slowatch
) -> None:
    judge(environment, command=str(passing.path))
    play(environment)
    assert not Path(passing.value("--phases")).parent.exists()


def test_worker_leaves_it_to_its_master(passing: Slowatch) -> None:
    """It does not even listen, and its marks go nowhere."""
    environment = Environment(runner=WorkerRunner())
    judge(environment, command=str(passing.path))
    mark(environment, "spike")
    play(environment)
    assert not passing.is_called


def test_plug_in_needs_nothing_but_the_standard_library() -> None:
    """It is imported without any installed package."""
    code = f"import sys; sys.path.insert(0, {str(SOURCE)!r}); from slowatch.locust import judge"
    subprocess.run([sys.executable, "-I", "-S", "-c", code], check=True)
