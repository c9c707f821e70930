"""The numbers on top of an SLO's row: where it stands now."""

from collections.abc import Iterator

from slowatch.dashboards.colours import FINE, SERIOUS, SPENT, WARNING, state_words, thresholds
from slowatch.dashboards.panels import Drawn, Manner, Query, Words, stat
from slowatch.dashboards.subject import Subject
from slowatch.slo.burn import PRESENT
from slowatch.slo.slot import DAY_S

_ENOUGH_COVERAGE = 0.9


def tiles(subject: Subject) -> Iterator[Drawn]:
    """State and objective; and what concerns the window, where that is known."""
    yield _state(subject)
    yield _objective(subject)
    if subject.has_window:
        yield _compliance(subject)
        yield _remaining(subject)
        if subject.slo.objective.budget_ratio:  # else there is none, and nothing that could last
            yield _lasts(subject)
        yield _coverage(subject)


def _state(subject: Subject) -> Drawn:
    words = Words(
        "state",
        "State",
        f"{subject.promise} exhausted: nothing of the budget is left. page, ticket: the budget "
        "burns too fast, or the SLO has broken its own bound. no data: nothing was measured in "
        "the last minutes.",
        "short",
    )
    manner = Manner(words=state_words(), links=tuple(subject.links()))
    return stat(words, [Query(subject.figures.ranks(subject.scope))], manner)


def _objective(subject: Subject) -> Drawn:
    words = Words(
        "objective",
        "Objective",
        f"The share of good events that is promised over {subject.window}.",
        "percentunit",
        decimals=subject.digits,
    )
    return stat(words, [subject.worst("max", subject.figures.objective)])


def _compliance(subject: Subject) -> Drawn:
    words = Words(
        "compliance",
        f"Compliance{subject.of_worst}",
        f"The share of good events over the last {subject.window}. Below the objective the promise "
        "is broken.",
        "percentunit",
        decimals=subject.digits + 2,
    )
    return stat(words, [subject.worst("min", subject.figures.compliance)], Manner(subject.kept))


def _remaining(subject: Subject) -> Drawn:
    words = Words(
        "remaining",
        f"Error budget left{subject.of_worst}",
        "What is left of the events that may be bad over the window: 100 % untouched, 0 % used up, "
        "below that overspent.",
        "percentunit",
        decimals=1,
    )
    return stat(words, [subject.worst("min", subject.figures.remaining)], Manner(subject.left))


def _lasts(subject: Subject) -> Drawn:
    words = Words(
        "lasts",
        f"Budget lasts{subject.of_worst}",
        "How long until the budget is used up, at the burn of the last hour; the whole window "
        "where that burns no faster than it may. Without a burn rate there is nothing to tell, but "
        "for a budget that is used up.",
        "dtdurations",
        decimals=1,
    )
    window_s = subject.slo.window.nominal_length_s
    left = subject.per_group("min", subject.figures.remaining)
    burn = subject.per_group("max", subject.figures.burn_rate, f'look_back="{PRESENT}"')
    ends = f"clamp_min({left}, 0) * {window_s} / ({burn} > 1)"
    lasts = f"{window_s} * ({left} > bool 0) and ({burn} <= 1)"
    spent = f"0 * ({left} <= 0)"
    colours = thresholds(SPENT, [(1, SERIOUS), (DAY_S, WARNING), (3 * DAY_S, FINE)])
    return stat(words, [Query(f"min(\n  {ends}\n  or {lasts}\n  or {spent}\n)")], Manner(colours))


def _coverage(subject: Subject) -> Drawn:
    words = Words(
        "coverage",
        f"Coverage{subject.of_worst}",
        f"How much of the last {subject.window} was measured. All other numbers are about that "
        "part only.",
        "percentunit",
        decimals=1,
    )
    colours = thresholds(WARNING, [(_ENOUGH_COVERAGE, FINE)])
    return stat(words, [subject.worst("min", subject.figures.coverage)], Manner(colours))
