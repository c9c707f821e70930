"""The command line: quick to start, documented, and never a traceback for a user's mistake."""

import json
import subprocess
import sys
from pathlib import Path

import pytest
from typer.main import get_group

from slowatch import __version__
from slowatch.cli.main import app
from tests.cli.calling import slowatch

ROOT = Path(__file__).parents[2]
SLOW = ("fastapi", "sqlalchemy", "numpy", "httpx", "pydantic", "rich.table", "importlib.metadata")


def test_starting_loads_nothing_slow() -> None:
    """So `slowatch --help` is instant."""
    code = "import sys, json, slowatch.cli.main; print(json.dumps(list(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert set(SLOW) & set(json.loads(done.stdout)) == set()


def test_the_version_is_told() -> None:
    assert slowatch("--version").out == f"slowatch {__version__}\n"


@pytest.mark.parametrize("command", list(get_group(app).commands))
def test_every_command_has_an_example_in_its_help(command: str) -> None:
    done = slowatch(command, "--help")
    assert done.code == 0
    assert f"Example: slowatch {command}" in done.out


def test_pages_of_settings_and_commands_are_up_to_date() -> None:
    """`make docs` writes them."""
    script = str(ROOT / "scripts" / "docs.py")
    done = subprocess.run([sys.executable, script, "--check"], capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_schema_is_json() -> None:
    assert "$schema" in json.loads(slowatch("schema").out)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["evaluate", "--at", "nonsense"], "--at 'nonsense' is no moment"),
        (["evaluate", "--at", "inf"], "--at 'inf' is no moment"),
        (["evaluate", "--at", "-5"], "--at '-5' is no moment"),
        (["evaluate", "--at", "0001-01-01"], "--at '0001-01-01' is no moment"),
        (["evaluate", "--at", "1e300"], "lies in the future"),
        (["evaluate", "--slot", "7s"], "--slot: "),
        (["evaluate", "--prometheus", "localhost:9090"], "--prometheus: "),
        (
            ["evaluate", "--prometheus", "http://127.0.0.1:1"],
            "http://127.0.0.1:1 cannot be reached",
        ),
        (["evaluate", "--config", "nowhere"], "no settings file at nowhere"),
        (["evaluate", "--state", "mysql://x"], "a ledger cannot be kept in 'mysql'"),
        (["validate", "--format", "xml"], "there is no format 'xml'"),
        (["status"], "no slowatch answers at http://127.0.0.1:1"),
        (["status", "--url", "127.0.0.1:1"], "no slowatch answers at http://127.0.0.1:1"),
        (["demo", "--for", "soon"], "`soon` is not a duration"),
        (["demo", "--variant", "leaking"], "need `--load`"),
        (["run", "--listen", "nowhere"], "is no address"),
    ],
)
def test_what_cannot_run_says_so_in_one_line(arguments: list[str], told: str) -> None:
    done = slowatch(*arguments, cwd=ROOT, listen="127.0.0.1:1", scrape_interval="15s")
    assert done.code == 2
    assert done.out == ""
    assert done.err.startswith("slowatch: ")
    assert told in done.err
    assert done.err.count("\n") == 1


def test_a_misspelt_command_is_told() -> None:
    done = slowatch("evalute")
    assert done.code == 2
    assert "evalute" in done.err


def test_a_misspelt_variable_is_told_and_the_rest_goes_on() -> None:
    done = slowatch("status", "--url", "127.0.0.1:1", listne="x")
    assert done.code == 2
    told = slowatch("status", listne="x", listen="127.0.0.1:1").err.splitlines()
    assert told[0].startswith("slowatch: the variable SLOWATCH_LISTNE sets nothing")
    assert "SLOWATCH_LISTEN" in told[0]


def test_no_rules_are_told(tmp_path: Path) -> None:
    done = slowatch("evaluate", "--rules", str(tmp_path))
    assert done.code == 2
    assert "[no-spec-files]" in done.err
    assert "no SLO to watch" in done.err


def test_a_full_disk_is_told_without_a_traceback() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [sys.executable, "-c", "from slowatch.cli.main import main; main()", "schema"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
        )
    assert done.returncode != 0
    assert "Traceback" not in done.stderr
