"""`slowatch render-dashboards` and `push-dashboards`: specs in, dashboards out, all or none."""

import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, get_args
from urllib.parse import urlsplit

from slowatch.cli.configured import configured
from slowatch.cli.failing import COULD_NOT_RUN, CannotRun, tell
from slowatch.cli.rendering import PROBLEMS, Source, all_usable, one_of
from slowatch.cli.writing import write_whole

if TYPE_CHECKING:
    from slowatch.dashboards.pushing import Change
    from slowatch.source.connection import Connection

Documents = Mapping[str, Mapping[str, Any]]
_UID = re.compile(r"[A-Za-z0-9_-]{1,40}")
_TIMEOUT_S = 30.0


@dataclass(frozen=True, slots=True)
class Wanted:
    """What dashboards are asked for on the command line, as it stands there."""

    paths: Sequence[Path]
    source: str
    external_url: str | None
    prometheus: str | None
    config: Path | None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class Destination:
    """Where dashboards go."""

    url: str
    folder: str
    token_file: Path | None
    ca_file: Path | None


def render_dashboards(wanted: Wanted, output: Path) -> int:
    """Write dashboards into a folder; 0, or 1 where specs have problems. Raises CannotRun."""
    from slowatch.dashboards.dashboard import json_text

    documents = _documents(wanted)
    if documents is None:
        return PROBLEMS
    if output.exists() and not output.is_dir():
        raise CannotRun(f"-o {output}: this is no folder")
    output.mkdir(parents=True, exist_ok=True)
    for name, document in documents.items():
        write_whole(json_text(document), output / name)
    sys.stdout.write(f"{len(documents)} dashboards in {output}\n")
    for path in sorted(output.glob("service-*.json")):
        if path.name not in documents:
            tell(f"{path} was left: no spec has this service")
    return 0


def push_dashboards(wanted: Wanted, destination: Destination, *, dry_run: bool) -> int:
    """Bring a Grafana in step; 0, or 1 where specs have problems, 2 where it does not take them.

    Raises CannotRun.
    """
    from slowatch.dashboards.grafana import Grafana, GrafanaError
    from slowatch.dashboards.pushing import plan, push

    if not _UID.fullmatch(destination.folder):
        raise CannotRun(
            f"--folder {destination.folder!r}: take up to 40 letters, digits, `-` and `_`"
        )
    documents = _documents(wanted)
    if documents is None:
        return PROBLEMS
    try:
        with Grafana(_connection(destination)) as grafana:
            act = plan if dry_run else push
            _tell(act(grafana, documents, destination.folder), dry_run=dry_run)
    except GrafanaError as why:
        tell(str(why))
        return COULD_NOT_RUN
    return 0


def _documents(wanted: Wanted) -> Documents | None:
    """The dashboards by file name; None where specs have problems, which are told."""
    from slowatch.dashboards.rendering import documents
    from slowatch.dashboards.subject import Addresses

    source = one_of(wanted.source, get_args(Source), "source")
    settings = configured(wanted.config, external_url=wanted.external_url)
    addresses = Addresses(settings.external_url, _link_address(wanted.prometheus))
    slos = all_usable(wanted.paths or settings.rules, wanted.of)
    return documents(slos, source, addresses) if slos else None


def _link_address(text: str | None) -> str | None:
    """An address for links, which everyone may read. Raises CannotRun."""
    if text is None:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname or "@" in parts.netloc:
        raise CannotRun(
            "--prometheus: write where people reach Prometheus, without credentials, such as "
            "https://prometheus.example"
        )
    return text.rstrip("/")


def _connection(destination: Destination) -> "Connection":
    """A token file goes before the variable."""
    from slowatch.app.reading import GRAFANA_TOKEN
    from slowatch.source.connection import Connection

    return Connection(
        url=destination.url,
        bearer_token=None if destination.token_file else os.environ.get(GRAFANA_TOKEN) or None,
        bearer_token_file=destination.token_file,
        ca_file=destination.ca_file,
        timeout_s=_TIMEOUT_S,
    )


def _tell(changes: "Iterable[Change]", *, dry_run: bool) -> None:
    """A line for each dashboard as it comes; before it, in a dry run, what would change in it."""
    for change in changes:
        if dry_run:
            sys.stdout.write(change.diff)
        stays = change.becomes in ("unchanged", "left over")
        would = "would be " if dry_run and not stays else ""
        sys.stdout.write(f"{change.title}: {would}{change.becomes}\n")
        sys.stdout.flush()
