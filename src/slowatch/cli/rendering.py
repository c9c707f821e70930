"""`slowatch render-rules` and `render-tests`: specs in, text out, whole or not at all."""

import os
import sys
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import TYPE_CHECKING, Literal, TypeVar, get_args

from slowatch.cli.configured import configured
from slowatch.cli.durations import seconds_of
from slowatch.cli.failing import CannotRun
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import read_paths

if TYPE_CHECKING:
    from slowatch.app.settings import Settings
    from slowatch.render.groups import Manner
    from slowatch.render.rule import RuleGroup

T = TypeVar("T", bound=str)
Source = Literal["prometheus", "slowatch"]
PROBLEMS = 1
_USUAL_SCRAPE_S = 15
_LONGEST_SCRAPE_S = 300
_OPEN_TO_ALL = 0o666


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


def render_rules(wanted: Wanted) -> int:
    """Write rules; 0, or 1 where specs have problems. Raises CannotRun."""
    from slowatch.render.formats import FORMATS, Metadata, rules_text

    form = _one_of(wanted.form, FORMATS, "format")
    source = _one_of(wanted.source, get_args(Source), "source")
    settings = configured(wanted.config, external_url=wanted.external_url)
    labels = dict(_label(text) for text in wanted.labels)
    slos, code = _usable(wanted.paths or settings.rules, keep_going=wanted.keep_going)
    if slos:
        groups = _groups(slos, source, _manner(settings, wanted.scrape_interval))
        metadata = Metadata(wanted.name, wanted.namespace, labels)
        _write(rules_text(groups, form, metadata), wanted.output)
    return code


def render_tests(
    paths: Sequence[Path],
    rules_file: str,
    output: Path | None,
    *,
    scrape_interval: str | None,
    config: Path | None,
) -> int:
    """Write unit tests of the rules of the same specs; 0, or 1 where specs have problems."""
    from slowatch.render.unit_tests import tests_text

    settings = configured(config)
    slos, code = _usable(paths or settings.rules, keep_going=False)
    if slos:
        manner = _manner(settings, scrape_interval)
        _write(tests_text(slos, rules_file, manner), output)
    return code


def _groups(
    slos: Sequence[CompiledSlo], source: Source, manner: "Manner"
) -> "tuple[RuleGroup, ...]":
    from slowatch.render.groups import notes, rule_groups
    from slowatch.render.over_daemon import daemon_groups

    if not manner.with_alerts:
        _tell("`alerting` is not `rules`: alert rules are left out, so that nobody is paged twice")
    if source == "slowatch":
        return daemon_groups(slos, manner)
    for sentence in notes(slos):
        _tell(sentence)
    return rule_groups(slos, manner)


def _manner(settings: "Settings", scrape_interval: str | None) -> "Manner":
    from slowatch.render.groups import Manner

    scrape_s = seconds_of(scrape_interval) or settings.scrape_interval or _USUAL_SCRAPE_S
    if not (scrape_s == int(scrape_s) and 1 <= scrape_s <= _LONGEST_SCRAPE_S):
        raise CannotRun("--scrape-interval: write whole seconds from 1s to 5m")
    return Manner(
        scrape_s=int(scrape_s),
        with_alerts=settings.alerting == "rules",
        external_url=settings.external_url,
    )


def _usable(paths: Sequence[Path], *, keep_going: bool) -> tuple[Sequence[CompiledSlo], int]:
    """The SLOs to render, none where any has a problem: half a rule file is worse than an old."""
    reading = read_paths(paths)
    for problem in reading.problems:
        sys.stderr.write(f"{problem}\n")
    if not reading.problems:
        if not reading.slos:
            raise CannotRun("there is no SLO to render")
        return reading.slos, 0
    if keep_going and reading.slos:
        return reading.slos, PROBLEMS
    _tell("nothing is written; --keep-going renders the SLOs without problems")
    return (), PROBLEMS


def _write(text: str, output: Path | None) -> None:
    """To standard output, or to a file that is whole at any moment."""
    if output is None:
        sys.stdout.write(text)
        return
    target = output.resolve()
    if target.exists() and not target.is_file():
        target.write_text(text, encoding="utf-8")
        return
    with NamedTemporaryFile(
        "w", encoding="utf-8", dir=target.parent, prefix=f".{target.name}.", delete=False
    ) as beside:
        try:
            beside.write(text)
            beside.flush()
            os.fchmod(beside.fileno(), _mode(target))
            os.fsync(beside.fileno())
            Path(beside.name).replace(target)
        except BaseException:
            with suppress(OSError):
                Path(beside.name).unlink()
            raise


def _mode(target: Path) -> int:
    """The permissions that a file has, or would be given."""
    with suppress(FileNotFoundError):
        return target.stat().st_mode & 0o7777
    mask = os.umask(0)
    os.umask(mask)
    return _OPEN_TO_ALL & ~mask


def _label(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not (name and equals):
        raise CannotRun(f"--label {text!r} is no label: write it like release=monitoring")
    return name, value


def _one_of(text: str, known: tuple[T, ...], what: str) -> T:
    for one in known:
        if one == text:
            return one
    raise CannotRun(f"there is no {what} {text!r}; take one of {', '.join(known)}")


def _tell(sentence: str) -> None:
    sys.stderr.write(f"slowatch: {sentence}\n")
