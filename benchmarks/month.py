"""A real daemon that watches a fleet, with thirty days of ledger, over a real Prometheus.

The ledger is made as the daemon keeps it: three days of single slots, hours before. Prometheus
scrapes a fleet that begins when the daemon does, so that every series is born within a measured
slot.
"""

import os
import re
import sys
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
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

SLOT_S = 60
DAYS = 30
QUESTIONS_AT_ONCE = 20
ANSWER_WITHIN_S = 120.0
BACKFILL_BEGINS_S = 5.0
"""It does two seconds after the start."""
KIB_PER_MB = 1e6 / 1024
SLOWATCH = str(Path(sys.executable).with_name("slowatch"))


@dataclass(frozen=True, slots=True)
class Running:
    """A daemon that runs, its address, and when it was started, by `time.perf_counter`."""

    child: Child
    url: str
    started: float

    def judged_s(self, count: int) -> float:
        """Seconds from now until `/slo` tells of as many SLOs, all of them judged."""
        waiting = time.perf_counter()
        while self.child.is_running and time.perf_counter() - waiting < ANSWER_WITHIN_S:
            try:
                answer = httpx.get(f"{self.url}/slo", trust_env=False).json()
            except httpx.TransportError:
                answer = {"slos": ()}
            if sum(slo["compliance_ratio"] is not None for slo in answer["slos"]) == count:
                return time.perf_counter() - waiting
            time.sleep(0.05)
        raise SystemExit(f"/slo did not answer in time; the daemon said:\n{self.child.log_tail()}")

    def metric(self, name: str) -> float:
        """One that the daemon tells of itself, without its prefix."""
        text = httpx.get(f"{self.url}/metrics", trust_env=False, timeout=60).text
        (value,) = re.findall(rf"^slowatch_{name} (\S+)$", text, re.MULTILINE)
        return float(value)

    def resident_mb(self) -> float:
        """Memory that it has now."""
        return self._status_mb("VmRSS")

    def most_resident_mb(self) -> float:
        """The most memory that it had."""
        return self._status_mb("VmHWM")

    def _status_mb(self, name: str) -> float:
        lines = Path(f"/proc/{self.child.pid}/status").read_text(encoding="ascii").splitlines()
        return next(int(line.split()[1]) for line in lines if line.startswith(name)) / KIB_PER_MB

    def wait_until_filled(self) -> None:
        """Wait until the slots that the ledger lacks are filled in."""
        time.sleep(BACKFILL_BEGINS_S)
        while self.child.is_running and self.metric("backfill_pending"):
            time.sleep(1)


def fill_ledger(folder: Path, count: int) -> None:
    """Write thirty days of the fleet's SLOs."""
    _fill(folder / "ledger.db", list(questions_of(slos(count), SLOT_S).values()))


@contextmanager
def running(folder: Path, count: int) -> Iterator[Running]:
    """The daemon over the ledger of a folder, with a Prometheus and a fleet of its own."""
    rules = folder / "rules"
    rules.mkdir()
    for number, text in enumerate(spec_texts(count)):
        (rules / f"{number}.yaml").write_text(text, encoding="utf-8")
    with _scraped_fleet(count) as fleet:
        config = (
            f"global: {{scrape_interval: {SCRAPE_S}s}}\n"
            f"scrape_configs: [{{job_name: fleet, honor_labels: true, "
            f"static_configs: [{{targets: ['{fleet}']}}]}}]\n"
        )
        with PrometheusServer(folder / "data", config=config) as prometheus:
            listen = f"127.0.0.1:{free_port()}"
            settings = {
                "SLOWATCH_PROMETHEUS_URL": prometheus.url,
                "SLOWATCH_RULES": str(rules),
                "SLOWATCH_STATE": str(folder / "ledger.db"),
                "SLOWATCH_LISTEN": listen,
            }
            started = time.perf_counter()
            environment = {**os.environ, **settings}
            child = Child([SLOWATCH, "run"], log_path=folder / "log", env=environment, cwd=folder)
            try:
                yield Running(child, f"http://{listen}", started)
            finally:
                child.stop()


@contextmanager
def judging(count: int) -> Iterator[tuple[Running, Path]]:
    """Such a daemon with all its SLOs judged and its ledger filled; a folder that ends with it."""
    with TemporaryDirectory(prefix="slowatch-bench-") as name:
        folder = Path(name)
        fill_ledger(folder, count)
        with running(folder, count) as daemon:
            daemon.judged_s(count)
            daemon.wait_until_filled()
            yield daemon, folder


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
