"""`slowatch render-rules` and `render-tests`: specs in, text out, whole or not at all."""

import re
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from slowatch.cli.configured import configured
from slowatch.cli.durations import seconds_of
from slowatch.cli.failing import CannotRun, tell
from slowatch.cli.writing import write_whole
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import Reading, read_paths

if TYPE_CHECKING:
    from slowatch.app.settings import Settings
    from slowatch.render.groups import Manner
    from slowatch.render.rule import RuleGroup

T = TypeVar("T", bound=str)
Source = Literal["prometheus", "slowatch"]
PROBLEMS = 1
_USUAL_SCRAPE_S = 15
_LONGEST_SCRAPE_S = 300
_RESOURCE_NAME = re.compile(r"[a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?")


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is asked for on the command line, as it stands there."""

    paths: Sequence[Path]
    form: str
    source: str
    output: Path | None
    name: str
    namespace: str | None
    labels: Sequence[str]
    scrape_interval: str | None
    external_url: str | None
    keep_going: bool
    config: Path | None
    of: str | None = None


def render_rules(wanted: Wanted) -> int:
    """Write rules; 0, or 1 where specs have problems. Raises CannotRun."""
    from slowatch.render.formats import FORMATS, Metadata, rules_text

    form = one_of(wanted.form, FORMATS, "format")
    source = one_of(wanted.source, get_args(Source), "source")
    settings = configured(wanted.config, external_url=wanted.external_url)
    labels = dict(_label(text) for text in wanted.labels)
    paths = wanted.paths or settings.rules
    slos, code = _usable(paths, wanted.of, keep_going=wanted.keep_going)
    if slos:
        groups = rule_groups_of(slos, source, manner_of(settings, wanted.scrape_interval))
        metadata = Metadata(
            _resource_name(wanted.name, "--name"),
            wanted.namespace and _resource_name(wanted.namespace, "--namespace"),
            labels,
        )
        write_whole(rules_text(groups, form, metadata), wanted.output)
    return code


def render_tests(
    paths: Sequence[Path],
    rules_file: str,
    output: Path | None,
    *,
    scrape_interval: str | None,
    config: Path | None,
    of: str | None,
) -> int:
    """Write unit tests of the rules of the same specs; 0, or 1 where specs have problems."""
    from slowatch.render.unit_tests import tests_text

    settings = configured(config)
    slos = all_usable(paths or settings.rules, of)
    if slos:
        manner = manner_of(settings, scrape_interval)
        write_whole(tests_text(slos, rules_file, manner), output)
    return 0 if slos else PROBLEMS


def rule_groups_of(
    slos: Sequence[CompiledSlo], source: Source, manner: "Manner"
) -> "tuple[RuleGroup, ...]":
    """Groups of rules over a source; what rules cannot do is told."""
    from slowatch.render.groups import notes, rule_groups
    from slowatch.render.over_daemon import daemon_groups

    if not manner.with_alerts:
        tell("`alerting` is not `rules`: alert rules are left out, so that nobody is paged twice")
    if source == "slowatch":
        return daemon_groups(slos, manner)
    for sentence in notes(slos):
        tell(sentence)
    return rule_groups(slos, manner)


def manner_of(settings: "Settings", scrape_interval: str | None) -> "Manner":
    """How rules are rendered, by the settings and the option's text. Raises CannotRun."""
    from slowatch.render.groups import Manner

    given = seconds_of(scrape_interval)
    scrape_s = (settings.scrape_interval or _USUAL_SCRAPE_S) if given is None else given
    if not (scrape_s == int(scrape_s) and 1 <= scrape_s <= _LONGEST_SCRAPE_S):
        raise CannotRun("--scrape-interval: write whole seconds from 1s to 5m")
    return Manner(
        scrape_s=int(scrape_s),
        with_alerts=settings.alerting == "rules",
        external_url=settings.external_url,
    )


def _usable(
    paths: Sequence[Path], of: str | None, *, keep_going: bool
) -> tuple[Sequence[CompiledSlo], int]:
    """The SLOs to render, none where any has a problem: half a rule file is worse than an old."""
    reading = _told(paths)
    if not reading.problems:
        return _asked_of(of, reading.slos), 0
    if keep_going and reading.slos:
        return _asked_of(of, reading.slos), PROBLEMS
    tell("nothing is written; --keep-going renders the SLOs without problems")
    return (), PROBLEMS


def all_usable(paths: Sequence[Path], of: str | None = None) -> Sequence[CompiledSlo]:
    """All SLOs to render, or those `of` a source; none where any has a problem, which is told.

    Raises CannotRun.
    """
    reading = _told(paths)
    if not reading.problems:
        return _asked_of(of, reading.slos)
    tell("nothing is written")
    return ()


def _asked_of(source: str | None, slos: Sequence[CompiledSlo]) -> Sequence[CompiledSlo]:
    """The SLOs of a source, or all. Raises CannotRun where there is none."""
    found = [slo for slo in slos if source in (None, slo.source)]
    if not found:
        there = ", ".join(sorted({slo.source for slo in slos}))
        raise CannotRun(f"--of {source}: no SLO is asked of it; there are SLOs of {there}")
    return found


def _told(paths: Sequence[Path]) -> Reading:
    """What spec files hold, their problems told."""
    reading = read_paths(paths)
    for problem in reading.problems:
        sys.stderr.write(f"{problem}\n")
    if not (reading.problems or reading.slos):
        raise CannotRun("there is no SLO to render")
    return reading


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise CannotRun(f"--label {text!r} is no label: write it like release=monitoring")
    return name, value


def _resource_name(text: str, option: str) -> str:
    if not _RESOURCE_NAME.fullmatch(text):
        raise CannotRun(f"{option} {text!r}: take small letters, digits and `-`, as in slo-rules")
    return text


def one_of(text: str, known: tuple[T, ...], what: str) -> T:
    """What is asked for by its name. Raises CannotRun where there is no such thing."""
    for one in known:
        if one == text:
            return one
    raise CannotRun(f"there is no {what} {text!r}; take one of {', '.join(known)}")
