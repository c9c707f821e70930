"""Statuses whose conditions are as a test wants them."""

from dataclasses import replace
from decimal import Decimal

from slowatch.evaluate.judging import Condition, Evidence, Status, judge
from slowatch.slo.alert_rule import AlertRule, BudgetExhausted, When
from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S, Span
from slowatch.slo.tally import MICRO, Tally
from slowatch.slo.window import RollingWindow
from slowatch.spec.compiled import CompiledSlo, FreeEvents

T0 = 1_700_006_400
SLO = CompiledSlo(
    service="shop",
    name="checkout",
    objective=Objective(Decimal("0.99")),
    window=RollingWindow(30 * DAY_S),
    kind="promql",
    sli=FreeEvents(total="x", good="y"),
    labels={"team": "web"},
    nfr="N1",
)
PAGE = AlertRule("ErrorBudgetBurn", "page", BudgetExhausted(), 0, 0, {"route": "loud"})


def rule(name: str = "ErrorBudgetBurn", when: When | None = None, **more: int) -> AlertRule:
    """A rule that fires at once, for a page."""
    return replace(PAGE, name=name, when=when or PAGE.when, **more)  # type: ignore[arg-type]


def status(
    holds: bool | None,
    *,
    of: AlertRule = PAGE,
    slo: CompiledSlo = SLO,
    bad: int = 40,
    total: int = 1000,
    **group: str,
) -> Status:
    """A status of a group whose only alert has a condition; every look-back is the window."""
    tally = Tally((total - bad) * MICRO, total * MICRO, 5)
    evidence = Evidence(
        tally=tally,
        span=Span(T0 - 30 * DAY_S, T0),
        look_back=lambda _length_s: tally,
        end_s=T0,
        slot_s=60,
    )
    judged = judge(replace(slo, by=tuple(group)), group, evidence, ())
    return replace(judged, conditions=(Condition(of, holds),))
