"""`slowatch publish`: rules and dashboards where Prometheus and Grafana pick them up."""

import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, get_args

from slowatch.cli.configured import configured
from slowatch.cli.failing import COULD_NOT_RUN, CannotRun, tell
from slowatch.cli.published import publish_into
from slowatch.cli.reloading import server_at, why_not_reloaded
from slowatch.cli.rendering import PROBLEMS, Source, all_usable, manner_of, one_of, rule_groups_of
from slowatch.cli.sidecar import Sidecar
from slowatch.spec.rereading import SpecFiles

if TYPE_CHECKING:
    from slowatch.dashboards.subject import Addresses
    from slowatch.render.groups import Manner
    from slowatch.source.connection import Connection
    from slowatch.spec.compiled import CompiledSlo

LOOK_EVERY_S = 2.0
"""How often a sidecar looks where `rules_poll` says never: to look is all that it does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for on the command line, as it stands there."""

    paths: Sequence[Path]
    rules_dir: Path | None
    dashboards_dir: Path | None
    source: str
    reload: Sequence[str]
    scrape_interval: str | None
    config: Path | None
    of: str | None = None


@dataclass(frozen=True, slots=True)
class _Job:
    """From which specs, in which manner, and where to."""

    paths: Sequence[Path]
    source: Source
    manner: "Manner"
    addresses: "Addresses"
    rules_dir: Path | None
    dashboards_dir: Path | None
    look_every_s: float
    of: str | None


def publish(wanted: Wanted, *, watch: bool) -> int:
    """Publish, once or whenever specs change; 0, 1 where specs have problems, 2 without a reload.

    Raises CannotRun.
    """
    job = _job(wanted)
    servers = [server_at(url) for url in wanted.reload]
    if not watch:
        return _once(job, servers)
    sidecar = Sidecar(partial(_publish, job), SpecFiles(job.paths), servers)
    sidecar.run(every_s=job.look_every_s)
    return 0


def _job(wanted: Wanted) -> _Job:
    from slowatch.dashboards.subject import Addresses

    if not (wanted.rules_dir or wanted.dashboards_dir):
        raise CannotRun(
            "there is nowhere to publish to: give --rules-dir, --dashboards-dir or both"
        )
    settings = configured(wanted.config)
    return _Job(
        paths=wanted.paths or settings.rules,
        source=one_of(wanted.source, get_args(Source), "source"),
        manner=manner_of(settings, wanted.scrape_interval),
        addresses=Addresses(settings.external_url, settings.prometheus_link),
        rules_dir=wanted.rules_dir,
        dashboards_dir=wanted.dashboards_dir,
        look_every_s=settings.rules_poll or LOOK_EVERY_S,
        of=wanted.of,
    )


def _once(job: _Job, servers: Sequence["Connection"]) -> int:
    if _publish(job) is None:
        return PROBLEMS
    failed = [why for server in servers if (why := why_not_reloaded(server))]
    for why in failed:
        tell(why)
    return COULD_NOT_RUN if failed else 0


def _publish(job: _Job) -> bool | None:
    """Whether a file changed; None where specs have problems, which are told, and nothing does."""
    slos = all_usable(job.paths, job.of)
    if not slos:
        return None
    # All is rendered before anything is replaced.
    folders = list(_rendered(job, slos))
    published = [publish_into(folder, files) for folder, files in folders]
    sys.stdout.writelines(f"{one}\n" for one in published)
    sys.stdout.flush()
    return any(one.is_changed for one in published)


def _rendered(job: _Job, slos: Sequence["CompiledSlo"]) -> Iterator[tuple[Path, Mapping[str, str]]]:
    """Texts by file name, for each folder; a rule file for each service."""
    if job.rules_dir:
        from slowatch.render.formats import rules_text

        groups = rule_groups_of(slos, job.source, job.manner)
        yield job.rules_dir, {f"{one.name}.yml": rules_text([one], "prometheus") for one in groups}
    if job.dashboards_dir:
        from slowatch.dashboards.dashboard import json_text
        from slowatch.dashboards.rendering import documents

        found = documents(slos, job.source, job.addresses)
        yield job.dashboards_dir, {name: json_text(one) for name, one in found.items()}
