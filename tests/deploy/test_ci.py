"""Examples for pipelines: valid, and written with options that there are."""

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from typing import Any

import pytest
from typer.main import get_command

from slowatch.app.settings import PREFIX, Settings
from slowatch.cli.main import app
from slowatch.demo.demo import rules_folder
from slowatch.spec.reading import read_paths
from tests.deploy.files import DEPLOY, VERSION, loaded

CI = DEPLOY / "ci"
EXAMPLES = ("github.yaml", "gitlab.yml")
VERIFY = get_command(app).commands["verify"]  # type: ignore[attr-defined]
OPTIONS = {option for parameter in VERIFY.params for option in parameter.opts}
TOOLS = ("locust", "k6", "gatling")


def _commands(value: Any) -> Iterator[str]:  # noqa: ANN401  it is what a file says
    """Every text of a document that calls `slowatch verify`."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for one in value:
            yield from _commands(one)
    elif isinstance(value, str) and "slowatch verify" in value:
        yield value


def _judge() -> dict[str, ast.expr]:
    """What the locustfile calls `judge` with."""
    tree = ast.parse((CI / "locustfile.py").read_text(encoding="utf-8"))
    (call,) = (
        node
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "judge"
    )
    return {keyword.arg: keyword.value for keyword in call.keywords if keyword.arg}


@pytest.mark.parametrize(
    ("schema", "file"),
    [("vendor.github-workflows", EXAMPLES[0]), ("vendor.gitlab-ci", EXAMPLES[1])],
)
def test_example_is_as_its_schema_says(schema: str, file: str) -> None:
    command = [sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, str(CI / file)]
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("file", EXAMPLES)
def test_every_tool_has_a_job(file: str) -> None:
    document = loaded(CI / file)
    assert set(TOOLS) <= document.get("jobs", document).keys()


@pytest.mark.parametrize("file", EXAMPLES)
def test_options_are_those_of_the_command(file: str) -> None:
    """Of k6 and Gatling; all write the three reports."""
    commands = list(_commands(loaded(CI / file)))
    assert len(commands) == 2
    for command in commands:
        ours = command.partition(" -- ")[0]
        options = set(re.findall(r"(?<!\S)--[a-z-]+", ours.partition("slowatch verify")[2]))
        assert options <= OPTIONS
        assert options >= {"--junit", "--markdown", "--html", "--name", "--rules"}


def test_locustfile_asks_for_what_the_command_knows() -> None:
    options = {f"--{name.replace('_', '-')}" for name in _judge().keys() - {"run", "command"}}
    assert options <= OPTIONS
    assert options >= {"--junit", "--markdown", "--html", "--rules"}


def test_run_that_is_judged_is_declared() -> None:
    """In a pack, for all tools."""
    declared = {run.id for run in read_paths([rules_folder()]).runs}
    judged = {ast.literal_eval(_judge()["run"])}
    for file in EXAMPLES:
        for command in _commands(loaded(CI / file)):
            judged |= set(re.findall(r"--name (\S+)", command))
    assert judged <= declared


@pytest.mark.parametrize("file", EXAMPLES)
def test_variables_are_settings(file: str) -> None:
    """And the package is of this version."""
    text = (CI / file).read_text(encoding="utf-8")
    named = {name.lower() for name in re.findall(rf"\b{PREFIX}([A-Z_]+)\b", text)}
    assert named
    assert named <= set(Settings.model_fields)
    assert f"PACKAGE: slowatch=={VERSION}" in text


def test_workflow_may_only_read_and_comment() -> None:
    """A load test has no business with anything else."""
    workflow = loaded(CI / "github.yaml")
    assert workflow["permissions"] == {}
    for job in workflow["jobs"].values():
        assert job["permissions"] == {"contents": "read", "pull-requests": "write"}
