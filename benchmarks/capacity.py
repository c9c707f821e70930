"""What a daemon takes that watches 1,000 SLOs with 30 days of ledger, and how fast commands are.

    python -m benchmarks.capacity
    python -m benchmarks.capacity --slos 100 --for 130

The daemon is that of `benchmarks.month`. Commands are timed beside a Python that does nothing.
"""

import argparse
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.month import DAYS, SLOT_S, SLOWATCH, Running, fill_ledger, running

Row = tuple[str, str, str]

ROUNDS = 5


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.capacity")
    parser.add_argument("--slos", type=int, default=1_000, help="how many SLOs there are")
    parser.add_argument("--for", type=int, default=210, help="seconds that the daemon runs")
    given = vars(parser.parse_args())
    print(f"{'what':<50} {'measured':>10} {'goal':>8}")
    for what, measured, goal in chain(_commands(), _daemon(given["slos"], given["for"])):
        print(f"{what:<50} {measured:>10} {goal:>8}", flush=True)


# Commands


def _commands() -> Iterator[Row]:
    yield "python -c pass, median of 5", f"{_median_s([sys.executable, '-c', 'pass']):.3f} s", ""
    yield "slowatch --help", f"{_median_s([SLOWATCH, '--help']):.3f} s", "0.2 s"
    yield "slowatch validate rules/", f"{_median_s([SLOWATCH, 'validate', 'rules/']):.3f} s", "1 s"


def _median_s(command: Sequence[str]) -> float:
    def once() -> float:
        started = time.perf_counter()
        subprocess.run(command, check=True, capture_output=True)
        return time.perf_counter() - started

    return statistics.median(once() for _ in range(ROUNDS))


# The daemon


def _daemon(count: int, for_s: int) -> Iterator[Row]:
    with ExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="slowatch-bench-")))
        started = time.perf_counter()
        fill_ledger(folder, count)
        yield f"made a ledger of {count} SLOs and {DAYS} days", f"{_since(started):.0f} s", ""
        yield "ledger on disk", f"{_disk_mb(folder):.0f} MB", ""
        yield from _running(stack.enter_context(running(folder, count)), count, for_s)


def _running(daemon: Running, count: int, for_s: int) -> Iterator[Row]:
    judged_s = f"{daemon.judged_s(count):.1f} s"
    yield "from start to /slo with all of them judged", judged_s, "5 s"
    yield "resident then", f"{daemon.resident_mb():.0f} MB", ""
    while _since(daemon.started) < for_s and daemon.child.is_running:
        time.sleep(1)
    slots = for_s // SLOT_S
    yield f"resident after {slots} slots", f"{daemon.resident_mb():.0f} MB", "300 MB"
    yield "resident at most", f"{daemon.most_resident_mb():.0f} MB", ""
    yield "recordings with facts", f"{daemon.metric('slots_recorded_total'):.0f}", ""
    yield "recordings without", f"{daemon.metric('slots_missing_total'):.0f}", ""


def _since(started: float) -> float:
    return time.perf_counter() - started


def _disk_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.glob("ledger.db*")) / 1e6


if __name__ == "__main__":
    main()
