"""Against what a run is held, as the command line says it."""

from contextlib import nullcontext
from decimal import Decimal
from functools import partial

import pytest

from slowatch.cli.baselines import against, check_apart
from slowatch.cli.failing import CannotRun
from slowatch.slo.slot import Span
from slowatch.spec.compiled import Counter
from slowatch.spec.compiled_runs import (
    Baseline,
    Change,
    Check,
    CompiledRun,
    CountMeasure,
    Limits,
    OffsetBaseline,
    PhaseBaseline,
    Recovery,
    RunBaseline,
    SpanBaseline,
    StoredBaseline,
)

RUN = CompiledRun("shop", "quick", ())


@pytest.mark.parametrize(
    ("text", "baseline"),
    [
        ("load-10", RunBaseline("load-10")),
        ("shop/load-10", RunBaseline("load-10")),
        ("17", StoredBaseline(17)),
        ("offset:1d", OffsetBaseline(86_400)),
        ("1700000000/1700000060", SpanBaseline(1_700_000_000, 1_700_000_060)),
        ("2023-11-14T22:13:20Z/2023-11-14T22:14:20Z", SpanBaseline(1_700_000_000, 1_700_000_060)),
        (None, None),
    ],
)
def test_baselines_are_written_in_one_word(text: str | None, baseline: Baseline | None) -> None:
    assert against(text, RUN) == (RUN, baseline)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("", "write a run's name or id"),
        ("offset:soon", "is not a duration"),
        ("offset:", "is not a duration"),
        ("offset:0s", "that is the run itself"),
        ("offset:400ms", "that is the run itself"),
        ("last:", "such as last:5"),
        ("last:0", "such as last:5"),
        ("last:five", "such as last:5"),
        ("cart/load-10", "a run of the same service, and this run is of `shop`"),
        ("1700000000/", "'' is no moment"),
        ("1700000000/load-10", "'load-10' is no moment"),
        ("1700000060/1700000000", "ends before it starts"),
        ("1700000000/9999999999", "in the future"),
    ],
)
def test_a_baseline_that_is_none_is_told(text: str, told: str) -> None:
    with pytest.raises(CannotRun) as raised:
        against(text, RUN)
    assert told in str(raised.value)


def test_the_last_runs_are_those_of_each_checks_own_baseline() -> None:
    """Where that is a run; else those of the run's own name. A phase stays what it is."""
    over = partial(Check, "p95", CountMeasure(Counter("requests_total")), unit="events")
    change, back = Change(at_most=Decimal("0.1")), Recovery(30, Change(at_most=Decimal("0.1")))
    checks = (
        over(bound=change, baseline=RunBaseline("load-10")),
        over(bound=back, baseline=RunBaseline("load-10", 9)),
        over(bound=change, baseline=OffsetBaseline(86_400)),
        over(bound=change),
        over(bound=back, baseline=PhaseBaseline("before")),
        over(bound=Limits(at_most=Decimal(1))),
    )
    run, baseline = against("last:5", CompiledRun("shop", "quick", checks))
    assert baseline is None
    assert [check.baseline for check in run.checks] == [
        RunBaseline("load-10", 5),
        RunBaseline("load-10", 5),
        RunBaseline("quick", 5),
        RunBaseline("quick", 5),
        PhaseBaseline("before"),
        None,
    ]


@pytest.mark.parametrize(
    ("baseline", "is_apart"),
    [
        (None, True),
        (RunBaseline("quick"), True),
        (OffsetBaseline(60), True),
        (OffsetBaseline(59), False),
        (SpanBaseline(900, 1000), True),
        (SpanBaseline(1060, 1100), True),
        (SpanBaseline(900, 1001), False),
        (SpanBaseline(1059, 1100), False),
    ],
)
def test_a_run_is_not_compared_with_a_part_of_itself(
    baseline: Baseline | None, is_apart: bool
) -> None:
    """It lasted from 1000 to 1060."""
    with nullcontext() if is_apart else pytest.raises(CannotRun, match="--baseline: "):
        check_apart(baseline, Span(1000, 1060))
