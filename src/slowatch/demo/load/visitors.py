"""Visitors of a system: a Locust that goes through a programme, as a child process."""

import json
import os
import shutil
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from slowatch.demo.child import Child
from slowatch.demo.load.programme import Stage
from slowatch.demo.part import Part
from slowatch.demo.problem import DemoError
from slowatch.demo.systems.load import Load
from slowatch.demo.systems.system import System

LOCUSTFILE = Path(__file__).with_name("locustfile.py")
CHECKOUT = Path(__file__).parents[4] / ".venv-load" / "bin" / "locust"
LOG = "locust.log"


@dataclass(frozen=True, slots=True)
class PlayedRun:
    """A run that is over, in Unix seconds, and the path of the file with its phases and users."""

    run: str
    start_s: float
    end_s: float
    marks: str


class Visitors(Part):
    """Locust as a child process, as a context manager; `folder` takes its script, marks and log.

    `in_bundles` says that a user makes all calls that are due in one request.
    """

    def __init__(
        self,
        folder: Path,
        *,
        locust: Path,
        target: str,
        kind: type[System],
        load: Load,
        stages: Sequence[Stage],
        in_bundles: bool = False,
        repeats: bool = False,
    ) -> None:
        self._folder, self._locust, self._target = folder, locust, target
        self._script = {
            "folder": str(folder),
            "pause_s": load.pause_s(kind),
            "calls": calls_per_look(kind, load),
            "in_bundles": in_bundles,
            "repeats": repeats,
            "stages": [asdict(stage) for stage in stages],
        }
        self._child: Child | None = None

    def start(self) -> None:
        """Let the first of them come."""
        self._folder.mkdir(parents=True, exist_ok=True)
        script = self._folder / "script.json"
        script.write_text(json.dumps(self._script, indent=2), encoding="utf-8")
        argv = [str(self._locust), "--locustfile", str(LOCUSTFILE), "--headless"]
        argv += ["--host", f"http://{self._target}", "--loglevel", "WARNING"]
        argv += ["--exit-code-on-error", "0", "--only-summary"]
        env = {name: text for name, text in os.environ.items() if not name.startswith("LOCUST_")}
        self._child = Child(
            argv,
            log_path=self._folder / LOG,
            env=env | {"DEMO_SCRIPT": str(script)},
            cwd=self._folder,  # a locust.conf where the user stands is not the demo's
        )

    def stop(self) -> None:
        """Send them home; once more does nothing."""
        child, self._child = self._child, None
        if child is not None:
            child.stop()

    def wait(self, *, within_s: float) -> None:
        """Wait until the programme is over; raises DemoError where it does not end well."""
        if self._child is None:
            return
        code = self._child.wait(within_s=within_s)
        if code:
            raise DemoError(f"locust ended with {code}; it said:\n{self._child.log_tail()}")

    def check(self) -> None:
        """Raise DemoError if they went by themselves."""
        if self._child is not None and not self._child.is_running:
            raise DemoError(f"locust ended by itself; it said:\n{self._child.log_tail()}")

    def played(self) -> list[PlayedRun]:
        """The runs that are over, in the order in which they were played."""
        path = self._folder / "played.jsonl"
        if not path.exists():
            return []
        lines = path.read_text(encoding="utf-8").splitlines()
        return [PlayedRun(**json.loads(line)) for line in lines]


def calls_per_look(kind: type[System], load: Load) -> Mapping[str, float]:
    """How often a user calls each path when it looks in."""
    looks_per_s = 1 / load.pause_s(kind)
    each = {
        path: call.per_s / len(call.paths) / kind.usual_users * load.haste / looks_per_s
        for call in kind.calls
        for path in call.paths
    }
    return {path: round(often, 6) for path, often in each.items()}


def find_locust(named: str | None = None) -> Path:
    """The command: the one that is named, that on the PATH, or that of the checkout.

    Raises DemoError where there is none.
    """
    found = shutil.which(named or "locust") or (None if named else shutil.which(CHECKOUT))
    if found is None:
        told = f"no `{named or 'locust'}` on PATH"
        raise DemoError(
            f"{told}; install it in an environment of its own, and name it with `--locust`: "
            "python3 -m venv .venv-load && .venv-load/bin/pip install 'locust>=2.47,<3'"
        )
    return Path(found).absolute()
