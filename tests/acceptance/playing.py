"""Playing a variant of the five systems under load, beside a Prometheus of its own.

Where runs are compared with earlier ones, the healthy build is played first and those are recorded.
Then the variant is deployed in its place: it listens where the other one did, and Prometheus goes
on.
"""

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from slowatch.demo.child import free_port
from slowatch.demo.daemon import SCRAPE_INTERVAL
from slowatch.demo.load.programme import PROGRAMMES, RECORDINGS, Stage, length_s, scaled
from slowatch.demo.load.visitors import PlayedRun, Visitors
from slowatch.demo.prometheus import PrometheusServer
from slowatch.demo.systems.load import Load
from slowatch.demo.systems.playing import KINDS
from slowatch.demo.systems.variants import VariantName
from slowatch.demo.workload import Workload, prometheus_config

SCALES = {
    "lark-service": 1.0,
    "discord-economy-bot": 0.2,
    "coze-shopify-chat": 1.0,
    "reflection-api": 1.0,
    "triflow-judgment": 0.2,
}
"""Factors on users and rates, so that two cores are enough; the packs have the real numbers."""

TIME_SCALE = 0.1
"""The factor on lengths; each user calls as much more often, so events are as many as in reality.

Spikes, bursts and recoveries keep their time.
"""

SETTLES_S = 6.0
LATE_S = 120.0
KIND = {kind.name: kind for kind in KINDS}


@dataclass(frozen=True, slots=True)
class Playing:
    """The Prometheus that saw a variant, and what was played, by system: recorded and judged."""

    prometheus_url: str
    recorded: Mapping[str, Sequence[PlayedRun]]
    judged: Mapping[str, Sequence[PlayedRun]]


def play(
    stack: ExitStack, folder: Path, locust: Path, variant: VariantName, systems: Sequence[str]
) -> Playing:
    """Play systems at the same time; their Prometheus runs until the stack is left."""
    ports = {system: free_port() for system in systems}
    targets = {system: f"127.0.0.1:{port}" for system, port in ports.items()}
    config = prometheus_config(targets, scrape_interval=SCRAPE_INTERVAL)
    prometheus = stack.enter_context(PrometheusServer(folder / "prometheus", config=config))
    with ThreadPoolExecutor(len(ports)) as pool:
        started = {
            system: pool.submit(_play, folder / system, locust, variant, system, port)
            for system, port in ports.items()
        }
        played = {system: one.result() for system, one in started.items()}
    recorded = {system: one[0] for system, one in played.items()}
    return Playing(prometheus.url, recorded, {system: one[1] for system, one in played.items()})


def _play(
    folder: Path, locust: Path, variant: VariantName, system: str, port: int
) -> tuple[Sequence[PlayedRun], Sequence[PlayedRun]]:
    recorded: Sequence[PlayedRun] = ()
    if system in RECORDINGS:
        before = folder / "recorded"
        recorded = _deploy(before, locust, "healthy", system, port, RECORDINGS[system])
    judged = folder / "judged"
    return recorded, _deploy(judged, locust, variant, system, port, PROGRAMMES[system])


def _deploy(
    folder: Path,
    locust: Path,
    variant: VariantName,
    system: str,
    port: int,
    stages: Sequence[Stage],
) -> Sequence[PlayedRun]:
    """Start a build of a system, let users go through some stages, and stop it again."""
    load = Load(variant, scale=SCALES[system], haste=1 / TIME_SCALE)
    stages = scaled(stages, scale=load.scale, time_scale=TIME_SCALE)
    with Workload(folder, load=load, names=[system], first=port) as workload:
        time.sleep(SETTLES_S)  # it is scraped before anybody comes
        visitors = Visitors(
            folder,
            locust=locust,
            target=workload.targets[system],
            kind=KIND[system],
            load=load,
            stages=stages,
            in_bundles=True,
        )
        with visitors:
            visitors.wait(within_s=length_s(stages) + LATE_S)
        time.sleep(SETTLES_S)  # and after all are gone
        return visitors.played()
