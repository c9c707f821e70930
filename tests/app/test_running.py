"""A daemon at work: real systems, a real Prometheus, a real schedule, a real ledger."""

import subprocess
from contextlib import closing
from datetime import datetime

from slowatch.ledger.ledger import Ledger
from slowatch.slo.slot import Span
from tests.api.json_schema import mismatches
from tests.support.daemon import HEADER, PASSWORD, SLOT_S, WatchedDemo, wait_for

PATHS = (
    "/slo",
    "/slo/lark-service/api-success",
    "/slo/lark-service/api-success/history?step=10s",
    "/healthz",
    "/readyz",
    "/metrics",
    "/docs",
    "/openapi.json",
    "/nothing",
)


def test_five_systems_are_watched_and_fine(watched: WatchedDemo) -> None:
    assert len({slo["service"] for slo in watched.daemon.get("/slo").json()["slos"]}) == 5

    def each_has_events() -> bool:  # in its first slot an application may have had none
        slos = watched.daemon.get("/slo").json()["slos"]
        totals = [slo["total"] for slo in slos if slo["id"] == "lark-service/api-success"]
        return len(totals) == 5 and all(total is not None and total > 0 for total in totals)

    wait_for(each_has_events, within_s=4 * SLOT_S)


def test_it_becomes_ready(watched: WatchedDemo) -> None:
    wait_for(lambda: watched.daemon.get("/readyz").status_code == 200, within_s=15)
    assert watched.daemon.get("/readyz").json()["reasons"] == []


def test_answers_are_what_the_openapi_document_says(watched: WatchedDemo) -> None:
    document = watched.daemon.get("/openapi.json").json()
    ok = document["paths"]["/slo"]["get"]["responses"]["200"]
    schema = ok["content"]["application/json"]["schema"]
    assert list(mismatches(watched.daemon.get("/slo").json(), schema, document)) == []


def test_history_says_what_the_ledger_says(watched: WatchedDemo) -> None:
    path = "/slo/lark-service/api-success/history?step=10s&label.app_id=crm"
    (told,) = watched.daemon.get(path).json()["series"]
    point = told["points"][0]
    start_s = int(datetime.fromisoformat(point["start"]).timestamp())
    with closing(Ledger.open(str(watched.ledger))) as ledger:
        ids = {s.id for s in ledger.series() if s.labels == {"app_id": "crm"}}
        sums = ledger.sums(Span(start_s, start_s + SLOT_S), ids).values()
    assert (point["good"], point["total"]) in {(t.good / 1e6, t.total / 1e6) for t in sums}


def test_metrics_of_a_daemon_at_work_are_valid(watched: WatchedDemo) -> None:
    page = watched.daemon.get("/metrics").text
    checked = subprocess.run(
        ["promtool", "check", "metrics"], input=page, text=True, capture_output=True
    )
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, "", "")
    numbers = dict(line.rsplit(" ", 1) for line in page.splitlines() if "{" not in line)
    assert float(numbers["slowatch_slots_recorded_total"]) > 0
    assert float(numbers["slowatch_samples_read_total"]) > 0
    assert float(numbers["slowatch_run_failures_total"]) == 0


def test_no_secret_is_in_the_log_or_in_any_answer(watched: WatchedDemo) -> None:
    told = [watched.daemon.log, *(watched.daemon.get(path).text for path in PATHS)]
    for text in told:
        assert text
        assert PASSWORD not in text
        assert HEADER not in text


def test_nothing_went_wrong_that_the_log_tells(watched: WatchedDemo) -> None:
    assert '"level": "error"' not in watched.daemon.log
    assert "Traceback" not in watched.daemon.log
