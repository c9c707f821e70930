"""Every requirement of the catalogue is watched by a pack, or is named here with the reason."""

from collections import Counter

from tests.packs.conftest import Pack

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
NOT_AN_SLO = {
    "L1": "a verdict of one load run",
    "L2": "a verdict of one load run",
    "C-REG": "relative to a recorded baseline, not to a bound",
    "REQ-4": "relative to a recorded baseline, with an exit code and a report",
    "REQ-5": "a verdict of one load run",
    "REQ-6": "a verdict relative to a baseline run",
    "REQ-7": "a verdict relative to a baseline run",
    "REQ-8": "a verdict of one load run, with a recovery time",
    "CON-3": "the length of a run",
    "T-S1": "a verdict of one load run",
    "T-S2": "a verdict of one load run",
    "T-S3": "a verdict of one load run, with a recovery time",
}
BOTH_FORMS = {"P003", "NFR-P-002", "C-LAT", "R-LAT", "T-RULE", "T-HYB", "T-BI", "T-CCH"}


def test_every_system_has_a_pack(packs: list[Pack]) -> None:
    """Five systems, five packs."""
    assert {pack["service"] for pack in packs} == WATCHED.keys()


def test_every_requirement_is_watched_and_nothing_else(packs: list[Pack]) -> None:
    """The ids of a pack's SLOs are those of the catalogue."""
    assert {pack["service"]: {slo["nfr"] for slo in pack["slos"]} for pack in packs} == WATCHED


def test_no_requirement_is_both_watched_and_left_out() -> None:
    """The whole catalogue has 45 rows of SLOs and verdicts, and three alerts."""
    watched = set().union(*WATCHED.values())
    assert not watched & NOT_AN_SLO.keys()
    assert len(watched) + len(NOT_AN_SLO) == 45


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
