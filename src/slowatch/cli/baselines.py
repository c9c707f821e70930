"""`--baseline`: what the command line has a run compared with, instead of what its spec says."""

import time
from dataclasses import replace
from typing import TYPE_CHECKING

from slowatch.cli.durations import moment_of, seconds_of
from slowatch.cli.failing import CannotRun
from slowatch.slo.slot import Span

if TYPE_CHECKING:
    from slowatch.spec.compiled_runs import Baseline, Check, CompiledRun, SpanBaseline

_HOW = "write a run's name or id, last:5, offset:1d, or two moments, T/T"
_DIGITS = 18
"""More of them are no id of a ledger."""


def against(text: str | None, run: "CompiledRun") -> "tuple[CompiledRun, Baseline | None]":
    """The run, and the baseline that all its changes have instead of their own. Raises CannotRun.

    `last:5` means the last five of each change's own baseline, so that it is in the run already.
    """
    if text is None:
        return run, None
    kind, _, count = text.partition(":")
    if kind != "last":
        return run, baseline_of(text, run)
    if not _is_number(count) or int(count) == 0:
        raise CannotRun(f"--baseline {text}: write how many runs, such as last:5")
    checks = tuple(_over_last(int(count), check, run) for check in run.checks)
    return replace(run, checks=checks), None


def baseline_of(text: str, run: "CompiledRun") -> "Baseline":
    """The baseline that a text names. Raises CannotRun.

    A run's name or id, `offset:1d`, or two moments such as `T/T`.
    """
    from slowatch.spec.compiled_runs import OffsetBaseline, RunBaseline, StoredBaseline

    kind, _, rest = text.partition(":")
    if _is_number(text):
        return StoredBaseline(int(text))
    if kind == "offset":
        offset_s = round(seconds_of(rest) or 0)
        if offset_s < 1:
            raise CannotRun(f"--baseline {text}: that is the run itself")
        return OffsetBaseline(offset_s)
    if "/" in text:
        return _named_by_service(text, run) or _between(text)
    if not text:
        raise CannotRun(f"--baseline: {_HOW}")
    return RunBaseline(text)


def check_apart(baseline: "Baseline | None", span: Span) -> None:
    """Check that a run is not compared with a part of itself; `span` is when it was.

    Raises CannotRun.
    """
    from slowatch.spec.compiled_runs import OffsetBaseline, SpanBaseline

    match baseline:
        case OffsetBaseline(offset_s) if offset_s < span.length_s:
            told = f"offset:{offset_s}s is shorter than the run, which lasted {span.length_s} s"
            raise CannotRun(f"--baseline: {told}: it would be compared with itself")
        case SpanBaseline(start_s, end_s) if span.overlaps(Span(start_s, end_s)):
            raise CannotRun("--baseline: the two moments overlap the run: that is no earlier one")


def _over_last(count: int, check: "Check", run: "CompiledRun") -> "Check":
    from slowatch.spec.compiled_runs import Change, PhaseBaseline, Recovery, RunBaseline

    own = check.baseline
    if isinstance(own, PhaseBaseline) or not isinstance(check.bound, Change | Recovery):
        return check
    name = own.run if isinstance(own, RunBaseline) else run.name
    return replace(check, baseline=RunBaseline(name, count))


def _named_by_service(text: str, run: "CompiledRun") -> "Baseline | None":
    """The baseline that `SERVICE/RUN` names; None where moments are meant. Raises CannotRun."""
    from slowatch.spec.compiled_runs import RunBaseline

    service, _, name = text.partition("/")
    if _is_moment(service) or _is_moment(name) or not (service and name):
        return None
    if service != run.service:
        of = f"`{run.service}`" if run.service else "several services"
        raise CannotRun(
            f"--baseline {text}: a name means a run of the same service, and this run is of {of}; "
            "name one of another service by its id, as `slowatch runs` lists it"
        )
    return RunBaseline(name)


def _between(text: str) -> "SpanBaseline":
    from slowatch.spec.compiled_runs import SpanBaseline

    start, _, end = text.partition("/")
    start_s, end_s = moment_of(start, "--baseline"), moment_of(end, "--baseline")
    if not int(start_s) < int(end_s):
        raise CannotRun(f"--baseline {text}: it ends before it starts")
    if end_s > time.time():
        raise CannotRun(f"--baseline {text}: it ends in the future")
    return SpanBaseline(int(start_s), int(end_s))


def _is_moment(text: str) -> bool:
    try:
        moment_of(text)
    except CannotRun:
        return False
    return True


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) <= _DIGITS
