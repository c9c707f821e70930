"""What alerts say to people, as templates that Prometheus fills in when they fire."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from slowatch.evaluate.wording import page_url, what_is_wrong
from slowatch.render.names import BURN_RATE, REMAINING
from slowatch.slo.alert_rule import AlertRule, BudgetExhausted, Burns
from slowatch.slo.burn import PRESENT
from slowatch.slo.policy import BudgetEnding, BudgetLow, SliAbsent
from slowatch.slo.window import CalendarWindow
from slowatch.spec.alert_rules import published_label
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.promql import quote
from slowatch.spec.units import duration_text, share_text


@dataclass(frozen=True, slots=True)
class Figures:
    """The metrics that tell how fast a budget burns and what is left of it."""

    burn_rate: str
    remaining: str


RECORDED = Figures(BURN_RATE, REMAINING)
MEASURED_BY_DAEMON = Figures("slowatch_slo_burn_rate", "slowatch_slo_error_budget_remaining_ratio")


_BURN = '{{ . | first | value | printf "%.3g" }} times as fast as it may'
_SHARE = "{{ . | first | value | humanizePercentage }}"
_TIME = "{{ . | first | value | humanizeDuration }}"


def annotations(
    slo: CompiledSlo, rule: AlertRule, figures: Figures, external_url: str | None
) -> Mapping[str, str]:
    """The annotations of an alert; links only where there are any."""
    told = {
        "summary": f"{_name(slo, rule)} {plain(what_is_wrong(rule.when))}",
        "description": "".join(_sentences(slo, rule, figures)).lstrip(),
        "runbook_url": plain(slo.runbook or ""),
        "dashboard_url": plain(slo.dashboard or page_url(slo.id, external_url) or ""),
    }
    return {name: text for name, text in told.items() if text}


def plain(text: str) -> str:
    """Text that a template yields as it stands."""
    return text.replace("{{", '{{ "{{" }}')


def _name(slo: CompiledSlo, rule: AlertRule) -> str:
    if isinstance(rule.when, SliAbsent) or not slo.by:
        return slo.id
    values = (f"{name}={{{{ $labels.{published_label(name)} }}}}" for name in sorted(slo.by))
    return f"{slo.id} ({', '.join(values)})"


def _sentences(slo: CompiledSlo, rule: AlertRule, figures: Figures) -> Iterator[str]:
    """Sentences, each after a blank; those that depend on a number bring it along."""
    if slo.description:
        yield f" {plain(slo.description.strip().rstrip('.'))}."
    if isinstance(rule.when, SliAbsent):
        yield " Its metrics are gone, or Prometheus cannot answer for them."
        return
    promise = share_text(slo.objective.ratio)
    yield f" The objective is {promise} good over {duration_text(slo.window.nominal_length_s)}."
    if not slo.objective.budget_ratio:
        return
    yield _with(slo, _burn(slo, figures), f"Over the last hour the budget burns {_BURN}.")
    if isinstance(rule.when, BudgetExhausted):
        return
    if isinstance(slo.window, CalendarWindow) and figures is RECORDED:
        return
    remaining = _series(slo, figures.remaining)
    yield _with(slo, f"{remaining} >= 0", f"{_SHARE} of the budget is left.")
    yield _with(slo, f"{remaining} < 0", "The budget is overspent.")
    if isinstance(rule.when, Burns | BudgetLow | BudgetEnding):
        yield _with(slo, _ends_in(slo, figures), f"At this rate it ends in {_TIME}.")


def _burn(slo: CompiledSlo, figures: Figures) -> str:
    return _series(slo, figures.burn_rate, look_back=PRESENT)


def _ends_in(slo: CompiledSlo, figures: Figures) -> str:
    """Seconds until the budget is used up; nothing where it lasts the window, or is gone."""
    window_s = slo.window.nominal_length_s
    left = f"({_series(slo, figures.remaining)} > 0) * {window_s}"
    return f"{left} / ignoring (look_back) ({_burn(slo, figures)} > 1)"


def _series(slo: CompiledSlo, metric: str, **labels: str) -> str:
    """A selector of the alert's own group; a template fills in the group's values."""
    equal = {"service": slo.service, "slo": slo.name, **labels}
    inside = [f"{name}={quote(value)}" for name, value in equal.items()]
    inside += [f"{published_label(name)}=%[{at}]q" for at, name in enumerate(slo.by, 1)]
    return f"{metric}{{{','.join(inside)}}}"


def _with(slo: CompiledSlo, query: str, sentence: str) -> str:
    """A sentence about the first result of a query, none where it has no result."""
    if not slo.by:
        return f"{{{{ with query `{query}` }}}} {sentence}{{{{ end }}}}"
    values = " ".join(f"$labels.{published_label(name)}" for name in slo.by)
    return f"{{{{ with printf `{query}` {values} | query }}}} {sentence}{{{{ end }}}}"
