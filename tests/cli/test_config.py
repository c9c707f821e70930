"""`slowatch config`: every setting, what it is, where it came from, and no secret."""

import json
import subprocess
from pathlib import Path

import pytest
import yaml

from slowatch.app.settings import Settings
from tests.support.daemon import RUN, surroundings

SECRET = "hunter2"  # noqa: S105
FILE = f"""
slot: 30s
rules: [one, two]
prometheus_headers: {{X-Scope-OrgID: {SECRET}}}
webhooks: [{{name: chat, url: 'https://chat.example/{SECRET}', token: {SECRET}}}]
sources: {{far: {{url: 'https://me:{SECRET}@far.example', password: {SECRET}, concurrency: 2}}}}
"""


def told(folder: Path, *arguments: str, **settings: str) -> str:
    """What the command prints, in a folder with a settings file."""
    (folder / "slowatch.yaml").write_text(FILE)
    done = subprocess.run(
        [*RUN, "config", *arguments],
        cwd=folder,
        env=surroundings(**settings),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr == ""
    return done.stdout


def test_every_setting_is_printed_as_a_file_has_it(tmp_path: Path) -> None:
    """YAML that can be read back, with where each came from behind it."""
    text = told(tmp_path, retention="20d", prometheus_bearer_token=SECRET)
    values = yaml.safe_load(text)
    assert list(values) == list(Settings.model_fields)
    assert (values["slot"], values["retention"], values["rules"]) == ("30s", "20d", ["one", "two"])
    origins = dict(line.split("  # ") for line in text.splitlines())
    by_name = {text.split(":")[0]: origin for text, origin in origins.items()}
    assert by_name["slot"] == "slowatch.yaml"
    assert by_name["retention"] == "SLOWATCH_RETENTION"
    assert by_name["listen"] == "default"


@pytest.mark.parametrize("arguments", [[], ["--json"]])
def test_no_secret_is_printed(tmp_path: Path, arguments: list[str]) -> None:
    """Neither in an address nor in a list."""
    text = told(
        tmp_path,
        *arguments,
        prometheus_url=f"http://me:{SECRET}@prometheus:9090",
        prometheus_password=SECRET,
        state=f"postgresql://me:{SECRET}@db/slo",
        alertmanagers=f"http://me:{SECRET}@alerts:9093",
    )
    assert SECRET not in text
    assert "prometheus:9090" in text
    assert "far.example" in text


def test_a_program_gets_values_and_origins(tmp_path: Path) -> None:
    """Of each setting."""
    found = json.loads(told(tmp_path, "--json"))
    assert found["slot"] == {"value": "30s", "from": "slowatch.yaml"}
    assert found["sources"]["value"]["far"]["concurrency"] == 2


def test_bad_settings_are_told_like_everywhere(tmp_path: Path) -> None:
    """In a line, with exit code 2."""
    done = subprocess.run(
        [*RUN, "config"],
        cwd=tmp_path,
        env=surroundings(slot="7s"),
        capture_output=True,
        text=True,
    )
    assert done.returncode == 2
    assert done.stderr.startswith("slowatch: SLOWATCH_SLOT: ")
