"""Users of one system, as a script says; it runs where Locust is, which may be without slowatch.

The variable DEMO_SCRIPT names the script, which `visitors.py` beside this file writes.
"""

import json
import os
import sys
import time
from itertools import count
from pathlib import Path
from random import random

import gevent
from locust import FastHttpUser, LoadTestShape, constant_pacing, task

SOURCE = str(Path(__file__).parents[3])
sys.path.append(SOURCE)  # the plug-in needs nothing but the standard library
from slowatch.locust.marking import Marks  # noqa: E402

sys.path.remove(SOURCE)

SCRIPT = json.loads(Path(os.environ["DEMO_SCRIPT"]).read_text(encoding="utf-8"))
FOLDER = Path(SCRIPT["folder"])
NUMBERS = count(1)


class Visitor(FastHttpUser):
    """Looks in again and again, and makes the calls that are due then."""

    wait_time = constant_pacing(SCRIPT["pause_s"])

    def on_start(self) -> None:
        """Be seen at once, and then at moments of one's own."""
        self.headers = {"x-user": f"{os.getpid()}-{next(NUMBERS)}"}
        self.due = {path: random() for path in SCRIPT["calls"]}  # noqa: S311
        self.look()
        gevent.sleep(random() * SCRIPT["pause_s"])  # noqa: S311

    @task
    def look(self) -> None:
        """Make the calls, one by one or all in one request."""
        calls = {}
        for path, often in SCRIPT["calls"].items():
            whole = int(self.due[path] + often)
            self.due[path] += often - whole
            if whole:
                calls[path] = whole
        if SCRIPT["in_bundles"]:
            self.client.post("/calls", json=calls, headers=self.headers)
            return
        for path, often in calls.items():
            for _ in range(often):
                self.client.get(path, headers=self.headers, name=path.partition("?")[0])


class Programme(LoadTestShape):
    """Goes through the stages, and takes down which run was played when."""

    stage = -1
    marks: Marks | None = None
    path = FOLDER
    begun_s = 0.0

    def tick(self) -> tuple[int, float] | None:
        """How many users there should be now."""
        at_s, users = self.get_run_time(), 0
        if SCRIPT["repeats"]:
            at_s %= sum(stage["for_s"] for stage in SCRIPT["stages"])
        for nth, stage in enumerate(SCRIPT["stages"]):
            if at_s < stage["for_s"]:
                share = min(1.0, (at_s + 1) / stage["for_s"])  # until this is asked again
                wanted = round(users + (stage["users"] - users) * share)
                self._mark(nth)
                return wanted, max(1, abs(wanted - self.get_current_user_count()))
            at_s -= stage["for_s"]
            users = stage["users"]
        self._mark(-1)
        return None

    def _mark(self, nth: int) -> None:
        """Take down which stage goes on; -1 stands for none."""
        run = SCRIPT["stages"][nth]["run"] if nth >= 0 else None
        before = SCRIPT["stages"][self.stage]["run"] if self.stage >= 0 else None
        now_s = time.time()
        if run != before or nth < self.stage:
            self._end(before, now_s)
            self.begun_s = now_s
            self.path = FOLDER / f"{run}-{now_s:.0f}.jsonl"
            self.marks = Marks(self.path) if run else None
        self.stage = nth
        if self.marks is not None and nth >= 0:
            self.marks.tell(now_s, SCRIPT["stages"][nth]["phase"], self.get_current_user_count())

    def _end(self, run: str | None, now_s: float) -> None:
        if run is not None:
            told = {"run": run, "start_s": self.begun_s, "end_s": now_s, "marks": str(self.path)}
            with (FOLDER / "played.jsonl").open("a", encoding="utf-8") as file:
                file.write(json.dumps(told) + "\n")
