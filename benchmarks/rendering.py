"""What rendering takes for many SLOs, and whether promtool loads each rule as fast as of a few.

    python -m benchmarks.rendering [--slos 1000]

The SLOs are of mixed kinds: all of one service, which shares most of its rules, and ten to a
service. Every command is a process of its own and timed as a whole; `promtool check rules` is timed
less what it takes for a file without rules.
"""

import argparse
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

from benchmarks.fleet import spec_texts

SLOWATCH = str(Path(sys.executable).with_name("slowatch"))
PER_SERVICE = 10
ROUNDS = 5
KIB_PER_MB = 1e6 / 1024


@dataclass(frozen=True, slots=True)
class Taken:
    """What a command took: seconds, and MB at most."""

    seconds: float
    mb: float


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.rendering", description=__doc__)
    parser.add_argument("--slos", type=int, default=1_000, help="how many SLOs there are")
    count: int = parser.parse_args().slos
    with TemporaryDirectory(prefix="slowatch-bench-") as folder:
        few = _of_services(Path(folder) / "few", count // 10)
        many = _of_services(Path(folder) / "many", count)
        one = Path(folder) / "one"
        one.mkdir()
        for number, text in enumerate(spec_texts(count)):
            (one / f"{number}.yaml").write_text(text, encoding="utf-8")
        heads = f"{'seconds':>8} {'MB':>5} {'rules':>7} {'MB out':>7} {'us to load one':>15}"
        print(f"{'specs':<34} {heads}")
        nothing_s = _load_s(_written(Path(folder) / "nothing.yml", "groups: []\n"))
        per_rule = [
            _row(name, specs, nothing_s)
            for name, specs in (
                (f"{count // 10} SLOs, ten to a service", few),
                (f"{count} SLOs, ten to a service", many),
                (f"{count} SLOs of one service", one),
            )
        ]
    print(
        f"\nloading a rule of {count} SLOs / one of {count // 10}: {per_rule[1] / per_rule[0]:.2f}"
    )


def _row(name: str, specs: Path, nothing_s: float) -> float:
    """Print a row; seconds that promtool takes for a rule."""
    rules = specs.with_suffix(".yml")
    taken = [_run([SLOWATCH, "render-rules", str(specs), "-o", str(rules)]) for _ in range(ROUNDS)]
    text = rules.read_text(encoding="utf-8")
    count = text.count("\n  - record:") + text.count("\n  - alert:")
    each_s = (_load_s(rules) - nothing_s) / count
    seconds = statistics.median(one.seconds for one in taken)
    figures = f"{seconds:>8.2f} {max(one.mb for one in taken):>5.0f} {count:>7,}"
    print(f"{name:<34} {figures} {len(text) / 1e6:>7.2f} {each_s * 1e6:>15.0f}", flush=True)
    return each_s


def _load_s(rules: Path) -> float:
    command = ["promtool", "check", "rules", str(rules)]
    return statistics.median(_run(command).seconds for _ in range(ROUNDS))


def _run(command: Sequence[str]) -> Taken:
    started = time.perf_counter()
    child = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise SystemExit(f"{command[0]} failed: {child.returncode}")
    return Taken(time.perf_counter() - started, usage.ru_maxrss / KIB_PER_MB)


def _of_services(folder: Path, count: int) -> Path:
    """The fleet's SLOs in files of their own, ten to a service."""
    folder.mkdir()
    (text,) = spec_texts(count)
    head, _, entries = text.partition("slos:\n")
    each = [f"  - name: {entry}" for entry in entries.split("  - name: ")[1:]]
    for first in range(0, count, PER_SERVICE):
        named = head.replace("service: fleet", f"service: fleet-{first}")
        own = "".join(each[first : first + PER_SERVICE])
        _written(folder / f"{first}.yaml", f"{named}slos:\n{own}")
    return folder


def _written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


if __name__ == "__main__":
    main()
