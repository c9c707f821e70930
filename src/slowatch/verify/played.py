"""A run as it was played: when, in which phases, by how many users, and at what scale."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from slowatch.slo.slot import Span
from slowatch.spec.compiled_runs import CompiledRun, Recovery
from slowatch.verify.result import PlayedPhase

AROUND_S = 60
"""How far from a run a mark of it may be: clocks differ, and ends are told late."""


@dataclass(frozen=True, slots=True)
class Mark:
    """At a moment, the phase that went on from then, and how many users there were."""

    at_s: float
    phase: str = "load"
    users: int | None = None


@dataclass(frozen=True, slots=True)
class Played:
    """A stretch of time under load, in whole seconds since the epoch.

    `scale` is the factor on users and rates that it was played at, `time_scale` that on lengths.
    Where nothing else happened around it, it is `isolated`: all that is scraped up to one scrape
    after its end belongs to it. `command` is what was run, where slowatch ran it.
    """

    span: Span
    phases: tuple[PlayedPhase, ...] = ()
    users: int | None = None
    scale: float = 1.0
    time_scale: float = 1.0
    is_isolated: bool = False
    command: tuple[str, ...] = field(default=())
    exit_code: int | None = None

    def judged_span(self, run: CompiledRun) -> Span:
        """The run without warm-up and cool-down; empty where nothing is left."""
        start_s = self.span.start_s + round(run.warm_up_s * self.time_scale)
        end_s = self.span.end_s - round(run.cool_down_s * self.time_scale)
        return Span(start_s, end_s) if end_s > start_s else Span(self.span.end_s, self.span.end_s)

    def with_phases_of(self, run: CompiledRun) -> "Played":
        """The same, with the phases that a declared run has where none were marked."""
        if self.phases or not run.phases:
            return self
        phases, at_s = [], float(self.span.start_s)
        for phase in run.phases:
            start_s, at_s = at_s, at_s + phase.length_s * self.time_scale
            end_s = min(round(at_s), self.span.end_s)
            phases.append(PlayedPhase(phase.name, Span(min(round(start_s), end_s), end_s)))
        last = phases[-1]
        phases[-1] = replace(last, span=Span(last.span.start_s, self.span.end_s))
        return replace(self, phases=tuple(phases))

    def phase(self, name: str) -> PlayedPhase | None:
        """A phase by its name; None where it was not played."""
        return next((phase for phase in self.phases if phase.name == name), None)


def clock_start_s(bound: Recovery, phases: Sequence[PlayedPhase], span: Span) -> int | None:
    """When the clock of a recovery starts: at the end of a phase, else at the start of the run.

    None where its phase was not played.
    """
    if bound.after is None:
        return phases[0].span.end_s if len(phases) > 1 else span.start_s
    return next((phase.span.end_s for phase in phases if phase.name == bound.after), None)


def within(marks: Sequence[Mark], span: Span) -> list[Mark]:
    """The marks of a run, oldest first: those in it, or within a minute around it."""
    near = (m for m in marks if span.start_s - AROUND_S <= m.at_s <= span.end_s + AROUND_S)
    return sorted(near, key=lambda mark: mark.at_s)


def phases_of(marks: Sequence[Mark], span: Span) -> tuple[PlayedPhase, ...]:
    """The phases that a run's marks tell of, cut to it; a phase lasts until another one begins.

    Its users are those of its last mark that tells of any.
    """
    found: list[PlayedPhase] = []
    for mark in within(marks, span):
        at_s = min(max(round(mark.at_s), span.start_s), span.end_s)
        if found and found[-1].name == mark.phase:
            users = found[-1].users if mark.users is None else mark.users
            found[-1] = replace(found[-1], users=users)
            continue
        if found:
            found[-1] = replace(found[-1], span=Span(found[-1].span.start_s, at_s))
        start_s = at_s if found else span.start_s
        found.append(PlayedPhase(mark.phase, Span(start_s, span.end_s), mark.users))
    return tuple(replace(one, usual_users=usual_users(marks, one.span)) for one in found)


def usual_users(marks: Sequence[Mark], span: Span) -> int | None:
    """As many users as there were for at least half of a span; None where nobody tells."""
    told = [mark for mark in sorted(marks, key=lambda one: one.at_s) if mark.users is not None]
    ends = [*(mark.at_s for mark in told[1:]), float(span.end_s)]
    lasted: dict[int, float] = {}
    for mark, end_s in zip(told, ends, strict=False):
        seconds = min(end_s, span.end_s) - max(mark.at_s, span.start_s)
        if mark.users is not None and seconds > 0:
            lasted[mark.users] = lasted.get(mark.users, 0.0) + seconds
    left_s = sum(lasted.values()) / 2
    for users in sorted(lasted, reverse=True):
        left_s -= lasted[users]
        if left_s <= 0:
            return users
    return None


def most_users(marks: Sequence[Mark], span: Span) -> int | None:
    """The most users that were there at once in a run; None where no mark of it tells of any."""
    told = (mark.users for mark in within(marks, span))
    return max((users for users in told if users is not None), default=None)
