"""The five systems of the NFR catalogue as one child process, and how to scrape them.

`python -m slowatch.demo.workload --ports-file FILE` runs it by hand; with `--listen 0.0.0.0:9801`
the systems listen there and on the four ports after it, as a container needs it.
"""

import argparse
import json
import sys
import time
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.demo.child import Child
from slowatch.demo.part import Part
from slowatch.demo.problem import DemoError
from slowatch.demo.systems.incident import SYSTEMS, incident_at

if TYPE_CHECKING:
    from slowatch.demo.systems.load import Load

DEFAULT_SEED = 46
"""Its first incidents are easy to see: lark-service errs, reflection-api slows, triflow slumps."""


class Workload(Part):
    """The five systems as a child process, as a context manager.

    `folder` takes its log and its ports. Without `incidents` every system stays healthy. Under a
    `load` nobody calls them but real users, and they fare as its variant says; `names` may leave
    some systems out. They listen on free ports, or on the one `first` and those after it.
    """

    def __init__(
        self,
        folder: Path,
        *,
        seed: int = DEFAULT_SEED,
        incidents: bool = True,
        load: "Load | None" = None,
        names: Collection[str] = (),
        first: int | None = None,
        ready_within_s: float = 20.0,
    ) -> None:
        self._folder = folder
        self._seed, self._incidents = seed, incidents
        self._load, self._names, self._first = load, names, first
        self._ready_within_s = ready_within_s
        self._child: Child | None = None
        self._started_s = 0.0
        self.targets: Mapping[str, str] = {}

    @property
    def pid(self) -> int:
        """Its process id; raises DemoError when it does not run."""
        if self._child is None:
            raise DemoError("the workload has not been started")
        return self._child.pid

    def play(self) -> str:
        """What goes wrong at the moment, such as `lark-service: errors`."""
        if self._load is not None:
            return f"{self._load.variant} systems under load"
        incident = incident_at(time.monotonic() - self._started_s, self._seed)
        if incident is None or not self._incidents:
            return "all is well"
        return f"{incident.system}: {incident.kind}"

    def start(self) -> None:
        """Run it until every system answers; raises DemoError when it does not come up."""
        self._folder.mkdir(parents=True, exist_ok=True)
        ports_file = self._folder / "workload-ports.json"
        ports_file.unlink(missing_ok=True)
        argv = [sys.executable, "-m", "slowatch.demo.workload", "--ports-file", str(ports_file)]
        argv += ["--seed", str(self._seed), "--incidents" if self._incidents else "--no-incidents"]
        argv += [] if self._first is None else ["--listen", f"127.0.0.1:{self._first}"]
        self._child = Child(argv + self._load_options(), log_path=self._folder / "workload.log")
        try:
            self.targets = self._await_targets(self._child, ports_file)
            self._started_s = time.monotonic()
        except BaseException:
            self.stop()
            raise

    def stop(self) -> int | None:
        """End it; its exit code, or None when it was not running."""
        child, self._child = self._child, None
        return None if child is None else child.stop()

    def _load_options(self) -> list[str]:
        load = self._load
        if load is None:
            return []
        options = ["--variant", load.variant, f"--scale={load.scale}", f"--haste={load.haste}"]
        return ["--load", *options, *(f"--system={name}" for name in self._names)]

    def _await_targets(self, child: Child, ports_file: Path) -> Mapping[str, str]:
        deadline = time.monotonic() + self._ready_within_s
        while time.monotonic() < deadline and child.is_running:
            if ports_file.exists():
                targets: dict[str, str] = json.loads(ports_file.read_text())
                return targets
            time.sleep(0.02)
        raise DemoError(f"the workload did not come up; it said:\n{child.log_tail()}")


def prometheus_config(targets: Mapping[str, str], *, scrape_interval: str = "2s") -> str:
    """A Prometheus configuration that scrapes every target under its system's name as the job."""
    import yaml

    jobs = [
        {"job_name": system, "static_configs": [{"targets": [target]}]}
        for system, target in targets.items()
    ]
    timing = {"scrape_interval": scrape_interval, "scrape_timeout": scrape_interval}
    config: str = yaml.safe_dump({"global": timing, "scrape_configs": jobs}, sort_keys=False)
    return config


def main() -> None:
    """Play the five systems until SIGTERM or SIGINT."""
    parser = argparse.ArgumentParser(prog="slowatch.demo.workload", description=main.__doc__)
    parser.add_argument("--ports-file", type=Path)
    parser.add_argument("--listen", type=_address)
    parser.add_argument("--seed", type=int, default=DEFAULT_SEED)
    parser.add_argument("--incidents", action=argparse.BooleanOptionalAction, default=True)
    parser.add_argument("--load", action="store_true", help="let real users make all calls")
    parser.add_argument("--variant", default="healthy", help="how the systems fare under load")
    parser.add_argument("--scale", type=float, default=1.0, help="a factor on users")
    parser.add_argument("--haste", type=float, default=1.0, help="a factor on how often they call")
    parser.add_argument("--system", action="append", default=[], choices=SYSTEMS)
    options = parser.parse_args()
    from slowatch.demo.systems import playing
    from slowatch.demo.systems.load import Load

    playing.run(
        options.ports_file,
        seed=options.seed,
        incidents=options.incidents,
        first=options.listen or playing.LOOPBACK,
        load=Load(options.variant, options.scale, options.haste) if options.load else None,
        names=options.system,
    )


def _address(text: str) -> tuple[str, int]:
    host, _, port = text.rpartition(":")
    return host, int(port)


if __name__ == "__main__":
    main()
