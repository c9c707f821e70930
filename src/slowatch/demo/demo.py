"""The demo: five systems at play, a Prometheus, slowatch, and a table that follows them."""

import contextlib
import json
import signal
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any

from slowatch.demo.daemon import SCRAPE_INTERVAL, Daemon
from slowatch.demo.display import display
from slowatch.demo.loaded import Crowd, Options, UnderLoad, Watched, let_come, packs_of, under_load
from slowatch.demo.problem import DemoError
from slowatch.demo.prometheus import PrometheusServer
from slowatch.demo.workload import Workload, prometheus_config

if TYPE_CHECKING:
    from rich.console import Console

Answer = Mapping[str, Any]

LOOK_EVERY_S = 2.0
NOTHING_OLDER = "--storage.tsdb.retention.time=2h"
"""The daemon reads the retention from Prometheus, and does not backfill days that never were."""


@dataclass(frozen=True, slots=True)
class Stage:
    """All parts, up and running."""

    workload: Workload
    prometheus: PrometheusServer
    daemon: Daemon
    crowd: Crowd | None = None


def run_demo(
    duration_s: float | None,
    as_json: bool,  # noqa: FBT001  the command's option
    load: Options | None = None,
) -> int:
    """Play, watch and tell until `duration_s` is over or Ctrl-C or SIGTERM comes; the exit code.

    With options of a load real users call the systems, and each run that they have played is told.
    With `as_json` the last `/slo` answer is all that stdout gets; the rest goes to stderr.
    Nothing is left behind: no process, no file.
    """
    from rich.console import Console

    console = Console(stderr=as_json, highlight=False)
    answers: list[Answer] = []
    try:
        under = under_load(load) if load else None
        with _interruptible(), set_up(under) as stage:
            _tell_where(console, stage)
            for answer in _looks(stage, duration_s, console):
                answers[:] = [answer]
    except DemoError as error:
        sys.stderr.write(f"slowatch demo: {error}\n")
        return 1
    except KeyboardInterrupt:
        with contextlib.suppress(OSError):  # the terminal may be what went away
            console.print("stopped")
    if as_json and answers:
        sys.stdout.write(json.dumps(answers[-1], indent=2) + "\n")
    return 0


@contextlib.contextmanager
def set_up(under: UnderLoad | None = None) -> Iterator[Stage]:
    """Start all parts over one temporary folder; end them and remove it afterwards."""
    rules = rules_folder()
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="slowatch-demo-")))
        if under is not None:
            rules = packs_of(under.systems, rules, folder / "rules")
        load, names = (under.load, under.systems) if under else (None, ())
        workload = stack.enter_context(Workload(folder / "workload", load=load, names=names))
        config = prometheus_config(workload.targets, scrape_interval=SCRAPE_INTERVAL)
        server = PrometheusServer(folder / "prometheus", config=config, extra_args=[NOTHING_OLDER])
        prometheus = stack.enter_context(server)
        daemon = Daemon(folder / "slowatch", prometheus_url=prometheus.url, rules=rules)
        stack.enter_context(daemon)
        crowd = let_come(stack, folder, under, workload.targets) if under else None
        yield Stage(workload, prometheus, daemon, crowd)


def rules_folder() -> Path:
    """The packs: inside the installed package, or `rules/` of a checkout."""
    packaged = Path(str(resources.files("slowatch.demo"))) / "rules"
    checkout = Path(__file__).parents[3] / "rules"
    for folder in (packaged, checkout):
        if folder.is_dir():
            return folder
    raise DemoError(f"no rules found, neither in {packaged} nor in {checkout}")


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """SIGTERM, SIGINT and a terminal that goes away raise KeyboardInterrupt, the first time.

    Cleaning up is then left in peace. What `nohup` has set is kept.
    """
    ends = (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
    numbers = [number for number in ends if signal.getsignal(number) is not signal.SIG_IGN]

    def interrupt(_number: int, _frame: FrameType | None) -> None:
        for number in numbers:
            signal.signal(number, signal.SIG_IGN)
        raise KeyboardInterrupt

    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _looks(stage: Stage, duration_s: float | None, console: "Console") -> Iterator[Answer]:
    """Every answer until the time is up, each shown as it comes."""
    end_s = None if duration_s is None else time.monotonic() + duration_s
    with display(console) as show:
        while end_s is None or time.monotonic() < end_s:
            left_s = LOOK_EVERY_S if end_s is None else end_s - time.monotonic()
            time.sleep(min(LOOK_EVERY_S, max(0.0, left_s)))
            answer = stage.daemon.slo_answer()
            if answer is not None:
                show(answer, stage.workload.play())
                yield answer
            if stage.crowd is not None:
                stage.crowd.check()
                watched = Watched(stage.prometheus.url, rules_folder())
                for told in stage.crowd.news(watched):
                    console.print(told, soft_wrap=True, markup=False)


def _tell_where(console: "Console", stage: Stage) -> None:
    count = len(stage.workload.targets)
    systems = "five systems" if count == 5 else "a system" if count == 1 else f"{count} systems"
    for told in (
        f"{systems}, scraped by Prometheus: {stage.prometheus.url}",
        f"slowatch: {stage.daemon.url}, for programs {stage.daemon.url}/slo and its /docs",
        "the first slots come in after about 15 s; Ctrl-C ends it all",
    ):
        console.print(told, soft_wrap=True)
