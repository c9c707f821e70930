"""Validity: whether a run can be judged at all, and what to know of it."""

from collections.abc import Collection, Iterator, Mapping, Sequence

from slowatch.evaluate.told import Group
from slowatch.spec.compiled_runs import Check, CompiledRun
from slowatch.spec.units import duration_text
from slowatch.verify.asked import Subject
from slowatch.verify.measuring import Outcome
from slowatch.verify.played import Played
from slowatch.verify.result import Notice
from slowatch.verify.scraping import Scraped

REACHED = 0.95
"""The share of the declared users and of the declared length that counts as reached."""


def notices(
    run: CompiledRun,
    played: Played,
    found: Mapping[Subject, Scraped],
    outcomes: Mapping[Subject, Outcome],
) -> Iterator[Notice]:
    """What keeps a run from being judged, and what else to know of it."""
    yield from _load(run, played)
    yield from _scraping(found)
    yield from _groups(run.checks, outcomes)
    if played.exit_code:
        command = " ".join(played.command)
        yield Notice(f"`{command}` failed with exit code {played.exit_code}", blocks=True)
    judged = played.judged_span(run)
    if judged.length_s <= 0:
        told = f"{duration_text(played.span.length_s)} long"
        yield Notice(f"the run is {told}, no longer than its warm-up and cool-down", blocks=True)


def _scraping(found: Mapping[Subject, Scraped]) -> Iterator[Notice]:
    """What became of those who were scraped."""
    gone = sorted({job for one in found.values() for job in one.gone})
    if gone:
        named = ", ".join(f"`{job}`" for job in gone)
        text = f"at the end of the run fewer targets of {named} were up than at its start"
        yield Notice(text, blocks=True)
    if any(one.restarts for one in found.values()):
        text = "a process was restarted during the run: its counters began again, and what they"
        yield Notice(f"{text} had counted since the scrape before is lost")
    for selector in sorted({one.unborn for one in found.values() if one.unborn is not None}):
        yield Notice(f"there is no series of `{selector}`, and it counts as nothing: is it right?")


def _groups(checks: Sequence[Check], outcomes: Mapping[Subject, Outcome]) -> Iterator[Notice]:
    """What is not judged since it did nothing, and labels that tell nothing apart."""
    idle: dict[str, list[str]] = {}
    for check in checks:
        outcome = outcomes.get(Subject.of(check))
        if outcome is None or not outcome.groups:
            continue
        for label in unknown_labels(check.by, (*outcome.groups, *outcome.idle)):
            text = f"nothing that `{check.name}` measures has the label `{label}` of its `by`"
            yield Notice(f"{text}: is it right?")
        if outcome.idle:
            idle.setdefault(_where(check.by, outcome.idle), []).append(f"`{check.name}`")
    for where, names in idle.items():
        yield Notice(f"nothing happened where {where}: it is not judged by {', '.join(names)}")


def _where(by: Sequence[str], groups: Sequence[Group]) -> str:
    """The first of some groups, and how many more there are."""
    named = ", ".join(f"{label}={value}" for label, value in zip(by, groups[0], strict=True))
    return named if len(groups) == 1 else f"{named}, and in {len(groups) - 1} more groups"


def unknown_labels(by: Sequence[str], groups: Collection[Group]) -> list[str]:
    """The labels that none of some groups has a value of."""
    known = [any(group[at] for group in groups) for at in range(len(by))]
    return [label for label, is_known in zip(by, known, strict=True) if groups and not is_known]


def _load(run: CompiledRun, played: Played) -> Iterator[Notice]:
    """Whether the declared load was reached."""
    yield from _users(run, played)
    wanted_s = run.length_s * played.time_scale
    if played.span.length_s < REACHED * wanted_s:
        length = duration_text(played.span.length_s)
        text = f"the run lasted {length}, and its load is meant for {duration_text(wanted_s)}"
        yield Notice(text, blocks=True)


def _users(run: CompiledRun, played: Played) -> Iterator[Notice]:
    """Whether there were as many users as declared: at each phase's end, and in its middle."""
    if run.users is None:
        return
    if played.users is None:
        if not run.requires:
            text = f"nobody told whether {run.users * played.scale:g} users were there"
            yield Notice(f"{text}: give `--phases`, or have the run require them")
        return
    longest = max(run.phases, key=lambda phase: phase.length_s)
    for declared in run.phases:
        phase = played.phase(declared.name)
        wanted = (declared.users or 0) * played.scale
        there = played.users if phase is None or phase.users is None else phase.users
        if phase is not None and declared is longest and phase.usual_users is not None:
            there = min(there, phase.usual_users)
        if there < REACHED * wanted:
            named = f" in the phase `{declared.name}`" if len(run.phases) > 1 else ""
            yield Notice(
                f"the load was not reached{named}: {there} users of {wanted:g}", blocks=True
            )
