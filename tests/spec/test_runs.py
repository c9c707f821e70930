"""Runs in a spec: what they mean, what is filled in, and what is said where they are wrong."""

from dataclasses import replace
from decimal import Decimal
from textwrap import dedent, indent

import pytest

from slowatch.evaluate.question import question_of
from slowatch.spec.compiled import Counter
from slowatch.spec.compiled_runs import (
    Bound,
    Change,
    Check,
    CompiledRun,
    CountMeasure,
    Limits,
    MeanMeasure,
    OffsetBaseline,
    Phase,
    PhaseBaseline,
    QuantileMeasure,
    RateMeasure,
    Recovery,
    RunBaseline,
    ShareMeasure,
    ValueMeasure,
)
from slowatch.spec.reading import Reading, read_text
from tests.spec.documents import compiled, problems

SLOS = """
apiVersion: slowatch/v1
service: shop
defaults: {objective: 99.9%, source: thanos}
slos:
  - name: accepted
    nfr: S1
    description: Orders that are accepted
    by: [region]
    sli: {ratio: {bad: 'orders_total{result="failed"}', total: orders_total}}
  - name: p95
    nfr: S2
    sli: {quantile: {p: 0.95, histogram: order_seconds, at_most: 2s}}
  - name: memory
    sli: {value: {query: max(memory_bytes), at_most: 2GB}}
"""
P95 = QuantileMeasure(Decimal("0.95"), Counter("order_seconds"))
ORDERS = Counter("orders_total")


def read(runs: str) -> Reading:
    """A document with three SLOs and some runs."""
    return read_text(SLOS + "runs:\n" + indent(dedent(runs).strip("\n"), "  "), "shop.yaml")


def run_of(keys: str) -> CompiledRun:
    """The only run of a document without a problem."""
    reading = read("- name: load\n" + indent(dedent(keys).strip("\n"), "  "))
    assert reading.problems == ()
    (run,) = reading.runs
    return run


def check_of(check: str, keys: str = "baseline: load") -> Check:
    """The only check of such a run."""
    (check_,) = run_of(f"{keys}\nchecks: [{check}]").checks
    return check_


def pointed_at(runs: str) -> list[tuple[str, str]]:
    """Each problem's code, and the text from the place on that it points at; no SLO is lost."""
    text = SLOS + "runs:\n" + indent(dedent(runs).strip("\n"), "  ")
    reading = read_text(text, "shop.yaml")
    assert len(reading.slos) == 3
    lines = text.splitlines()
    return [(one.code, lines[one.line - 1][one.column - 1 :]) for one in reading.problems]


def test_run_has_defaults() -> None:
    """All that it does not say."""
    run = run_of("slos: [p95]")
    assert (run.id, run.nfr, run.description, run.phases) == ("shop/load", None, "", ())
    assert (run.warm_up_s, run.cool_down_s, run.ends_within_s) == (0, 0, None)
    assert (run.confidence, run.least_events, run.requires) == (Decimal("0.95"), 30, ())
    assert (run.path, run.line, run.text) == ("shop.yaml", 17, "name: load\nslos: [p95]")


def test_run_says_what_it_says() -> None:
    """Every key of it."""
    run = run_of("""
        nfr: L1
        description: A burst
        load: {users: 10, for: 5m}
        warm_up: 30s
        cool_down: 10s
        ends_within: 15m
        confidence: 99%
        least_events: 5
        """)
    assert (run.nfr, run.description) == ("L1", "A burst")
    assert run.phases == (Phase("load", 300, 10),)
    assert (run.warm_up_s, run.cool_down_s, run.ends_within_s) == (30, 10, 900)
    assert (run.confidence, run.least_events) == (Decimal("0.99"), 5)


def test_load_may_have_phases() -> None:
    """In the order in which they are played."""
    run = run_of("""
        load: [{phase: ramp, users: 100, for: 10s}, {phase: hold, for: 1m}]
        slos: [p95]
        """)
    assert run.phases == (Phase("ramp", 10, 100), Phase("hold", 60, None))
    assert (run.users, run.length_s) == (100, 70)


@pytest.mark.parametrize(
    ("check", "measure", "bound", "unit"),
    [
        (
            "quantile: {p: 0.95, histogram: order_seconds}, at_most: 500ms",
            P95,
            Limits(at_most=Decimal("0.5")),
            "seconds",
        ),
        (
            "mean: {histogram: sent_bytes, native: true}, at_most: 2kB",
            MeanMeasure(Counter("sent_bytes"), is_native=True),
            Limits(at_most=Decimal(2000)),
            "bytes",
        ),
        (
            "mean: {histogram: basket_items}, at_most: 8",
            MeanMeasure(Counter("basket_items")),
            Limits(at_most=Decimal(8)),
            "number",
        ),
        (
            "rate: {counter: orders_total, statistic: min}, at_least: 6000/m",
            RateMeasure(ORDERS, "min"),
            Limits(at_least=Decimal(100)),
            "per_second",
        ),
        ("events: orders_total, at_least: 5", CountMeasure(ORDERS), Limits(Decimal(5)), "events"),
        (
            "events: {counter: orders_total}, none: true",
            CountMeasure(ORDERS),
            Limits(at_most=Decimal(0)),
            "events",
        ),
        (
            "value: {query: max(x), statistic: p95}, at_least: -5, at_most: 5",
            ValueMeasure("max(x)", "p95"),
            Limits(Decimal(-5), Decimal(5)),
            "number",
        ),
    ],
)
def test_check_has_a_measure_of_its_own(
    check: str, measure: object, bound: Bound, unit: str
) -> None:
    """Each with its bound in the measure's unit."""
    found = check_of(f"{{name: x, {check}}}")
    assert (found.measure, found.bound, found.unit) == (measure, bound, unit)


@pytest.mark.parametrize(
    ("written", "unit"),
    [("80%", "ratio"), ("2GB", "bytes"), ("2s", "seconds"), ("100/s", "per_second")],
)
def test_value_has_the_unit_that_its_bound_is_written_in(written: str, unit: str) -> None:
    """Of a change, it is a plain number."""
    assert check_of(f"{{name: x, value: {{query: x}}, at_most: {written}}}").unit == unit
    assert check_of("{name: x, value: {query: x}, at_most: +5%}").unit == "number"


@pytest.mark.parametrize(
    ("bound", "share", "meant"),
    [
        ("at_most: 1%", "bad", Limits(at_most=Decimal("0.01"))),
        ("at_least: 0.99", "good", Limits(at_least=Decimal("0.99"))),
        ("objective: 99%", "good", Limits(at_least=Decimal("0.99"))),
        ("none: true", "bad", Limits(at_most=Decimal(0))),
        ("at_most: +10%", "bad", Change(at_most=Decimal("0.1"))),
        ("at_least: -1%", "good", Change(at_least=Decimal("-0.01"))),
    ],
)
def test_share_that_is_measured_follows_from_the_bound(
    bound: str, share: str, meant: Bound
) -> None:
    """`at_most` is of the bad ones, `at_least` of the good ones, however they are counted."""
    for sli in (
        "ratio: {bad: e_total, total: t_total}",
        "latency: {histogram: order_seconds, under: 2s}",
        "promql: {bad: 'sum(rate(e[$window]))', total: 'sum(rate(t[$window]))'}",
        "slo: accepted",
    ):
        found = check_of(f"{{name: x, {sli}, {bound}}}")
        assert isinstance(found.measure, ShareMeasure)
        assert (found.measure.of, found.bound, found.unit) == (share, meant, "ratio")


@pytest.mark.parametrize(
    ("bound", "statistic"),
    [("at_most: 5", "max"), ("at_least: 5", "min"), ("at_most: +5%", "mean")],
)
def test_statistic_of_a_value_follows_from_the_bound(bound: str, statistic: str) -> None:
    """The worst of a limit, the mean of a change; of an SLO's value, too."""
    found = check_of(f"{{name: x, value: {{query: max(x)}}, {bound}}}")
    assert found.measure == ValueMeasure("max(x)", statistic)  # type: ignore[arg-type]
    if statistic != "min":
        found = check_of(f"{{slo: memory, {bound}}}")
        assert found.measure == ValueMeasure("max(memory_bytes)", statistic)  # type: ignore[arg-type]


def test_check_without_an_slo_has_defaults() -> None:
    """Its requirement is the run's, its source that of the document's defaults."""
    found = check_of("{name: x, events: orders_total, none: true}", "nfr: L1")
    assert (found.nfr, found.source, found.by) == ("L1", "thanos", ())
    assert (found.severity, found.scales, found.baseline) == ("fail", False, None)


def test_check_says_what_it_says() -> None:
    """Every key of it."""
    found = check_of("""{name: x, nfr: L2, description: d, by: [a, b], source: mimir,
        severity: warn, scales_with_load: true, events: orders_total, at_least: 5}""")
    assert (found.name, found.nfr, found.description) == ("x", "L2", "d")
    assert (found.by, found.source) == (("a", "b"), "mimir")
    assert (found.severity, found.scales) == ("warn", True)


def test_check_of_an_slo_is_what_the_slo_promises() -> None:
    """With its labels, its source and its description; for the run's requirement."""
    (promised,) = read("[]").slos[0].checks
    found = check_of("{slo: accepted}", "nfr: L1")
    assert promised == Check(
        name="accepted",
        measure=ShareMeasure(promised.measure.sli, "good"),  # type: ignore[union-attr]
        bound=Limits(at_least=Decimal("0.999")),
        unit="ratio",
        nfr="S1",
        description="Orders that are accepted",
        by=("region",),
        source="thanos",
    )
    assert (found.measure, found.bound, found.by) == (promised.measure, promised.bound, ("region",))
    assert (found.name, found.nfr, found.source) == ("accepted", "L1", "thanos")
    assert found.description == promised.description


@pytest.mark.parametrize(
    ("check", "name"),
    [
        ("{slo: p95, at_most: 3s}", "p95"),
        ("{slo: p95, at_most: +50%}", "p95-change"),
        ("{slo: p95, recovers_within: 30s}", "p95-recovery"),
        ("{name: x, slo: p95, at_most: +50%}", "x"),
    ],
)
def test_check_of_an_slo_is_called_after_it(check: str, name: str) -> None:
    """Unless it has a name of its own."""
    found = check_of(check)
    assert (found.name, found.measure) == (name, P95)


def test_slos_of_a_run_keep_their_own_requirements() -> None:
    """All of them, in their order, or those that are listed."""
    assert [(c.name, c.nfr) for c in run_of("nfr: L1\nslos: all").checks] == [
        ("accepted", "S1"),
        ("p95", "S2"),
        ("memory", None),
    ]
    assert [check.name for check in run_of("slos: [memory, p95]").checks] == ["memory", "p95"]


@pytest.mark.parametrize(
    ("bound", "meant"),
    [
        ("at_most: +50%", Change(at_most=Decimal("0.5"))),
        (
            "at_least: -10%, at_most: +10%, floor: 20ms",
            Change(Decimal("-0.1"), Decimal("0.1"), Decimal("0.02")),
        ),
        ("recovers_within: 30s", Recovery(30, Change(at_most=Decimal("0.2")))),
        (
            "recovers_within: 1m, at_most: +5%, floor: 20ms, after: ramp",
            Recovery(60, Change(at_most=Decimal("0.05"), floor=Decimal("0.02")), "ramp"),
        ),
    ],
)
def test_change_and_recovery_are_relative_to_the_baseline(bound: str, meant: Bound) -> None:
    """That of the run."""
    found = check_of(f"{{slo: p95, {bound}}}", "load: {phase: ramp, for: 1m}\nbaseline: load")
    assert (found.bound, found.baseline) == (meant, RunBaseline("load"))
    assert found.unit == "seconds"


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("load", RunBaseline("load")),
        ("{run: load, last: 5}", RunBaseline("load", 5)),
        ("{offset: 1d}", OffsetBaseline(86400)),
        ("{phase: ramp}", PhaseBaseline("ramp")),
    ],
)
def test_check_may_have_a_baseline_of_its_own(written: str, meant: object) -> None:
    """Which wins over that of the run."""
    keys = "load: [{phase: ramp, for: 1m}]\nbaseline: {offset: 1h}"
    assert check_of(f"{{slo: p95, at_most: +5%, baseline: {written}}}", keys).baseline == meant


def test_run_may_require_something() -> None:
    """As checks, without which nothing is shown."""
    run = run_of("""
        requires:
          - name: users
            value: {query: users, statistic: p95}
            at_least: 50
            scales_with_load: true
        slos: [p95]
        """)
    (users,) = run.requires
    assert (users.name, users.measure) == ("users", ValueMeasure("users", "p95"))
    assert (users.bound, users.scales) == (Limits(at_least=Decimal(50)), True)


def test_limits_of_a_rate_grow_with_the_load() -> None:
    """A change does not, and others only if they are said to."""
    assert check_of("{name: x, rate: {counter: a_total}, at_least: 5/s}").scales
    assert not check_of("{name: x, rate: {counter: a_total}, at_least: -5%}").scales
    assert not check_of("{name: x, value: {query: a}, at_least: 5}").scales


@pytest.mark.parametrize(
    ("run", "code", "place"),
    [
        ("slos: [p9]", "unknown-slo", "p9]"),
        ("checks: [{slo: acepted}]", "unknown-slo", "acepted}]"),
        ("checks: [{slo: p95, at_most: +5%}]", "baseline-missing", "{slo: p95, at_most: +5%}]"),
        ("{baseline: lod, checks: [{slo: p95, at_most: +5%}]}", "unknown-run", "lod, checks"),
        ("checks: [{slo: p95, at_most: +5%, baseline: {phase: x}}]", "unknown-phase", "x}}]"),
        (
            "checks: [{slo: p95, recovers_within: 1s, after: x, baseline: load}]",
            "unknown-phase",
            "x,",
        ),
        ("checks: [{name: x}]", "one-measure", "{name: x}]"),
        ("checks: [{name: x, slo: p95, events: x}]", "one-measure", "x}]"),
        ("checks: [{slo: p95, by: [a]}]", "one-measure", "[a]}]"),
        ("checks: [{events: x, none: true}]", "missing-key", "{events"),
        ("checks: [{name: x, events: x}]", "bounds-missing", "{name"),
        ("checks: [{name: x, events: x, none: false}]", "unknown-value", "false"),
        ("checks: [{slo: p95, at_least: 2, at_most: 1}]", "bounds-swapped", "2, at_most"),
        ("checks: [{slo: p95, at_least: -1%, at_most: 1}]", "bounds-conflict", "1}]"),
        ("checks: [{slo: accepted, at_least: 1%, at_most: 2%}]", "bounds-conflict", "2%}]"),
        ("checks: [{slo: memory, at_least: 1, at_most: 2}]", "bounds-conflict", "2}]"),
        ("checks: [{slo: accepted, objective: 9%, at_most: 2%}]", "bounds-conflict", "2%}]"),
        ("checks: [{slo: p95, at_most: 1s, recovers_within: 1s}]", "bounds-conflict", "1s, rec"),
        ("checks: [{slo: p95, at_most: 1s, floor: 1s}]", "bounds-conflict", "1s}]"),
        ("checks: [{slo: p95, floor: 1s}]", "bounds-conflict", "1s}]"),
        ("checks: [{slo: p95, at_most: 1s, baseline: load}]", "bounds-conflict", "load}]"),
        ("checks: [{slo: p95, at_most: 1s, after: x}]", "bounds-conflict", "x}]"),
        ("checks: [{slo: p95, objective: 99%}]", "bound-not-possible", "99%}]"),
        ("checks: [{slo: p95, none: true}]", "bound-not-possible", "true}]"),
        (
            "checks: [{name: x, events: orders_total, recovers_within: 30s, baseline: quick}]",
            "bound-not-possible",
            "30s, baseline",
        ),
        ("checks: [{slo: p95, scales_with_load: true}]", "bound-not-possible", "true}]"),
        (
            "checks: [{name: x, rate: {counter: a_total}, at_least: 5/s, scales_with_load: false}]",
            "bound-not-possible",
            "false}]",
        ),
        ("{slos: all, requires: [{slo: p95, at_most: +5%}]}", "bound-not-possible", "+5%}]"),
        ("{slos: all, requires: [{slo: p95, floor: 5}]}", "unknown-key", "floor: 5}]"),
        ("checks: [{slo: p95, at_most: 5%}]", "bad-quantity", "5%}]"),
        ("checks: [{slo: accepted, at_most: 5s}]", "bad-quantity", "5s}]"),
        ("checks: [{slo: accepted, at_most: 5}]", "percent-sign-missing", "5}]"),
        ("checks: [{slo: accepted, at_most: 500%}]", "out-of-range", "500%}]"),
        ("checks: [{slo: p95, at_most: -5}]", "out-of-range", "-5}]"),
        ("checks: [{slo: p95, at_most: +5%, floor: -5, baseline: load}]", "out-of-range", "-5, b"),
        ("checks: [{slo: p95}, {name: p95, events: x, none: true}]", "duplicate-check", "{name"),
        ("{slos: [p95, p95]}", "duplicate-check", "p95]}"),
        ("{slos: al}", "unknown-value", "al}"),
        ("{slos: all, load: [{for: 1s}, {for: 1s}]}", "duplicate-phase", "{for: 1s}]}"),
        ("{slos: all, load: {for: 1s}, warm_up: 1s}", "nothing-left", "1s}"),
        ("{slos: all, load: {for: 5s}, cool_down: 9s}", "nothing-left", "9s}"),
        ("{slos: all, baseline: {run: load, phase: x}}", "one-baseline", "{run"),
        ("{slos: all, baseline: {offset: 1d, last: 2}}", "one-baseline", "2}}"),
        ("{slos: all, baseline: {run: load, last: 0}}", "out-of-range", "0}}"),
        ("{load: {for: 1m}}", "empty-run", "{name"),
        ("{slos: all, load: []}", "empty-list", "load: []"),
        ("{slos: all, chekcs: []}", "unknown-key", "chekcs"),
    ],
)
def test_run_that_is_wrong_says_where_and_takes_no_slo_down(
    run: str, code: str, place: str
) -> None:
    """Nor another run."""
    keys = run.removeprefix("{").removesuffix("}") if run.startswith("{") else run
    found = pointed_at(f"- {{name: load, {keys}}}\n- {{name: other, slos: all}}")
    assert [one for one, _ in found] == [code]
    assert found[0][1].startswith(place)


def test_every_check_that_is_wrong_is_told() -> None:
    """In all runs at once."""
    found = pointed_at("""
        - name: load
          checks: [{slo: a}, {slo: p95, none: true}]
        - {name: other}
        """)
    assert [code for code, _ in found] == ["unknown-slo", "bound-not-possible", "empty-run"]


def test_right_runs_stay_beside_a_wrong_one() -> None:
    """Those after it, too."""
    reading = read("""
        - {name: a, slos: all}
        - {name: b, slos: none}
        - {name: c, slos: [p95]}
        """)
    assert [run.name for run in reading.runs] == ["a", "c"]
    assert [run.line for run in reading.runs] == [17, 19]


def test_runs_that_are_no_list_take_no_slo_down() -> None:
    """There is none, then."""
    reading = read_text(SLOS + "runs: {name: load}", "shop.yaml")
    assert [problem.code for problem in reading.problems] == ["wrong-type"]
    assert (len(reading.slos), reading.runs) == (3, ())


def test_wrong_slo_takes_down_the_runs_that_rest_on_it_without_a_word() -> None:
    """It is said of the SLO."""
    runs = """
runs:
  - {name: named, slos: [p95]}
  - {name: every, slos: all}
  - {name: checked, checks: [{slo: p95, at_most: 1s}]}
  - {name: required, slos: [memory], requires: [{slo: p95}]}
  - {name: other, slos: [memory]}
"""
    for wrong in ("at_most: 2 gigs", "at_most: 2s, p: 0.9"):
        reading = read_text(SLOS.replace("at_most: 2s", wrong) + runs, "shop.yaml")
        assert len(reading.problems) == 1
        assert [slo.name for slo in reading.slos] == ["accepted", "memory"]
        assert [run.name for run in reading.runs] == ["other"]


def test_same_run_in_two_documents_is_told_of_the_second() -> None:
    """An SLO may have a run's name."""
    reading = read_text(f"{SLOS}runs: [{{name: p95, slos: all}}]\n---{SLOS}", "shop.yaml")
    assert {problem.code for problem in reading.problems} == {"duplicate-slo"}
    again = SLOS.replace("name: ", "name: x-") + "runs: [{name: p95, slos: all}]\n"
    reading = read_text(f"{SLOS}runs: [{{name: p95, slos: all}}]\n---{again}", "shop.yaml")
    (problem,) = reading.problems
    assert problem.code == "duplicate-run"
    assert "the run `shop/p95` stands at shop.yaml:16:15 already" in problem.message
    assert len(reading.runs) == 1


def test_run_of_an_unknown_source_is_left_out() -> None:
    """Where the settings are known."""
    text = SLOS + "runs: [{name: a, slos: [p95]}, {name: b, checks: [{name: x, source: y, "
    text += "events: x_total, none: true}]}]"
    reading = read_text(text, "shop.yaml", {"default", "thanos"})
    assert [problem.code for problem in reading.problems] == ["unknown-source"]
    assert "`shop/b` names the source `y`" in reading.problems[0].message
    assert [run.name for run in reading.runs] == ["a"]


@pytest.mark.parametrize(
    ("sli", "checks"),
    [
        (
            "latency: {histogram: order_seconds, under: 2s}",
            [("x", "good", Limits(at_least=Decimal("0.99")), "ratio", False)],
        ),
        (
            "promql: {good: 'sum(rate(g[$window]))', total: 'sum(rate(t[$window]))'}",
            [("x", "good", Limits(at_least=Decimal("0.99")), "ratio", False)],
        ),
        (
            "quantile: {p: 0.95, histogram: order_seconds, at_most: 2s, over: 5m}",
            [("x", P95, Limits(at_most=Decimal(2)), "seconds", False)],
        ),
        (
            "rate: {counter: orders_total, at_least: 10/s, at_most: 1000/s, while: up > 0}",
            [("x", RateMeasure(ORDERS), Limits(Decimal(10), Decimal(1000)), "per_second", True)],
        ),
        (
            "value: {query: m, between: [1GB, 2GB]}",
            [
                ("x", ValueMeasure("m", "max"), Limits(at_most=Decimal(2 * 10**9)), "bytes", False),
                ("x-least", ValueMeasure("m", "min"), Limits(Decimal(10**9)), "bytes", False),
            ],
        ),
        (
            "value: {query: 'max_over_time(m[$window])', at_least: 5, over: 5m}",
            [
                (
                    "x",
                    ValueMeasure("max_over_time(m[$window])", "min", 300),
                    Limits(at_least=Decimal(5)),
                    "number",
                    False,
                )
            ],
        ),
        (
            "up: {metric: up, instances: all}",
            [
                (
                    "x",
                    ValueMeasure("min(min_over_time(up[$slot]))", "min"),
                    Limits(at_least=Decimal(1)),
                    "number",
                    False,
                )
            ],
        ),
    ],
)
def test_slo_says_what_must_hold_over_one_run(sli: str, checks: list[tuple[object, ...]]) -> None:
    """Its promise, over the whole run; a value is within its bounds at every moment."""
    slo = compiled(f"name: x\nobjective: 99%\nsli: {{{sli}}}")
    assert [
        (
            one.name,
            one.measure.of if isinstance(one.measure, ShareMeasure) else one.measure,
            one.bound,
            one.unit,
            one.scales,
        )
        for one in slo.checks
    ] == checks


def test_value_of_an_slo_may_grow_with_the_load() -> None:
    """A number of users does; memory does not, and nothing but a value needs to say so."""
    users = "value: {query: users, at_least: 500}"
    slo = compiled(f"scales_with_load: true\nsli: {{{users}}}")
    assert [check.scales for check in slo.checks] == [True]
    assert [check.scales for check in compiled(f"sli: {{{users}}}").checks] == [False]
    (problem,) = problems("scales_with_load: true")
    assert problem.code == "bound-not-possible"


def test_what_is_recorded_of_an_slo_does_not_change_with_its_checks() -> None:
    """They are of runs: no fact in a ledger is asked anew for them."""
    slo = compiled("name: x")
    assert question_of(slo, 60) == question_of(replace(slo, checks=()), 60)
