"""Writes docs/settings.md and docs/cli.md from the code; `--check` only compares."""

import argparse
import sys
import typing
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from pydantic.fields import FieldInfo
from typer import Typer
from typer.testing import CliRunner

from slowatch.app.settings import PREFIX, Settings
from slowatch.app.values import Seconds, WholeSeconds
from slowatch.cli.main import app
from slowatch.spec.units import duration_text

DOCS = Path(__file__).parents[1] / "docs"


def _commands(of: Typer, *before: str) -> Iterator[tuple[str, ...]]:
    """What each command is called with, and what those below it are."""
    for one in of.registered_commands:
        if one.callback:
            yield (*before, one.name or one.callback.__name__)
    for group in of.registered_groups:
        if group.typer_instance and group.name:
            yield (*before, group.name)
            yield from _commands(group.typer_instance, *before, group.name)


COMMANDS = tuple(_commands(app))
FLAGS = {
    "prometheus_url": "--prometheus",
    "rules": "--rules",
    "state": "--state",
    "listen": "--listen",
    "slot": "--slot",
    "scrape_interval": "--scrape-interval",
}
GENERATED = "<!-- Written by `make docs`; what it says stands in the code. -->"
SETTINGS = f"""{GENERATED}
# Settings

A setting comes from a flag, else from its variable, else from `slowatch.yaml` in the working folder
(or the file that `--config` names), else it has its default. In the file a setting has the name of
the first column:

```yaml
prometheus_url: http://prometheus:9090
rules: [rules/, /etc/slowatch/extra.yaml]
slot: 60s
prometheus_headers: {{X-Scope-OrgID: team-a}}
```

Durations are written like `30s`, `5m` or `90d`. A name that does not exist is refused in the file
and warned of as a variable, with the nearest that does. A secret need not stand in the environment:
`…_file` names a file that holds it. No secret is ever logged or answered.
"""
CLI = f"""{GENERATED}
# Commands

| exit code | means |
|---|---|
| 0 | done; for `validate`: nothing is wrong |
| 1 | `validate` found problems, a target did not take `notify-test`'s alert, or the demo failed |
| 2 | it could not run: arguments, settings, ledger, Prometheus, Grafana; why is said in a line |
| 130 | interrupted by Ctrl-C (`run` and `demo` end with 0: that is how they are ended) |

`slowatch verify` has its own: 0 passed or warned, 1 failed (or warned, with `--strict`), 2 nothing
could be shown, 3 it could not be verified.

With `SLOWATCH_DEBUG=1` an error shows where it was raised.
"""


def settings_page() -> str:
    """docs/settings.md."""
    rows = [_row(name, field) for name, field in Settings.model_fields.items()]
    head = [
        "| setting | variable | flag | default | example | means |",
        "|---|---|---|---|---|---|",
    ]
    return SETTINGS + "\n" + "\n".join([*head, *rows]) + "\n"


def cli_page() -> str:
    """docs/cli.md."""
    width = {"COLUMNS": "100", "TERMINAL_WIDTH": "100"}
    parts = [CLI]
    for command in ((), *COMMANDS):
        told = CliRunner().invoke(app, [*command, "--help"], env=width)
        title = " ".join(("slowatch", *command))
        usage = told.stdout.strip().replace("Usage: root", "Usage: slowatch")
        parts.append(f"## {title}\n\n```text\n{_stripped(usage)}\n```\n")
    return "\n".join(parts)


def main() -> int:
    """Write the pages, or say which are out of date."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    pages: Mapping[str, Callable[[], str]] = {"settings.md": settings_page, "cli.md": cli_page}
    stale = []
    for name, page in pages.items():
        path, text = DOCS / name, page()
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            stale.append(name)
            if not check:
                path.write_text(text, encoding="utf-8")
    if check and stale:
        sys.stderr.write(f"out of date: {', '.join(stale)}; run `make docs`\n")
        return 1
    return 0


def _row(name: str, field: FieldInfo) -> str:
    flag = f"`{FLAGS[name]}`" if name in FLAGS else ""
    means = (field.description or "").replace("|", "\\|")
    example = f"`{(field.examples or [''])[0]}`"
    names = (f"`{name}`", f"`{PREFIX}{name.upper()}`", flag)
    cells = (*names, _default(name, field), example, means)
    return f"| {' | '.join(cells)} |"


def _default(name: str, field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True, validated_data={})
    if value is None or value in ({}, ()):
        return ""
    if isinstance(value, tuple):
        return "`" + ":".join(map(str, value)) + "`"
    hint = typing.get_type_hints(Settings, include_extras=True)[name]
    return f"`{duration_text(value)}`" if hint in (Seconds, WholeSeconds) else f"`{value}`"


def _stripped(text: str) -> str:
    return "\n".join(line.rstrip() for line in text.splitlines())


if __name__ == "__main__":
    sys.exit(main())
