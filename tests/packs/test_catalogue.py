"""Every requirement of the catalogue is an SLO, an alert or a run of its pack."""

from collections import Counter
from decimal import Decimal

from slowatch.spec.compiled_runs import Change, Limits, Recovery
from slowatch.spec.reading import read_paths
from tests.packs.conftest import RULES, Pack

WATCHED = {
    "lark-service": {"P001", "P002", "P002b", "P003", "P004", "P005"},
    "discord-economy-bot": {
        *("NFR-SC-001", "NFR-P-001", "NFR-P-002", "NFR-R-001"),
        *("N5-R1", "N5-R2", "N5-C1", "N5-D1"),
    },
    "coze-shopify-chat": {"C-LAT", "C-AVL", "C-DB", "C-CCH", "C-CHT", "C-LNG", "C-WS", "C-RES"},
    "reflection-api": {"R-LAT", "R-THR", "R-ERR", "R-DB", "R-RES"},
    "triflow-judgment": {"T-RULE", "T-HYB", "T-BI", "T-TPS", "T-USR", "T-CCH"},
}
ALERTS = {"A1": "P001", "A2": "P002b", "A3": "P003"}
RUNS = {
    "lark-service": {"burst": "L1", "burst-by-app": "L2"},
    "discord-economy-bot": {"thousand-users": "NFR-SC-001"},
    "coze-shopify-chat": {"regression": "C-REG"},
    "reflection-api": {
        "load-10": "REQ-5",
        "load-50": "REQ-6",
        "load-100": "REQ-7",
        "spike": "REQ-8",
        "regression": "REQ-4",
        "performance": "CON-3",
    },
    "triflow-judgment": {
        "baseline-100": "T-S1",
        "stress-500": "T-S2",
        "spike-1000": "T-S3",
        "users": "T-USR",
    },
}
BOTH = {"NFR-SC-001", "T-USR"}
"""What is watched all the time, and shown by a run."""
BOTH_FORMS = {"P003", "NFR-P-002", "C-LAT", "R-LAT", "T-RULE", "T-HYB", "T-BI", "T-CCH"}


def test_every_system_has_a_pack(packs: list[Pack]) -> None:
    """Five systems, five packs."""
    assert {pack["service"] for pack in packs} == WATCHED.keys()


def test_every_requirement_is_watched_and_nothing_else(packs: list[Pack]) -> None:
    """The ids of a pack's SLOs are those of the catalogue."""
    assert {pack["service"]: {slo["nfr"] for slo in pack["slos"]} for pack in packs} == WATCHED


def test_every_run_stands_for_a_requirement(packs: list[Pack]) -> None:
    """The requirements of the runs are those of the catalogue, one a run."""
    found = {pack["service"]: {run["name"]: run["nfr"] for run in pack["runs"]} for pack in packs}
    assert found == RUNS


def test_whole_catalogue_is_declared() -> None:
    """It has 45 rows of SLOs and runs, and three alerts."""
    watched = set().union(*WATCHED.values())
    runs = [nfr for service in RUNS.values() for nfr in service.values()]
    assert len(runs) == len(set(runs))
    assert watched & set(runs) == BOTH
    assert len(watched | set(runs)) == 45


def test_alerts_stand_on_the_requirements_they_are_about(packs: list[Pack]) -> None:
    """A1 to A3 of the catalogue, each held for five minutes."""
    alerts = [
        (alert["nfr"], slo["nfr"], alert["for"])
        for pack in packs
        for slo in pack["slos"]
        for alert in slo.get("alerts", ())
    ]
    assert sorted(alerts) == [(alert, nfr, "5m") for alert, nfr in sorted(ALERTS.items())]


def test_percentiles_are_held_in_both_forms(packs: list[Pack]) -> None:
    """A quantile judges slots, a share judges requests."""
    forms = {(slo["nfr"], next(iter(slo["sli"]))) for pack in packs for slo in pack["slos"]}
    assert {(nfr, form) for nfr in BOTH_FORMS for form in ("quantile", "latency")} <= forms


def test_endpoints_have_three_quantiles_and_a_share_each(packs: list[Pack]) -> None:
    """Four endpoints: twelve quantiles and four shares."""
    forms = Counter((slo["nfr"], next(iter(slo["sli"]))) for p in packs for slo in p["slos"])
    for nfr in ("C-LAT", "R-LAT"):
        assert (forms[nfr, "quantile"], forms[nfr, "latency"]) == (12, 4)


def test_the_share_of_a_percentile_has_the_percentile_as_its_objective(packs: list[Pack]) -> None:
    """P99 of at most 2 s: 99 % within 2 s."""
    for pack in packs:
        quantiles = {
            (slo["sli"]["quantile"]["histogram"], slo["sli"]["quantile"]["at_most"]): slo
            for slo in pack["slos"]
            if "quantile" in slo["sli"]
        }
        for slo in pack["slos"]:
            latency = slo["sli"].get("latency", {})
            twin = quantiles.get((latency.get("histogram"), latency.get("under")))
            if twin:
                objective = slo.get("objective", pack["defaults"]["objective"])
                assert objective == f"{twin['sli']['quantile']['p'] * 100:.0f}%", slo["name"]


def test_runs_keep_the_numbers_of_the_catalogue() -> None:
    """Users, lengths and limits, as they are compiled."""
    runs = {run.id: run for run in read_paths([RULES]).runs}
    assert {id_: (run.users, run.length_s) for id_, run in runs.items() if run.users} == {
        "lark-service/burst": (10, 1),
        "lark-service/burst-by-app": (5, 1),
        "discord-economy-bot/thousand-users": (1100, 300),
        "reflection-api/load-10": (10, 300),
        "reflection-api/load-50": (50, 180),
        "reflection-api/load-100": (100, 180),
        "reflection-api/spike": (100, 130),
        "reflection-api/regression": (50, 300),
        "triflow-judgment/baseline-100": (100, 300),
        "triflow-judgment/stress-500": (500, 600),
        "triflow-judgment/spike-1000": (1000, 250),
        "triflow-judgment/users": (550, 300),
    }
    bounds = {
        f"{run.id}/{check.name}": check.bound for run in runs.values() for check in run.checks
    }
    assert [bounds[f"lark-service/burst/{name}"] for name in ("success", "mean", "p99")] == [
        Limits(at_least=Decimal("0.95")),
        Limits(at_most=Decimal("0.5")),
        Limits(at_most=Decimal(2)),
    ]
    levels = [f"coze-shopify-chat/regression/{q}-p95" for q in ("history", "conversations", "user")]
    assert [bounds[name] for name in levels] == [
        Limits(at_most=Decimal(level)) for level in ("0.2", "0.15", "0.1")
    ]
    for users, more, errors in ((50, "0.5", "0.01"), (100, "1", "0.05")):
        p95 = bounds[f"reflection-api/load-{users}/p95"]
        assert p95 == Change(at_most=Decimal(more), floor=Decimal("0.02"))
        share = bounds[f"reflection-api/load-{users}/errors"]
        assert share == Limits(at_most=Decimal(errors))
    recoveries = [bound.within_s for bound in bounds.values() if isinstance(bound, Recovery)]
    assert recoveries == [30, 30]
    assert runs["reflection-api/performance"].ends_within_s == 900


def test_every_check_of_a_run_says_what_must_hold() -> None:
    """The requirement's id, and a sentence."""
    for run in read_paths([RULES]).runs:
        assert run.nfr, run.id
        assert run.description, run.id
        for check in run.checks:
            assert check.nfr == run.nfr, check.name
            assert check.description, check.name
