"""What every ledger keeps of judged runs, wherever it is kept."""

import json
from collections.abc import Iterator
from dataclasses import replace

import pytest

from slowatch.ledger import runs
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.run_port import NewRun, StoredRun
from slowatch.slo.slot import HOUR_S
from slowatch.slo.verdict import Verdict
from tests.ledger.making import T0


@pytest.fixture
def ledger(ledger_url: str) -> Iterator[Ledger]:
    """An empty ledger."""
    with Ledger.open(ledger_url) as opened:
        yield opened


def judged(name: str = "load-10", verdict: Verdict = "pass", at_s: int = 0) -> NewRun:
    """A run of five minutes that began so long after T0."""
    return NewRun(
        service="reflection-api",
        name=name,
        start_s=T0 + at_s,
        end_s=T0 + at_s + 300,
        verdict=verdict,
        created_s=T0 + at_s + 310,
        digest="d1",
        document=json.dumps({"label": 'us\n"x"\\\0 é'}),
        measurements="[]",
    )


def ids(ledger: Ledger, **wanted: str) -> list[int]:
    """The ids of the runs of a name."""
    return [run.id for run in ledger.runs(**wanted)]  # type: ignore[arg-type]


def test_new_ledger_has_no_run(ledger: Ledger) -> None:
    """Nor a baseline."""
    assert ledger.runs() == []
    assert (ledger.run(1), ledger.run_document(1)) == (None, None)
    assert ledger.baseline_run("reflection-api", "load-10") is None


def test_run_is_read_as_it_was_written(ledger: Ledger) -> None:
    """With its documents, whatever they hold."""
    new = judged()
    run_id = ledger.store_run(new)
    stored = StoredRun(
        id=run_id,
        service="reflection-api",
        name="load-10",
        start_s=T0,
        end_s=T0 + 300,
        verdict="pass",
        is_baseline=False,
        created_s=T0 + 310,
        digest="d1",
    )
    assert ledger.runs() == [stored]
    assert ledger.run(run_id) == stored
    assert ledger.run_document(run_id) == (new.document, new.measurements)


def test_document_with_a_nul_is_stored(ledger: Ledger) -> None:
    """PostgreSQL refuses it as it is."""
    run_id = ledger.store_run(replace(judged(), document="a\0b", measurements="\0"))
    assert ledger.run_document(run_id) == ("a\ufffdb", "\ufffd")


def test_runs_are_told_newest_first_and_not_more_than_asked_for(ledger: Ledger) -> None:
    """By when they were stored, whenever they were played."""
    given = [ledger.store_run(judged(at_s=at_s)) for at_s in (600, 0, 300)]
    assert given == sorted(given)
    assert ids(ledger) == given[::-1]
    assert [run.id for run in ledger.runs(most=2)] == given[:0:-1]
    assert [run.id for run in ledger.runs(most=None)] == given[::-1]


def test_runs_are_chosen_by_service_name_and_verdict(ledger: Ledger) -> None:
    """Each of which may be left out."""
    ten = ledger.store_run(judged())
    fifty = ledger.store_run(judged("load-50"))
    failed = ledger.store_run(judged("load-50", "fail"))
    other = ledger.store_run(replace(judged(), service="lark-service"))
    assert ids(ledger, service="reflection-api") == [failed, fifty, ten]
    assert ids(ledger, name="load-10") == [other, ten]
    assert ids(ledger, service="reflection-api", name="load-50", verdict="pass") == [fifty]
    assert ids(ledger, service="nobody") == []


def test_baseline_is_the_newest_run_that_passed(ledger: Ledger) -> None:
    """A warning is no pass, and another name's run is no baseline."""
    passed = [ledger.store_run(judged()) for _ in range(2)][-1]
    for verdict in ("fail", "inconclusive", "warn"):
        ledger.store_run(judged(verdict=verdict))
    ledger.store_run(judged("load-50"))
    ledger.store_run(replace(judged(), service="lark-service"))
    found = ledger.baseline_run("reflection-api", "load-10")
    assert found is not None
    assert (found.id, found.is_baseline) == (passed, False)


def test_marked_run_is_the_baseline_whatever_came_of_it(ledger: Ledger) -> None:
    """Only one of a name is; the mark of another name stays where it is."""
    first, second = (ledger.store_run(judged(verdict="fail")) for _ in range(2))
    ledger.store_run(judged())
    other = ledger.store_run(judged("load-50"))
    assert [ledger.mark_baseline(run_id) for run_id in (other, first, second)] == [True] * 3
    assert [run.id for run in ledger.runs() if run.is_baseline] == [other, second]
    found = ledger.baseline_run("reflection-api", "load-10")
    assert found is not None
    assert found.id == second


def test_unmarked_run_is_no_baseline_any_more(ledger: Ledger) -> None:
    """The newest that passed is again."""
    failed = ledger.store_run(judged(verdict="fail"))
    passed = ledger.store_run(judged())
    ledger.mark_baseline(failed)
    assert ledger.unmark_baseline(failed)
    found = ledger.baseline_run("reflection-api", "load-10")
    assert found is not None
    assert found.id == passed


def test_run_that_is_not_there_cannot_be_marked(ledger: Ledger) -> None:
    """Nor unmarked, and the mark of others is not lost by it."""
    run_id = ledger.store_run(judged())
    ledger.mark_baseline(run_id)
    assert not ledger.mark_baseline(run_id + 1)
    assert not ledger.unmark_baseline(run_id + 1)
    assert [run.is_baseline for run in ledger.runs()] == [True]


def test_oldest_runs_of_a_name_go_once_there_are_too_many(
    ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Three are kept here; the marked one stays, so do those of other names."""
    monkeypatch.setattr(runs, "MOST_RUNS", 3)
    other = ledger.store_run(judged("load-50"))
    marked = ledger.store_run(judged())
    ledger.mark_baseline(marked)
    given = [ledger.store_run(judged()) for _ in range(5)]
    assert ids(ledger) == [*given[:1:-1], marked, other]


def test_id_is_never_given_to_another_run(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """Even where the newest was dropped at once."""
    monkeypatch.setattr(runs, "MOST_RUNS", 0)
    first, second = (ledger.store_run(judged()) for _ in range(2))
    assert ids(ledger) == []
    assert second > first


def test_runs_are_not_forgotten_with_the_slots(ledger: Ledger) -> None:
    """They are small, and a baseline may be old."""
    run_id = ledger.store_run(judged())
    ledger.forget(T0 + 1000 * HOUR_S)
    assert ids(ledger) == [run_id]


def test_runs_survive_a_restart(shared_ledger_url: str) -> None:
    """With their marks."""
    with Ledger.open(shared_ledger_url) as ledger:
        ledger.mark_baseline(ledger.store_run(judged()))
    with Ledger.open(shared_ledger_url) as ledger:
        assert [run.is_baseline for run in ledger.runs()] == [True]
