"""Judging what was played, by `slowatch verify` as anybody calls it."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slowatch.demo.daemon import PREFIX, RUN, SCRAPE_INTERVAL
from slowatch.demo.demo import rules_folder
from slowatch.demo.load.programme import STEADY
from slowatch.demo.load.visitors import PlayedRun
from slowatch.demo.loaded import moment
from tests.acceptance.playing import SCALES, TIME_SCALE, Playing

EXIT_CODES = {"pass": 0, "warn": 0, "fail": 1, "inconclusive": 2}

JUDGED_BY = {
    "lark-service": STEADY,
    "discord-economy-bot": "thousand-users",
    "coze-shopify-chat": "regression",
    "reflection-api": "load-100",
    "triflow-judgment": "users",
}
"""The run of each system by which all its SLOs are judged: under its full load, past the ramp."""

WHOLE = {"reflection-api": ("performance", "load-10")}
"""Declared runs that are many in one: from the beginning of another one to the end of all.

They are held to their real length, since users come and go, and recover, in real time.
"""

Document = Mapping[str, Any]


class AcceptanceError(Exception):
    """slowatch did not do what it was called for; the message has what it said."""


@dataclass(frozen=True, slots=True)
class Judge:
    """Who judges a variant: with a ledger of its own in `folder`."""

    folder: Path
    playing: Playing

    def verdicts(self) -> Iterator[tuple[str, Document]]:
        """For each system the verdicts on all that was played, as documents."""
        for system in self.playing.judged:
            self._record(system)
            for document in self._judged(system):
                yield system, document

    def _record(self, system: str) -> None:
        """Mark the recorded runs as what later ones are compared with."""
        for run in self.playing.recorded[system]:
            document = self._verify(system, run.run, run)
            self._call("runs", "mark", str(document["id"]), *self._state())

    def _judged(self, system: str) -> Iterator[Document]:
        played = self.playing.judged[system]
        for run in played:
            if run.run != STEADY:
                yield self._verify(system, run.run, run)
            if run.run == JUDGED_BY[system]:
                yield self._verify(system, None, run)
        if system in WHOLE:
            name, since = WHOLE[system]
            first = next(run for run in played if run.run == since)
            whole = PlayedRun(name, first.start_s, played[-1].end_s, first.marks)
            yield self._verify(system, name, whole, time_scale=1.0)

    def _verify(
        self, system: str, name: str | None, run: PlayedRun, *, time_scale: float = TIME_SCALE
    ) -> Document:
        arguments = ["--rules", str(rules_folder() / f"{system}.yaml"), *self._state()]
        arguments += ["--prometheus", self.playing.prometheus_url]
        arguments += ["--name", f"{system}/{name}"] if name else []
        arguments += ["--from", moment(run.start_s), "--to", moment(run.end_s)]
        arguments += ["--phases", run.marks]
        arguments += [f"--scale={SCALES[system]:g}", f"--time-scale={time_scale:g}"]
        arguments += ["--scrape-interval", SCRAPE_INTERVAL, "--json"]
        code, out = self._call("verify", *arguments, may_fail=True)
        document: Document = json.loads(out)
        if EXIT_CODES[document["verdict"]] != code:
            raise AcceptanceError(f"{document['run']} is {document['verdict']}, and exits {code}")
        return document

    def _state(self) -> Sequence[str]:
        return ["--state", str(self.folder / "ledger.db")]

    def _call(self, *arguments: str, may_fail: bool = False) -> tuple[int, str]:
        env = {name: text for name, text in os.environ.items() if not name.startswith(PREFIX)}
        done = subprocess.run(
            [sys.executable, "-c", RUN, *arguments],
            capture_output=True,
            text=True,
            env=env,
            cwd=self.folder,
        )
        most = max(EXIT_CODES.values()) if may_fail else 0
        if not 0 <= done.returncode <= most:
            told = f"slowatch {' '.join(arguments)}: exit code {done.returncode}"
            raise AcceptanceError(f"{told}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        return done.returncode, done.stdout
