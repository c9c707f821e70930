"""What a daemon takes that watches 1,000 SLOs with 30 days of ledger, and how fast commands are.

    python -m benchmarks.capacity
    python -m benchmarks.capacity --slos 100 --for 130

The ledger is made as the daemon keeps it: three days of single slots, hours before. The daemon is
the real one, over a real Prometheus that scrapes a fleet which begins when the daemon does, so that
every series is born within a measured slot. Commands are timed beside a Python that does nothing.
"""

import argparse
import os
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import chain
from pathlib import Path
from random import Random
from tempfile import TemporaryDirectory

import httpx

from benchmarks.fleet import BUCKETS, SCRAPE_S, TENTH, slos, spec_texts
from slowatch.demo.child import Child, free_port
from slowatch.demo.prometheus import PrometheusServer
from slowatch.evaluate.question import Question, questions_of
from slowatch.evaluate.watch import FULL_RESOLUTION_S
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Fact, Recording
from slowatch.slo.slot import DAY_S, HOUR_S, Span, floor_to, slot_starts
from slowatch.slo.tally import MICRO, Tally

Row = tuple[str, str, str]

SLOT_S = 60
DAYS = 30
QUESTIONS_AT_ONCE = 20
ROUNDS = 5
ANSWER_WITHIN_S = 120.0
KIB_PER_MB = 1e6 / 1024
SLOWATCH = str(Path(sys.executable).with_name("slowatch"))


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
        _fill(folder / "ledger.db", list(questions_of(slos(count), SLOT_S).values()))
        yield f"made a ledger of {count} SLOs and {DAYS} days", f"{_since(started):.0f} s", ""
        yield "ledger on disk", f"{_disk_mb(folder):.0f} MB", ""
        fleet = stack.enter_context(_scraped_fleet(count))
        config = (
            f"global: {{scrape_interval: {SCRAPE_S}s}}\n"
            f"scrape_configs: [{{job_name: fleet, honor_labels: true, "
            f"static_configs: [{{targets: ['{fleet}']}}]}}]\n"
        )
        prometheus = stack.enter_context(PrometheusServer(folder / "data", config=config))
        yield from _running(folder, prometheus.url, count, for_s)


def _running(folder: Path, prometheus_url: str, count: int, for_s: int) -> Iterator[Row]:
    for number, text in enumerate(spec_texts(count)):
        rules = folder / "rules"
        rules.mkdir(exist_ok=True)
        (rules / f"{number}.yaml").write_text(text, encoding="utf-8")
    url = f"127.0.0.1:{free_port()}"
    settings = {
        "SLOWATCH_PROMETHEUS_URL": prometheus_url,
        "SLOWATCH_RULES": str(folder / "rules"),
        "SLOWATCH_STATE": str(folder / "ledger.db"),
        "SLOWATCH_LISTEN": url,
    }
    environment = {**os.environ, **settings}
    started = time.perf_counter()
    child = Child([SLOWATCH, "run"], log_path=folder / "log", env=environment, cwd=folder)
    try:
        yield (
            "from start to /slo with all of them judged",
            f"{_judged_s(child, url, count):.1f} s",
            "5 s",
        )
        yield "resident then", f"{_status_mb(child, 'VmRSS'):.0f} MB", ""
        while _since(started) < for_s and child.is_running:
            time.sleep(1)
        metrics = httpx.get(f"http://{url}/metrics", trust_env=False).text
        slots = for_s // SLOT_S
        yield f"resident after {slots} slots", f"{_status_mb(child, 'VmRSS'):.0f} MB", "300 MB"
        yield "resident at most", f"{_status_mb(child, 'VmHWM'):.0f} MB", ""
        yield "recordings with facts", _metric(metrics, "slots_recorded"), ""
        yield "recordings without", _metric(metrics, "slots_missing"), ""
    finally:
        child.stop()


def _judged_s(child: Child, url: str, count: int) -> float:
    started = time.perf_counter()
    while child.is_running and _since(started) < ANSWER_WITHIN_S:
        try:
            answer = httpx.get(f"http://{url}/slo", trust_env=False).json()
        except httpx.TransportError:
            answer = {"slos": ()}
        if sum(slo["compliance_ratio"] is not None for slo in answer["slos"]) == count:
            return _since(started)
        time.sleep(0.05)
    raise SystemExit(f"/slo did not answer in time; the daemon said:\n{child.log_tail()}")


def _since(started: float) -> float:
    return time.perf_counter() - started


def _status_mb(child: Child, name: str) -> float:
    """A line of the kernel's about a process, in megabytes."""
    lines = Path(f"/proc/{child.pid}/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name)) / KIB_PER_MB


def _metric(text: str, name: str) -> str:
    found = [line.split()[-1] for line in text.splitlines() if f"{name}_total " in line]
    return f"{float(found[-1]):.0f}" if found else "?"


def _disk_mb(folder: Path) -> float:
    return sum(file.stat().st_size for file in folder.glob("ledger.db*")) / 1e6


# The ledger


def _fill(path: Path, questions: Sequence[Question]) -> None:
    end_s = floor_to(time.time(), SLOT_S)
    chance = Random(1)  # noqa: S311  numbers to add up
    with Ledger.open(str(path)) as ledger:
        for first in range(0, len(questions), QUESTIONS_AT_ONCE):
            some = questions[first : first + QUESTIONS_AT_ONCE]
            ledger.record(_recording(question, end_s, chance) for question in some)


def _recording(question: Question, end_s: int, chance: Random) -> Recording:
    """A whole month of one question: hours, then slots, as after compaction."""
    start_s = floor_to(end_s - DAYS * DAY_S, HOUR_S)
    recent_s = floor_to(end_s - FULL_RESOLUTION_S, HOUR_S)
    hours = slot_starts(Span(start_s, recent_s), HOUR_S)
    slots = slot_starts(Span(recent_s, end_s), SLOT_S)
    facts = (
        *(_fact(at_s, HOUR_S, chance) for at_s in hours),
        *(_fact(at_s, SLOT_S, chance) for at_s in slots),
    )
    return Recording(question.asked, Span(start_s, end_s), facts)


def _fact(start_s: int, length_s: int, chance: Random) -> Fact:
    total = chance.randrange(100, 400) * length_s // SLOT_S
    bad = chance.random() < 0.1
    tally = Tally((total - bad) * MICRO, total * MICRO, length_s // SLOT_S)
    return Fact({}, Span(start_s, start_s + length_s), tally)


# A fleet to scrape


@contextmanager
def _scraped_fleet(services: int) -> Iterator[str]:
    """The address of a target that tells of all services of `benchmarks.fleet` at once."""
    began_s = time.time()

    class Target(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = "".join(_exposition(services, time.time() - began_s)).encode()
            self.send_response(200)
            self.send_header("Content-Type", "text/plain; version=0.0.4")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Target)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()


def _exposition(services: int, age_s: float) -> Iterator[str]:
    for index in range(services):
        name = f'service="s{index}"'
        yield f'requests_total{{{name},code="200"}} {int(age_s * (2 + index % 7))}\n'
        yield f'requests_total{{{name},code="500"}} {int(age_s * 0.2)}\n'
    for index in range(0, services, TENTH):
        name = f'service="s{index}"'
        for share, le in enumerate(BUCKETS, 1):
            yield f'seconds_bucket{{{name},le="{le}"}} {int(age_s * share)}\n'
        yield f"seconds_count{{{name}}} {int(age_s * len(BUCKETS))}\n"
        yield f"busy{{{name}}} 0.5\nup{{{name}}} 1\n"


if __name__ == "__main__":
    main()
