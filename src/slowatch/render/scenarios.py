"""What happens in a unit test of rules: events, and how many of them bad, minute by minute."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

from slowatch.slo.objective import Objective

Kind = Literal["events", "idle", "absent"]


@dataclass(frozen=True, slots=True)
class Minute:
    """Good and bad events of a minute."""

    good: int
    bad: int


@dataclass(frozen=True, slots=True)
class Phase:
    """Some minutes alike.

    Every `every`-th minute has `events` events; `burn` is their bad share as a multiple of the
    budget. An objective without a budget counts a burn above 1 as one bad event in a thousand.
    """

    minutes: int
    events: int = 600
    burn: Fraction = Fraction(0)
    every: int = 1
    kind: Kind = "events"


@dataclass(frozen=True, slots=True)
class Scenario:
    """A story in phases, from the first minute that is measured on.

    `needs_counts` says that it tells nothing of an SLI that is one event a minute.
    """

    name: str
    phases: tuple[Phase, ...]
    needs_counts: bool = False


EVERYTHING = Fraction(10**9)
WARM_UP = Phase(2)
SCENARIOS = (
    # Enough good events that budgets and long look-backs are not the matter, an hour before the one
    # failure; then the shortest pair alone sees the burn.
    Scenario(
        "quiet service, one failure, a fast burn",
        (
            Phase(2, events=100_000),
            Phase(61, events=1, every=10),
            Phase(1, events=1, burn=EVERYTHING),
            Phase(6, events=1, every=10),
            Phase(8, burn=Fraction(20)),
        ),
        needs_counts=True,
    ),
    Scenario("steady and good", (WARM_UP, Phase(10, burn=Fraction(1, 2)))),
    Scenario("slow burn", (WARM_UP, Phase(12, burn=Fraction(4))), needs_counts=True),
    Scenario("fast burn", (WARM_UP, Phase(17, burn=Fraction(20)))),
    Scenario("full outage", (WARM_UP, Phase(8, burn=EVERYTHING))),
    Scenario("no traffic", (WARM_UP, Phase(15, kind="idle"))),
    Scenario("absent series", (WARM_UP, Phase(19, kind="absent"))),
    Scenario("recovery", (WARM_UP, Phase(5, burn=EVERYTHING), Phase(40))),
)
_LITTLE = Fraction(1, 1000)


def minutes_of(
    scenario: Scenario, objective: Objective, *, is_one_a_minute: bool
) -> Sequence[Minute | None]:
    """The minutes of a scenario for an objective; None where nothing is measured.

    In the first one nothing happens: that is when counting starts. `is_one_a_minute` makes a minute
    with events one event.
    """
    return [Minute(0, 0), *_minutes(scenario, objective, is_one_a_minute=is_one_a_minute)]


def _minutes(
    scenario: Scenario, objective: Objective, *, is_one_a_minute: bool
) -> Iterator[Minute | None]:
    for phase in scenario.phases:
        share = _bad_share(phase.burn, objective)
        happened = 0
        for minute in range(phase.minutes):
            if phase.kind == "absent":
                yield None
                continue
            takes_place = phase.kind == "events" and minute % phase.every == 0
            events = 0 if not takes_place else 1 if is_one_a_minute else phase.events
            # What is not whole yet is bad later, so that shares come out exact.
            bad = int(share * (happened + events)) - int(share * happened)
            happened += events
            yield Minute(events - bad, bad)


def _bad_share(burn: Fraction, objective: Objective) -> Fraction:
    share, of = objective.budget_fraction
    if not share:
        return min(_LITTLE * burn, Fraction(1)) if burn >= 1 else Fraction(0)
    return min(burn * Fraction(share, of), Fraction(1))
