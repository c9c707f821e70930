"""The demo under load: who calls the systems, and what to verify of it."""

import shlex
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.demo.daemon import SCRAPE_INTERVAL
from slowatch.demo.load.programme import PROGRAMMES, STEADY, scaled
from slowatch.demo.load.visitors import PlayedRun, Visitors
from slowatch.demo.problem import DemoError
from slowatch.demo.systems.incident import SYSTEMS
from slowatch.demo.systems.variants import VARIANT_NAMES
from slowatch.evaluate import wording

if TYPE_CHECKING:
    from slowatch.demo.systems.load import Load


@dataclass(frozen=True, slots=True)
class Options:
    """What is asked for, as it is written on the command line."""

    variant: str = "healthy"
    systems: Sequence[str] = ()
    scale: float = 1.0
    time_scale: float = 1.0
    locust: str | None = None


@dataclass(frozen=True, slots=True)
class UnderLoad:
    """Which systems real users call, how those fare, and the Locust that plays the users."""

    load: "Load"
    locust: Path
    systems: tuple[str, ...] = SYSTEMS
    time_scale: float = 1.0


def under_load(options: Options) -> UnderLoad:
    """What the options ask for; raises DemoError with what there is to choose from."""
    from slowatch.demo.load.visitors import find_locust
    from slowatch.demo.systems.load import Load

    unknown = [name for name in options.systems if name not in SYSTEMS]
    if unknown:
        raise DemoError(f"no system {unknown[0]!r}; there are {', '.join(SYSTEMS)}")
    variant = next((name for name in VARIANT_NAMES if name == options.variant), None)
    if variant is None:
        raise DemoError(f"no variant {options.variant!r}; there are {', '.join(VARIANT_NAMES)}")
    scales = options.scale, options.time_scale
    if not all(0 < scale <= 1 for scale in scales):
        raise DemoError("--scale and --time-scale are factors above 0, and 1 at most")
    load = Load(variant, options.scale, haste=1 / options.time_scale)
    systems = tuple(dict.fromkeys(options.systems)) or SYSTEMS
    return UnderLoad(load, find_locust(options.locust), systems, options.time_scale)


@dataclass(slots=True)
class Crowd:
    """The visitors of each system, and how many of their runs were told of."""

    under: UnderLoad
    visitors: Mapping[str, Visitors]
    told: int = 0

    def check(self) -> None:
        """Raise DemoError if some of them went by themselves."""
        for one in self.visitors.values():
            one.check()

    def news(self, watched: "Watched") -> Iterator[str]:
        """For each run that has ended since it was asked last, how to judge it."""
        played = sorted(
            ((run, system) for system, one in self.visitors.items() for run in one.played()),
            key=lambda both: both[0].end_s,
        )
        fresh, self.told = played[self.told :], len(played)
        for run, system in fresh:
            if run.run == STEADY:
                continue
            command = shlex.join(verify_command(self.under, system, run, watched))
            yield f"{system}/{run.run} was played; judge it: {command}"


@dataclass(frozen=True, slots=True)
class Watched:
    """What a run is judged by: the Prometheus that saw it, and the packs."""

    prometheus_url: str
    rules: Path


def verify_command(under: UnderLoad, system: str, run: PlayedRun, watched: Watched) -> list[str]:
    """The command that judges a run as it was played."""
    command = ["slowatch", "verify", "--rules", str(watched.rules / f"{system}.yaml")]
    command += ["--prometheus", watched.prometheus_url, "--scrape-interval", SCRAPE_INTERVAL]
    command += ["--name", f"{system}/{run.run}"]
    command += ["--from", moment(run.start_s), "--to", moment(run.end_s), "--phases", run.marks]
    return [*command, f"--scale={under.load.scale:g}", f"--time-scale={under.time_scale:g}"]


def moment(at_s: float) -> str:
    """The nearest whole second, as people and commands read it."""
    return wording.moment(round(at_s))


def let_come(stack: ExitStack, folder: Path, under: UnderLoad, targets: Mapping[str, str]) -> Crowd:
    """Let users go through each system's programme, again and again, until the stack is left."""
    from slowatch.demo.systems.playing import KINDS

    kinds = {kind.name: kind for kind in KINDS}
    visitors = {
        system: Visitors(
            folder / system,
            locust=under.locust,
            target=target,
            kind=kinds[system],
            load=under.load,
            stages=scaled(PROGRAMMES[system], scale=under.load.scale, time_scale=under.time_scale),
            in_bundles=under.load.haste > 1,
            repeats=True,
        )
        for system, target in targets.items()
    }
    return Crowd(under, {name: stack.enter_context(one) for name, one in visitors.items()})


def packs_of(systems: tuple[str, ...], rules: Path, folder: Path) -> Path:
    """A folder with the packs of some systems alone."""
    if set(systems) == set(SYSTEMS):
        return rules
    folder.mkdir()
    for system in systems:
        shutil.copy(rules / f"{system}.yaml", folder)
    return folder
