"""A thousand clients at once, for a minute, on a daemon that watches 1,000 SLOs.

    python -m benchmarks.load --locust .venv-load/bin/locust
    python -m benchmarks.load --locust locust --clients 100 --slos 100

Half of what they read is `/slo`, half the page, with ten to thirty seconds between two readings, as
in `benchmarks/locustfile.py`. The daemon goes on measuring slots; both sides share the machine.
"""

import argparse
import csv
import subprocess
import time
from pathlib import Path

from benchmarks.month import Running, judging

WARM_UP_S = 30
SECONDS = 60
LOCUSTFILE = Path(__file__).with_name("locustfile.py")


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.load", description=__doc__)
    parser.add_argument("--locust", required=True, help="the command")
    parser.add_argument("--clients", type=int, default=1_000, help="how many there are at once")
    parser.add_argument("--slos", type=int, default=1_000, help="how many SLOs there are")
    given = parser.parse_args()
    with judging(given.slos) as (daemon, folder):
        warm_mb = _read(daemon, folder, given.locust, given.clients)
        _print_daemon(daemon, warm_mb)


def _read(daemon: Running, folder: Path, locust: str, clients: int) -> float:
    """Let the clients come within half a minute, and then read for one; MB resident before that."""
    command = [locust, "--locustfile", str(LOCUSTFILE), "--host", daemon.url, "--headless"]
    command += ["--users", str(clients), "--spawn-rate", str(max(1, clients // WARM_UP_S))]
    command += ["--run-time", f"{WARM_UP_S + SECONDS}s", "--csv", str(folder / "told")]
    command += ["--exit-code-on-error", "0"]
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as reading:
        time.sleep(WARM_UP_S)
        warm_mb = daemon.resident_mb()
    if reading.returncode:
        raise SystemExit(f"{locust} failed: {reading.returncode}")
    print(f"{'read':<12} {'times':>8} {'failed':>8} {'median ms':>10} {'P99 ms':>8}")
    with (folder / "told_stats.csv").open(encoding="utf-8") as file:
        for row in csv.DictReader(file):
            times, failed = row["Request Count"], row["Failure Count"]
            print(f"{row['Name']:<12} {times:>8} {failed:>8} {row['50%']:>10} {row['99%']:>8}")
    return warm_mb


def _print_daemon(daemon: Running, warm_mb: float) -> None:
    after_mb, most_mb = daemon.resident_mb(), daemon.most_resident_mb()
    time.sleep(1)
    told = f"{warm_mb:.0f} MB before the minute, {after_mb:.0f} after, {most_mb:.0f} at most"
    print(f"\nresident: {told}")
    for name in ("slots_late", "runs_missed", "runs_overlapped"):
        print(f"{name}: {daemon.metric(f'{name}_total'):.0f}")


if __name__ == "__main__":
    main()
