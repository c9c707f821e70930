"""What an alert says to people: what burns, how fast, what is left of the budget, until when."""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from itertools import pairwise

from slowatch.evaluate.judging import Status
from slowatch.slo.alert_rule import AlertRule, BreaksBound, BudgetExhausted, Burns, When
from slowatch.slo.alert_state import SELF
from slowatch.slo.burn import PRESENT
from slowatch.slo.policy import BudgetEnding, BudgetLow, SliAbsent
from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.spec.units import duration_text, share_text

_UNITS = (("d", DAY_S), ("h", HOUR_S), ("m", 60), ("s", 1))


def annotations(
    status: Status, rule: AlertRule, external_url: str | None = None
) -> Mapping[str, str]:
    """The annotations of an alert; links only where there are any.

    `external_url` is where people reach slowatch, without a slash at its end.
    """
    slo = status.slo
    told = {
        "summary": f"{_name(status, rule)} {what_is_wrong(rule.when)}",
        "description": " ".join(_sentences(status, rule)),
        "runbook_url": slo.runbook,
        "dashboard_url": slo.dashboard or page_url(slo.id, external_url),
    }
    return {name: text for name, text in told.items() if text}


def page_url(slo_id: str, external_url: str | None) -> str | None:
    """Where slowatch itself tells of an SLO, or of itself, if it is known where it is reached."""
    if external_url is None:
        return None
    return f"{external_url}/readyz" if slo_id == SELF else f"{external_url}/view/{slo_id}"


def moment(at_s: float) -> str:
    """Seconds since the epoch as RFC 3339, UTC."""
    return datetime.fromtimestamp(at_s, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def duration(seconds: float) -> str:
    """A length of time in its largest unit and the next one: `2d 4h`, `30m`."""
    left = round(seconds)
    for (unit, length_s), (lesser, lesser_s) in pairwise(_UNITS):
        if left >= length_s:
            more = left % length_s // lesser_s
            return f"{left // length_s}{unit}" + (f" {more}{lesser}" if more else "")
    return f"{left}s"


def group_text(group: Mapping[str, str]) -> str:
    """A group's labels: `app_id=crm, region=eu`."""
    return ", ".join(f"{name}={value}" for name, value in sorted(group.items()))


def named(slo_id: str, group: Mapping[str, str]) -> str:
    """An SLO and its group: `shop/checkout (region=eu)`."""
    return f"{slo_id} ({group_text(group)})" if group else slo_id


def _name(status: Status, rule: AlertRule) -> str:
    return named(status.slo.id, {} if isinstance(rule.when, SliAbsent) else status.group)


def what_is_wrong(when: When) -> str:
    """What an alert is about, after the name of its SLO."""
    match when:
        case Burns():
            return "burns its error budget too fast"
        case BudgetExhausted():
            return "has used up its error budget"
        case BudgetLow(share):
            return f"has less than {share_text(share)} of its error budget left"
        case BudgetEnding(within_s):
            return f"will have used up its error budget within {duration_text(within_s)}"
        case SliAbsent(for_s):
            return f"has not been measured for {duration_text(for_s)}"
        case BreaksBound(held_s):
            return f"has broken its bound for {duration_text(held_s)}"


def _sentences(status: Status, rule: AlertRule) -> Iterator[str]:
    slo = status.slo
    if slo.description:
        yield slo.description.strip().rstrip(".") + "."
    if isinstance(rule.when, SliAbsent):
        yield status.reason.rstrip(".") + "." if status.reason else "Nothing is known of it."
        return
    window = duration_text(status.window_length_s)
    yield f"The objective is {share_text(slo.objective.ratio)} good over {window}."
    burn = status.burn_rates[PRESENT]
    if burn is not None:
        yield f"Over the last hour the budget burns {burn:.3g} times as fast as it may."
    yield from _left(status)


def _left(status: Status) -> Iterator[str]:
    remaining = status.budget.remaining_ratio
    if remaining is None:
        return
    if remaining < 0:
        yield f"The budget is overspent: {1 - remaining:.3g} times what was allowed is used up."
    elif status.budget.is_exhausted:
        yield "Nothing of the budget is left."
    elif status.exhausts_in_s is None:
        yield f"{remaining:.1%} of the budget is left."
    else:
        lasts = duration(status.exhausts_in_s)
        yield f"{remaining:.1%} of the budget is left; at this rate it ends in {lasts}."
