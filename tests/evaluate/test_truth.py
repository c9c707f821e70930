"""Budgets tell the truth: bad shares over the trace against what happened."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from slowatch.evaluate import watch as watching
from slowatch.slo.slot import DAY_S
from tests.evaluate.truth import (
    SCRAPE_S,
    WITHIN,
    by_series,
    counts_of,
    deviations,
    evaluated,
    one_each,
)
from tests.support.prometheus import ServedTrace

Counts = Mapping[str, tuple[float, float]]


@pytest.fixture(scope="module")
def counts(trace: ServedTrace) -> Counts:
    """What one SLO by `series` counts over two days."""
    return counts_of(evaluated(trace, by_series()))


def test_bad_shares_are_true_as_far_as_counters_tell(trace: ServedTrace, counts: Counts) -> None:
    """Restarts, births, outages: within 0.05 % everywhere, outage or not."""
    found = deviations(trace.trace, counts, with_masked=False)
    assert found[0].relative <= WITHIN, found[:5]


def test_bad_shares_are_true_where_no_process_died_unseen(
    trace: ServedTrace, counts: Counts
) -> None:
    """A counter that passes its old value before the next scrape hides a restart."""
    masked = {n for n, truth in trace.trace.truths.items() if any(truth.masked(trace.trace.span))}
    found = [one for one in deviations(trace.trace, counts) if one.pair not in masked]
    assert len(found) > 30
    assert all(one.is_small for one in found), found[:5]


@pytest.mark.slow
def test_one_slo_each_counts_what_one_slo_by_label_counts(
    trace: ServedTrace, counts: Counts
) -> None:
    """Counted from the good events here, from the bad ones there."""
    found = counts_of(evaluated(trace, one_each(trace.trace)))
    assert {n: sum(both) for n, both in found.items()} == pytest.approx(
        {n: sum(both) for n, both in counts.items()}, rel=1e-6
    )
    assert all(one.relative <= WITHIN for one in deviations(trace.trace, found, with_masked=False))


@pytest.mark.slow
def test_command_line_says_the_same(trace: ServedTrace, counts: Counts, tmp_path: Path) -> None:
    """`slowatch evaluate --json`, in a process of its own."""
    rules = tmp_path / "trace.yaml"
    rules.write_text(by_series(window="2d"))
    call = "from slowatch.cli.main import main; main()"
    flags = ["--rules", str(rules), "--prometheus", trace.url, "--json"]
    flags += ["--at", str(trace.trace.span.end_s), "--scrape-interval", f"{SCRAPE_S}s"]
    done = subprocess.run(
        [sys.executable, "-c", call, "evaluate", *flags],
        capture_output=True,
        text=True,
        cwd=tmp_path,
        env={"PATH": os.environ["PATH"]},
    )
    assert done.returncode == 0, done.stderr
    slos = json.loads(done.stdout)["slos"]
    found = {one["group"]["series"]: (one["good"], one["bad"]) for one in slos}
    assert found == counts


@pytest.mark.slow
def test_bad_shares_of_ten_days_are_true(long_trace: ServedTrace) -> None:
    """Against all that happened: 0.05 % without an outage, 0.5 % with one."""
    found = deviations(long_trace.trace, counts_of(evaluated(long_trace, by_series())))
    assert len(found) == 40
    assert all(one.is_small for one in found), found[:5]


@pytest.mark.slow
def test_hours_count_what_their_slots_count(
    long_trace: ServedTrace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Seven of ten days by the hour are worth as much as all of them by the minute.

    But for single errors: a lazy counter that was gone since a restart, and comes back with just
    the value that it had, is new to a slot, which looks an hour back from its own start, and not
    to an hour, which looks back from the hour's.
    """
    by_hour = counts_of(evaluated(long_trace, by_series()))
    monkeypatch.setattr(watching, "FULL_RESOLUTION_S", 11 * DAY_S)
    by_minute = counts_of(evaluated(long_trace, by_series()))
    differing = {name for name, both in by_minute.items() if both != by_hour[name]}
    lazy = {pair.name for pair in long_trace.trace.pairs if pair.is_lazy}
    assert differing <= lazy
    for name in differing:
        assert by_hour[name][0] == by_minute[name][0]
        assert 0 < by_minute[name][1] - by_hour[name][1] <= 1
