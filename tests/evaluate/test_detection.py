"""How long a burn goes on before it is raised, against the formula of the SRE Workbook.

`detection time = factor * (1 - objective) * long look-back / error ratio`, as long as that is no
longer than the look-back; a burn no faster than the factor is never raised.
"""

from decimal import Decimal
from math import ceil

import pytest

from slowatch.evaluate.judging import Condition, Evidence, judge
from slowatch.slo.alert_state import INACTIVE, step
from slowatch.slo.burn import BurnPair
from slowatch.slo.objective import Objective
from slowatch.slo.policy import WORKBOOK_BURN, AlertPolicy, BurnAlert
from slowatch.slo.slot import DAY_S, Span
from slowatch.slo.tally import MICRO, Tally
from slowatch.slo.window import RollingWindow
from slowatch.spec.compiled import CompiledSlo, FreeEvents

SLOT_S = 60
EVENTS = 1_000_000_000
"""Events of a slot: so many that the guard against low traffic asks for nothing more."""
START_S = 1_700_006_400
MONTH_S = 30 * DAY_S
PAIRS = [pair for burn in WORKBOOK_BURN.values() for pair in burn.pairs]
BURNS = ["1.5", "3", "10", "20", "1000"]
WAIT_S = 120


def watched(pair: BurnPair, for_s: int) -> CompiledSlo:
    """99.9 % over thirty days, with a single pair."""
    return CompiledSlo(
        service="shop",
        name="success",
        objective=Objective(Decimal("0.999")),
        window=RollingWindow(MONTH_S),
        kind="promql",
        sli=FreeEvents(total="x", good="y"),
        policy=_only(pair, for_s),
    )


def _only(pair: BurnPair, for_s: int) -> AlertPolicy:
    return AlertPolicy(
        {"page": BurnAlert((pair,), for_s)},
        budget_exhausted=None,
        budget_low=None,
        budget_ending=None,
        sli_absent=None,
    )


def facts(bad_ratio: Decimal, at_s: int, length_s: int) -> Tally:
    """What the last `length_s` hold, where all was good before the start, for ever."""
    slots = length_s // SLOT_S
    burning = min(slots, (at_s - START_S) // SLOT_S)
    bad = int(burning * EVENTS * bad_ratio)
    total = slots * EVENTS
    return Tally((total - bad) * MICRO, total * MICRO, slots)


def detected_s(pair: BurnPair, burn: Decimal, for_s: int, within_s: int) -> int | None:
    """Seconds from the start of a burn to the slot at whose end its alert fires."""
    slo, state = watched(pair, for_s), INACTIVE
    bad_ratio = burn * slo.objective.budget_ratio
    for at_s in range(START_S + SLOT_S, START_S + within_s + 1, SLOT_S):
        status = judge(slo, {}, _evidence(bad_ratio, at_s))
        (condition,) = status.conditions
        state = step(state, condition.rule, holds=condition.holds, at_s=at_s)
        if state.phase == "firing":
            return at_s - START_S
    return None


def _evidence(bad_ratio: Decimal, at_s: int) -> Evidence:
    return Evidence(
        tally=facts(bad_ratio, at_s, MONTH_S),
        span=Span(at_s - MONTH_S, at_s),
        look_back=lambda length_s: facts(bad_ratio, at_s, length_s),
        end_s=at_s,
        slot_s=SLOT_S,
    )


@pytest.mark.parametrize("for_s", [0, WAIT_S])
@pytest.mark.parametrize("burn", BURNS)
@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: f"{pair.short_s}s-{pair.long_s}s")
def test_burn_is_raised_within_a_slot_of_the_formula(pair: BurnPair, burn: str, for_s: int) -> None:
    """And never where it is no faster than the factor."""
    factor, rate = pair.factor(MONTH_S), Decimal(burn)
    formula_s = float(factor * pair.long_s / rate)
    found_s = detected_s(pair, rate, for_s, pair.long_s + for_s + SLOT_S)
    if rate <= factor:
        assert found_s is None
        return
    assert found_s is not None
    assert formula_s < found_s <= formula_s + SLOT_S + for_s
    assert found_s == (int(formula_s // SLOT_S) + 1) * SLOT_S + for_s


def test_formula_at_a_full_outage() -> None:
    """14.4 of 1000 is 51.84 s of an hour: the first slot; 6 of 1000 of six hours, the third."""
    assert [detected_s(pair, Decimal(1000), 0, DAY_S) for pair in PAIRS] == [60, 180, 300, 300]


@pytest.mark.parametrize(
    ("per_slot", "late_slots"),
    [
        # At a burn of 20 the formula says 43.2 min. n = 60 x, 0.0144 n + 1.6449 sqrt(0.0142 n)
        (10_000, 0),  # 8640 + 151.8 bad of 200 a slot: 43.96
        (1_000, 2),  # 864 + 48.0 of 20: 45.6
        (100, 7),  # 86.4 + 15.2 of 2: 50.8; the 51st slot, not the 44th
    ],
)
def test_guard_is_late_by_little_where_there_is_traffic(per_slot: int, late_slots: int) -> None:
    """What the certainty costs, in slots after the one that the formula names."""
    bad_ratio = Decimal("0.02")
    (rule, *_) = (c.rule for c in _conditions(per_slot, bad_ratio, 1))
    assert rule.name == "ErrorBudgetBurn"
    raised = next(
        slots for slots in range(1, 61) if _conditions(per_slot, bad_ratio, slots)[0].holds
    )
    assert raised - ceil(43.2) == late_slots


def _conditions(per_slot: int, bad_ratio: Decimal, slots: int) -> tuple[Condition, ...]:
    def look_back(length_s: int) -> Tally:
        length = length_s // SLOT_S
        bad = int(min(length, slots) * per_slot * bad_ratio)
        return Tally((length * per_slot - bad) * MICRO, length * per_slot * MICRO, length)

    evidence = Evidence(
        tally=look_back(MONTH_S),
        span=Span(START_S - MONTH_S, START_S),
        look_back=look_back,
        end_s=START_S,
        slot_s=SLOT_S,
    )
    return judge(watched(PAIRS[0], 0), {}, evidence).conditions
