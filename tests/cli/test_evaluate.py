"""`slowatch evaluate` once, against a Prometheus at work."""

import json

from slowatch.demo.demo import rules_folder
from tests.cli.calling import Done, slowatch
from tests.support.daemon import WatchedDemo


def evaluate(watched: WatchedDemo, *more: str) -> Done:
    """Evaluate the packs at the demo's Prometheus."""
    return slowatch(
        *("evaluate", "--rules", str(rules_folder()), "--prometheus", watched.prometheus_url),
        *("--slot", "10s", "--scrape-interval", "1s"),
        *more,
        settle="1s",
    )


def test_json_has_the_shape_of_slo(watched: WatchedDemo) -> None:
    done = evaluate(watched, "--json")
    assert (done.code, done.err) == (0, "")
    answer = json.loads(done.out)
    served = watched.daemon.get("/slo").json()
    assert list(answer) == list(served)
    assert list(answer["slos"][0]) == list(served["slos"][0])
    assert {slo["id"] for slo in answer["slos"]} == {slo["id"] for slo in served["slos"]}


def test_the_table_is_for_people(watched: WatchedDemo) -> None:
    done = evaluate(watched)
    assert done.code == 0
    assert "SLOs: " in done.out


def test_a_moment_is_kept(watched: WatchedDemo) -> None:
    """Before the demo began nothing was measured."""
    answer = json.loads(evaluate(watched, "--at", "2026-01-01T00:00:07Z", "--json").out)
    assert answer["as_of"] == "2026-01-01T00:00:00Z"
    assert {slo["state"] for slo in answer["slos"]} == {"no_data"}
