"""The overview as a value: all SLOs by service, totals, alerts, and what can be chosen."""

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slowatch.evaluate.alert import Alert, OpenAlerts, alerts_of, open_alerts
from slowatch.evaluate.judging import WORST_FIRST, State, Status
from slowatch.evaluate.snapshot import Snapshot
from slowatch.evaluate.trends import Trend, Trends
from slowatch.evaluate.wording import duration, group_text, named
from slowatch.page import shown
from slowatch.page.asked_for import View, haystack
from slowatch.page.drawing import Line, sparkline, svg_percent
from slowatch.slo.alert_state import SELF
from slowatch.slo.burn import PRESENT, RECENT
from slowatch.slo.figures import (
    burn,
    compliance,
    objective_percent,
)
from slowatch.slo.policy import SEVERITIES, Severity

MOST_VALUES = 50
"""A label with more values than this is no choice, but a search."""
MOST_LABELS = 4


@dataclass(frozen=True, slots=True)
class Row:
    """One SLO or group, as it is shown. `left` is how much of the bar is filled.

    `remaining` and `present_burn` are what it is sorted by: what is not known comes last.
    """

    anchor: str
    path: str
    state: State
    word: str
    service: str
    name: str
    group: str
    nfr: str
    description: str
    reason: str
    objective: str
    compliance: str
    budget: str
    left: str | None
    ends: str
    trend: Line
    trend_text: str
    burn_5m: str
    burn_1h: str
    alerts: tuple[str, ...]
    found_by: str
    remaining: float
    present_burn: float


@dataclass(frozen=True, slots=True)
class Section:
    """A service, its rows and what its heading says."""

    service: str
    counts: Sequence[tuple[State, int]]
    nfrs: Sequence[str]
    rows: Sequence[Row]


@dataclass(frozen=True, slots=True)
class Total:
    """How many are in a state, and the view of them alone."""

    state: State
    word: str
    count: int
    query: str
    is_chosen: bool


@dataclass(frozen=True, slots=True)
class FiringAlert:
    """An alert that fires, and the page of what it is about."""

    name: str
    severity: str
    about: str
    path: str
    since: str
    since_at: str


@dataclass(frozen=True, slots=True)
class Firing:
    """The alerts that fire, pages first, of what a view shows; `others` fire beside it."""

    alerts: Sequence[FiringAlert]
    counts: str
    others: int


@dataclass(frozen=True, slots=True)
class Choice:
    """A filter, the values that it may have, and those that are chosen."""

    name: str
    label: str
    values: Sequence[tuple[str, str]]
    chosen: Sequence[str]


@dataclass(frozen=True, slots=True)
class Overview:
    """All that the overview shows of a snapshot."""

    view: View
    headline: str
    shown: int
    of: int
    totals: Sequence[Total]
    firing: Firing
    choices: Sequence[Choice]
    rows: Sequence[Row]
    sections: Sequence[Section]


def overview(snapshot: Snapshot, trends: Trends, view: View) -> Overview:
    """The overview of a snapshot, as far as a view wants to see it."""
    raised = open_alerts(snapshot.alerts)
    faceted = view.without("state")
    facet = [status for status in snapshot.statuses if faceted.keeps(status)]
    chosen = [status for status in facet if view.keeps(status)]
    rows = _ordered([row(status, trends, raised) for status in chosen], view)
    return Overview(
        view=view,
        headline=headline(Counter(status.state for status in chosen)),
        shown=len(chosen),
        of=len(snapshot.statuses),
        totals=_totals(facet, view),
        firing=_firing(snapshot.alerts, chosen, view),
        choices=list(_choices(snapshot.statuses, view)),
        rows=rows,
        sections=_sections(rows),
    )


def headline(counts: Mapping[State, int]) -> str:
    """The one thing to know: `2 of 89 budgets are used up, 1 is paging`."""
    total = sum(counts.values())
    if total == 0:
        return "Nothing to see here"
    if counts.get("ok", 0) == total:
        return f"All {total} objectives are kept" if total > 1 else "The objective is kept"
    told = {
        "exhausted": ("budgets is used up", "budgets are used up"),
        "page": ("is paging", "are paging"),
        "ticket": ("has a ticket", "have tickets"),
        "no_data": ("is without data", "are without data"),
    }
    parts = [
        f"{count} {one if count == 1 else many}"
        for state, (one, many) in told.items()
        if (count := counts.get(state, 0))  # type: ignore[call-overload]
    ]
    first, *others = parts
    number, _, rest = first.partition(" ")
    return ", ".join([f"{number} of {total} {rest}", *others])


def row(status: Status, trends: Trends, raised: OpenAlerts) -> Row:
    """A status as it is shown."""
    slo, remaining = status.slo, status.budget.remaining_ratio
    trend = trends.of(status)
    present = status.burn_rates[PRESENT]
    firing = filter(_is_firing, alerts_of(status, raised))
    return Row(
        anchor=shown.anchor(status),
        path=shown.view_path(slo.id, status.group),
        state=status.state,
        word=shown.STATE_WORDS[status.state],
        service=slo.service,
        name=slo.name,
        group=group_text(status.group),
        nfr=slo.nfr or "",
        description=slo.description.strip(),
        reason=status.reason or "",
        objective=objective_percent(slo.objective.ratio),
        compliance=compliance(status.compliance_ratio, slo.objective.ratio),
        budget=shown.left(remaining),
        left=None if remaining is None else svg_percent(min(1.0, max(0.0, remaining))),
        ends=duration(status.exhausts_in_s) if status.exhausts_in_s else "",
        trend=sparkline(levels(trend, remaining) if trend else ()),
        trend_text=f"over {shown.stretch(status, trend.span)}" if trend else "",
        burn_5m=burn(status.burn_rates[RECENT]),
        burn_1h=burn(present),
        alerts=tuple(sorted({alert.episode.key.name for alert in firing})),
        found_by=haystack(status),
        remaining=2.0 if remaining is None else remaining,
        present_burn=-1.0 if present is None else present,
    )


def levels(trend: Trend, now: float | None) -> Sequence[float | None]:
    """What was left at each bucket's start and in the end: all where it was first measured."""
    first = next((i for i, left in enumerate(trend.left) if left is not None), None)
    if first is None:
        return ()
    found = [None, *trend.left]
    found[first], found[-1] = 1.0, now
    return found


def _sections(rows: Sequence[Row]) -> Sequence[Section]:
    """By service, in the order in which their first rows come."""
    by_service: dict[str, list[Row]] = defaultdict(list)
    for one in rows:
        by_service[one.service].append(one)
    return [_section(service, some) for service, some in by_service.items()]


def _ordered(rows: Sequence[Row], view: View) -> Sequence[Row]:
    match view.order:
        case "name":
            return sorted(rows, key=lambda one: (one.service, one.name, one.group))
        case "budget":
            return sorted(rows, key=lambda one: one.remaining)
        case "burn":
            return sorted(rows, key=lambda one: -one.present_burn)
        case "worst":
            return rows  # as a snapshot has them


def _section(service: str, rows: Sequence[Row]) -> Section:
    counts = Counter(one.state for one in rows)
    return Section(
        service=service,
        counts=[(state, counts[state]) for state in WORST_FIRST if counts[state]],
        nfrs=sorted({one.nfr for one in rows if one.nfr}),
        rows=rows,
    )


def _totals(facet: Sequence[Status], view: View) -> Sequence[Total]:
    counts = Counter(status.state for status in facet)
    chosen = view.filters.get("state", frozenset())
    return [
        Total(
            state=state,
            word=shown.STATE_WORDS[state],
            count=counts[state],
            query=view.query({"state": None if chosen == {state} else state}),
            is_chosen=state in chosen,
        )
        for state in WORST_FIRST
    ]


def _choices(statuses: Sequence[Status], view: View) -> Iterator[Choice]:
    states = [(state, shown.STATE_WORDS[state]) for state in WORST_FIRST]
    yield _choice("state", "State", states, view)
    services = sorted({status.slo.service for status in statuses})
    yield _choice("service", "Service", [(one, one) for one in services], view)
    labels: dict[str, set[str]] = defaultdict(set)
    for status in statuses:
        for name, value in (*status.slo.labels.items(), *status.group.items()):
            labels[name].add(value)
    fit = {name: v for name, v in sorted(labels.items()) if 1 < len(v) <= MOST_VALUES}
    wanted = [name.removeprefix("label.") for name in view.filters if name.startswith("label.")]
    for name in dict.fromkeys([*wanted, *list(fit)[:MOST_LABELS]]):
        values = sorted(fit.get(name, set()))
        yield _choice(f"label.{name}", name, [(one, one) for one in values], view)
    for name in ("nfr", "name"):
        if name in view.filters:
            yield _choice(name, name.upper() if name == "nfr" else "Name", [], view)


def _choice(name: str, label: str, values: Sequence[tuple[str, str]], view: View) -> Choice:
    """A filter; what is chosen is among its values, though no SLO may have it."""
    chosen = sorted(view.filters.get(name, ()))
    known = dict(values)
    for value in chosen:
        known.setdefault(value, value)
    return Choice(name, label, list(known.items()), chosen)


def _is_firing(alert: Alert) -> bool:
    return alert.state.phase == "firing"


def _firing(alerts: Sequence[Alert], chosen: Sequence[Status], view: View) -> Firing:
    """Newest first within a severity; those of slowatch itself concern every view."""
    fire = [alert for alert in alerts if _is_firing(alert)]
    shown_ids = {status.slo.id for status in chosen}
    groups = {(status.slo.id, tuple(sorted(status.group.items()))) for status in chosen}

    def is_shown(alert: Alert) -> bool:
        key = alert.episode.key
        is_of_all = key.slo_id == SELF or (not key.group and key.slo_id in shown_ids)
        return view.is_whole or is_of_all or (key.slo_id, key.group) in groups

    own = sorted(filter(is_shown, fire), key=lambda one: SEVERITIES.index(_severity(one)))
    by_severity = Counter(map(_severity, own))
    counts = [
        f"{by_severity[one]} {one}{'' if by_severity[one] == 1 else 's'}" for one in SEVERITIES
    ]
    return Firing([_alert(one) for one in own], ", ".join(counts), len(fire) - len(own))


def _severity(alert: Alert) -> Severity:
    return alert.episode.key.severity


def _alert(alert: Alert) -> FiringAlert:
    key = alert.episode.key
    group = dict(key.group)
    return FiringAlert(
        name=key.name,
        severity=key.severity,
        about=named(key.slo_id, group),
        path="readyz" if key.slo_id == SELF else shown.view_path(key.slo_id, group),
        since=shown.day_and_time(alert.since_s),
        since_at=shown.utc(alert.since_s).isoformat(),
    )
