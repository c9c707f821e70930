"""The demo under load: what it is asked for, and how a run that was played is judged."""

import json
import shlex
from pathlib import Path

import pytest

from slowatch.demo.demo import rules_folder, run_demo
from slowatch.demo.load.visitors import PlayedRun
from slowatch.demo.loaded import Options, UnderLoad, Watched, packs_of, under_load, verify_command
from slowatch.demo.problem import DemoError
from slowatch.demo.systems.load import Load
from tests.deploy.test_ci import OPTIONS

RUN = PlayedRun("load-50", 1763758800.2, 1763759100.4, "/tmp/marks.jsonl")  # noqa: S108


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (Options(variant="odd"), "no variant 'odd'; there are healthy, slower, faster, leaking, "),
        (Options(systems=["shop"]), "no system 'shop'; there are lark-service, "),
        (Options(scale=0), "--scale and --time-scale are factors above 0"),
        (Options(time_scale=10), "--scale and --time-scale are factors above 0"),
        (Options(locust="/moon/locust"), "no `/moon/locust` on PATH"),
    ],
)
def test_options_that_cannot_be_are_told(
    options: Options, told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    """Before anything is started."""
    with pytest.raises(DemoError, match=told):
        under_load(options)
    assert run_demo(1.0, as_json=False, load=options) == 1
    assert capsys.readouterr().err.startswith(f"slowatch demo: {told}")


def test_users_hasten_where_runs_are_shorter(tmp_path: Path) -> None:
    """So that there are as many calls in a tenth of the time."""
    locust = tmp_path / "locust"
    locust.touch(mode=0o755)
    asked = under_load(Options("slower", ["lark-service"], 0.5, 0.1, str(locust)))
    assert asked == UnderLoad(Load("slower", 0.5, 10.0), locust, ("lark-service",), 0.1)


def test_command_that_judges_a_run_has_options_that_there_are(tmp_path: Path) -> None:
    """And moments of whole seconds."""
    under = UnderLoad(Load(scale=0.5), Path("locust"), time_scale=0.1)
    command = verify_command(under, "reflection-api", RUN, Watched("http://p:9090", tmp_path))
    assert {word.partition("=")[0] for word in command if word.startswith("--")} <= OPTIONS
    assert "2025-11-21T21:00:00Z --to 2025-11-21T21:05:00Z" in shlex.join(command)


def test_packs_of_what_is_not_played_are_left_out(tmp_path: Path) -> None:
    """Their SLOs would have no data."""
    folder = packs_of(("lark-service",), rules_folder(), tmp_path / "rules")
    assert [path.name for path in folder.iterdir()] == ["lark-service.yaml"]


@pytest.mark.slow
def test_demo_under_load_plays_runs_and_says_how_to_judge_them(
    capsys: pytest.CaptureFixture[str],
) -> None:
    """The first burst is over after a quarter of a minute; only the system's own SLOs are there."""
    options = Options(systems=["lark-service"], time_scale=0.1)
    assert run_demo(40.0, as_json=True, load=options) == 0
    told = capsys.readouterr()
    assert "a system, scraped by Prometheus: " in told.err
    assert "lark-service/burst was played; judge it: slowatch verify --rules " in told.err
    services = {slo["service"] for slo in json.loads(told.out)["slos"]}
    assert services == {"lark-service"}
