"""The page of one SLO as a value: where it stands, how it went, what it is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlencode

from slowatch.api.filters import Wanted, matches
from slowatch.api.problems import ApiError
from slowatch.api.watching import Watching
from slowatch.evaluate.asked import AskedExpression
from slowatch.evaluate.judging import State, Status
from slowatch.evaluate.trends import shown_span, step_of
from slowatch.evaluate.watch import FULL_RESOLUTION_S
from slowatch.evaluate.wording import duration, group_text
from slowatch.ledger.alert_port import Episode
from slowatch.ledger.port import Gap, Point
from slowatch.page import shown
from slowatch.page.burning import (
    BurnAxis,
    Distance,
    LookBack,
    burn_axis,
    distances,
    rates,
)
from slowatch.page.course import BurnDown, Day, Events, burn_down, calendar, events
from slowatch.page.sentences import sentences
from slowatch.slo.burn import PRESENT, RECENT
from slowatch.slo.figures import burn, compliance, coverage, objective_percent
from slowatch.slo.slot import DAY_S, HOUR_S, Span, floor_to
from slowatch.slo.tally import MICRO, Tally, add_up

MOST_POINTS = 744
"""A month of hours."""
MOST_DAYS = 98
MOST_EPISODES = 20
MOST_GAPS = 10
MOST_GROUPS = 200
HISTORY_S = 90 * DAY_S
"""How far back alerts are told of."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group of the SLO, and where its page is."""

    text: str
    path: str
    state: State
    word: str
    budget: str
    is_shown: bool


@dataclass(frozen=True, slots=True)
class Raised:
    """One time that an alert was raised."""

    name: str
    severity: str
    phase: str
    since: str
    lasted: str
    summary: str


@dataclass(frozen=True, slots=True)
class Missing:
    """A stretch without numbers, and why."""

    span: str
    lasted: str
    reason: str


@dataclass(frozen=True, slots=True)
class Asked:
    """An expression that is asked for each slot, and where people may ask it themselves."""

    says: str
    promql: str
    link: str


@dataclass(frozen=True, slots=True)
class Detail:
    """All that the page of one SLO shows of one of its groups."""

    status: Status
    state: State
    word: str
    name: str
    group: str
    nfr: str
    sentences: Sequence[str]
    facts: Sequence[tuple[str, str, str]]
    groups: Sequence[Group]
    span: str
    step: str
    history: str
    burn_down: BurnDown
    burn: BurnAxis
    events: Events
    weeks: Sequence[Sequence[Day]]
    distances: Sequence[Distance]
    raised: Sequence[Raised]
    missing: Sequence[Missing]
    asked: Sequence[Asked]


def detail(watching: Watching, service: str, name: str, wanted: Wanted) -> Detail:
    """The page of the worst group of an SLO that has the wanted labels.

    Raises ApiError where there is none, LedgerError where its history cannot be read.
    """
    snapshot = watching.snapshot
    every = snapshot.of_slo(service, name)
    if not every:
        raise ApiError(404, f"There is no SLO {service}/{name}.")
    status = next((one for one in every if matches(one, wanted)), None)
    if status is None:
        raise ApiError(404, f"No group of {service}/{name} has these labels.")
    return _detail(_Facts(watching, status, snapshot.slot_s), every)


def _detail(facts: "_Facts", every: Sequence[Status]) -> Detail:
    status, slo = facts.status, facts.status.slo
    rate_of = rates(status, facts.look_back)
    span, step_s, points = facts.span, facts.step_s, facts.points
    prometheus = facts.watching.prometheus_of(slo)
    return Detail(
        status=status,
        state=status.state,
        word=shown.STATE_WORDS[status.state],
        name=slo.name,
        group=group_text(status.group),
        nfr=slo.nfr or "",
        sentences=sentences(status),
        facts=_facts(status),
        groups=_groups(every, status),
        span=shown.stretch(status, span),
        step=shown.length(step_s),
        history=_history(status, span, step_s),
        burn_down=burn_down(status, points, span, step_s),
        burn=burn_axis(status, rate_of, facts.look_back),
        events=events(points, span, slo.objective),
        weeks=facts.weeks(),
        distances=distances(status, rate_of, facts.look_back),
        raised=[_raised(one, status.window.end_s) for one in facts.episodes()],
        missing=[_missing(gap) for gap in facts.gaps()],
        asked=[_asked(one, prometheus) for one in facts.watching.asked(slo)],
    )


class _Facts:
    """What the ledger holds of one status, as far as its page shows it."""

    def __init__(self, watching: Watching, status: Status, slot_s: int) -> None:
        self.watching, self.status = watching, status
        window = status.window
        start_s = max(floor_to(window.start_s, HOUR_S), window.end_s - MOST_DAYS * DAY_S)
        self._hours = watching.history(status, Span(start_s, window.end_s), HOUR_S)
        self.first_s = self._first_start_s(slot_s)
        self.span = shown_span(status, self.first_s, slot_s)
        self.step_s = step_of(self.span, slot_s, FULL_RESOLUTION_S, most=MOST_POINTS)
        self.points: Sequence[Point] = watching.history(status, self.span, self.step_s)
        self._tallies: dict[int, Tally] = {}

    def _first_start_s(self, slot_s: int) -> int:
        """Where the first slot that is known begins; by the hour where it is long ago."""
        if not self._hours:
            return self.status.window.end_s
        hour_s = self._hours[0].start_s
        if self.status.window.end_s - hour_s > FULL_RESOLUTION_S:
            return hour_s
        slots = self.watching.history(self.status, Span(hour_s, hour_s + HOUR_S), slot_s)
        return slots[0].start_s if slots else hour_s

    @property
    def look_back(self) -> LookBack:
        """What the last so many seconds hold; each is read once."""

        def tally(length_s: int) -> Tally:
            if length_s not in self._tallies:
                end_s = self.status.window.end_s
                span = Span(end_s - length_s, end_s)
                points = self.watching.history(self.status, span, length_s)
                self._tallies[length_s] = add_up(point.tally for point in points)
            return self._tallies[length_s]

        return tally

    def weeks(self) -> list[list[Day]]:
        """The days of the window, or those since the first that was measured."""
        since_s = max(self.status.window.start_s, self.first_s)
        return calendar(self.status, self._hours, min(since_s, self.status.window.end_s - 1))

    def episodes(self) -> Sequence[Episode]:
        """The newest alerts of the group, and of its SLO as a whole."""
        since_s = self.status.window.end_s - HISTORY_S
        found = self.watching.episodes_of(self.status.slo.id, since_s, 10 * MOST_EPISODES)
        own = ((), tuple(sorted(self.status.group.items())))
        return [one for one in found if one.key.group in own][:MOST_EPISODES]

    def gaps(self) -> Sequence[Gap]:
        """The newest gaps, newest first."""
        start_s = max(0, min(self.first_s, self.status.window.end_s - HOUR_S))
        span = Span(start_s, self.status.window.end_s)
        return self.watching.gaps(self.status.slo, span)[: -MOST_GAPS - 1 : -1]


def _facts(status: Status) -> list[tuple[str, str, str]]:
    """The numbers of a status: what, how much, and a word to it."""
    slo, budget, tally = status.slo, status.budget, status.tally
    ends = status.exhausts_in_s
    return [
        ("Objective", objective_percent(slo.objective.ratio), shown.window(slo.window)),
        (
            "Compliance",
            compliance(status.compliance_ratio, slo.objective.ratio),
            f"{shown.count(tally.good / MICRO)} of {shown.count(tally.total / MICRO)}",
        ),
        (
            "Budget left",
            shown.left(budget.remaining_ratio),
            f"ends in {duration(ends)}" if ends else "",
        ),
        (
            f"Bad {shown.noun(slo)}",
            shown.count(budget.spent_bad),
            f"of {shown.count(budget.allowed_bad)} allowed",
        ),
        (
            f"Burn rate, {PRESENT}",
            burn(status.burn_rates[PRESENT]),
            f"{RECENT}: {burn(status.burn_rates[RECENT])}",
        ),
        (
            "Coverage",
            coverage(status.coverage_ratio),
            f"{tally.measured:,} slots measured",
        ),
    ]


def _groups(every: Sequence[Status], status: Status) -> list[Group]:
    if len(every) < 2:
        return []
    return [
        Group(
            text=group_text(one.group) or "all",
            path=shown.view_path(one.slo.id, one.group),
            state=one.state,
            word=shown.STATE_WORDS[one.state],
            budget=shown.left(one.budget.remaining_ratio),
            is_shown=one is status,
        )
        for one in every[:MOST_GROUPS]
    ]


def _history(status: Status, span: Span, step_s: int) -> str:
    """Where the numbers of the drawings are, for those who want to draw them again."""
    query = [("from", str(span.start_s)), ("to", str(span.end_s)), ("step", str(step_s))]
    query += [(f"label.{name}", value) for name, value in sorted(status.group.items())]
    return f"slo/{status.slo.id}/history?{urlencode(query)}"


def _raised(episode: Episode, now_s: int) -> Raised:
    state = episode.state
    since_s = state.firing_s or state.pending_s or 0
    over = state.resolved_s
    return Raised(
        name=episode.key.name,
        severity=episode.key.severity,
        phase="resolved" if state.phase in ("resolved", "inactive") else state.phase,
        since=shown.day_and_time(since_s),
        lasted=duration(max(0, (over or now_s) - since_s)),
        summary=episode.annotations.get("summary", ""),
    )


def _missing(gap: Gap) -> Missing:
    since, until = (shown.day_and_time(at_s) for at_s in (gap.span.start_s, gap.span.end_s))
    between = f"{since.removesuffix(' UTC')} to {until}"
    return Missing(between, duration(gap.span.length_s), gap.reason)


def _asked(one: AskedExpression, prometheus: str) -> Asked:
    query = urlencode({"g0.expr": one.promql, "g0.tab": "0", "g0.range_input": "6h"})
    return Asked(one.says, one.promql, f"{prometheus}/graph?{query}")
