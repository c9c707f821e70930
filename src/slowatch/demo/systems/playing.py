"""All five systems in one process: served on a port each, driven, and moved on by a clock.

A call is a GET, from the user that its header `x-user` names. `POST /calls` stands for many calls
of a user at once: JSON, path to how often.
"""

import asyncio
import contextlib
import json
import signal
import socket
import time
from collections.abc import Collection, Iterator, Mapping, Sequence
from pathlib import Path
from random import Random

import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST, disable_created_metrics, generate_latest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

from slowatch.demo.systems.chance import Chance
from slowatch.demo.systems.coze import CozeShopifyChat
from slowatch.demo.systems.discord import DiscordEconomyBot
from slowatch.demo.systems.incident import HEALTHY, condition_of
from slowatch.demo.systems.lark import LarkService
from slowatch.demo.systems.load import Load
from slowatch.demo.systems.reflection import ReflectionApi
from slowatch.demo.systems.system import System
from slowatch.demo.systems.traffic import drive
from slowatch.demo.systems.triflow import TriflowJudgment
from slowatch.demo.systems.users import RealUsers

KINDS: tuple[type[System], ...] = (
    LarkService,
    DiscordEconomyBot,
    CozeShopifyChat,
    ReflectionApi,
    TriflowJudgment,
)
TICK_S = 0.5
LOOPBACK = ("127.0.0.1", 0)
"""Where systems listen if nothing is said: on free ports that only this machine can reach."""


def make_systems(seed: int, *, incidents: bool) -> list[System]:
    """The five systems, each with its own seeded chance, from now on."""
    return [_make(kind, seed, incidents=incidents) for kind in KINDS]


def _make(kind: type[System], seed: int, *, incidents: bool) -> System:
    rng = Random(f"{seed} {kind.name}")  # noqa: S311  a play, not a secret
    condition = condition_of(kind.name, time.monotonic, seed) if incidents else lambda: HEALTHY
    return kind(Chance(rng, condition))


def make_loaded_systems(seed: int, load: Load, names: Collection[str] = ()) -> list[System]:
    """The five systems, or those with the names, for real users to call."""
    return [_make_loaded(kind, seed, load) for kind in KINDS if not names or kind.name in names]


def _make_loaded(kind: type[System], seed: int, load: Load) -> System:
    rng = Random(f"{seed} {kind.name} {load.variant}")  # noqa: S311  a play, not a secret
    users = RealUsers(
        time.monotonic,
        most=kind.most_users * load.scale,
        seen_for_s=load.seen_for_s(kind),
        settles_s=load.plays.settles_s,
    )
    chance = Chance(rng, lambda: load.plays.condition, lambda: users.overload)
    return kind(chance, users, leak_per_s=load.plays.leak_per_s)


async def play(
    systems: Sequence[System],
    ports_file: Path | None = None,
    first: tuple[str, int] = LOOPBACK,
    *,
    driven: bool = True,
) -> None:
    """Serve the systems until SIGTERM or SIGINT, and drive them, unless real users do.

    They listen on the host and port `first` and the ports after it. Once they answer, `ports_file`
    says where, as JSON: system to `host:port`.
    """
    host, port = first
    sockets = [_listen(host, port and port + nth) for nth in range(len(systems))]
    ports = [listening.getsockname()[1] for listening in sockets]
    apps = {port: _app(system) for port, system in zip(ports, systems, strict=True)}
    server = _Server(uvicorn.Config(_by_port(apps), lifespan="off", log_level="warning"))
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, server.stop)
    async with asyncio.TaskGroup() as tasks:
        serving = tasks.create_task(server.serve(sockets=sockets))
        movers = [tasks.create_task(_tick(systems))]
        for system, port in zip(systems, ports, strict=True):
            calls = system.calls if driven else ()
            movers += [tasks.create_task(drive(system, port, call)) for call in calls]
        if ports_file is not None:
            _write_ports(ports_file, systems, ports)
        server.movers = movers
        await serving


def _listen(host: str, port: int) -> socket.socket:
    """A listener whose connections send at once: held back, head and body take 40 ms a call."""
    listening = socket.create_server((host, port))
    listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    return listening


class _Server(uvicorn.Server):
    """uvicorn without its own signal handlers, which would hide how the process ends."""

    movers: Sequence[asyncio.Task[None]] = ()

    def stop(self) -> None:
        """End the traffic, then the serving."""
        for mover in self.movers:
            mover.cancel()
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield


async def _tick(systems: Sequence[System]) -> None:
    before_s = time.monotonic()
    while True:
        await asyncio.sleep(TICK_S)
        now_s = time.monotonic()
        for system in systems:
            system.tick(now_s - before_s)
        before_s = now_s


def _app(system: System) -> Starlette:
    async def metrics(_: Request) -> Response:
        return Response(generate_latest(system.registry), media_type=CONTENT_TYPE_LATEST)

    async def call(request: Request) -> Response:
        path = request.url.path + (f"?{request.url.query}" if request.url.query else "")
        return _answer(system, request, {path: 1})

    async def calls(request: Request) -> Response:
        return _answer(system, request, await request.json())

    return Starlette(
        routes=[
            Route("/metrics", metrics),
            Route("/calls", calls, methods=["POST"]),
            Route("/{path:path}", call),
        ]
    )


def _answer(system: System, request: Request, times: Mapping[str, int]) -> Response:
    """Make each call so many times; 200, 500 when one of them failed, 404 for what is not there."""
    if not times.keys() <= system.paths:
        return JSONResponse({"ok": False}, status_code=404)
    if user := request.headers.get("x-user"):
        system.users.saw(user)
    served = [system.serve(path) for path, often in times.items() for _ in range(often)]
    return JSONResponse({"ok": all(served)}, status_code=200 if all(served) else 500)


def _by_port(apps: Mapping[int, Starlette]) -> ASGIApp:
    """One ASGI application for all sockets: the port a request came to says which system it is."""

    async def dispatch(scope: Scope, receive: Receive, send: Send) -> None:
        await apps[scope["server"][1]](scope, receive, send)

    return dispatch


def _write_ports(path: Path, systems: Sequence[System], ports: Sequence[int]) -> None:
    targets = {s.name: f"127.0.0.1:{port}" for s, port in zip(systems, ports, strict=True)}
    unfinished = path.with_suffix(".new")
    unfinished.write_text(json.dumps(targets))
    unfinished.replace(path)


def run(
    ports_file: Path | None,
    *,
    seed: int,
    incidents: bool,
    first: tuple[str, int] = LOOPBACK,
    load: Load | None = None,
    names: Collection[str] = (),
) -> None:
    """Play until a signal says stop; under `load` there are no incidents and no traffic of ours."""
    disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has it untyped
    if load is None:
        systems = make_systems(seed, incidents=incidents)
    else:
        systems = make_loaded_systems(seed, load, names)
    asyncio.run(play(systems, ports_file, first, driven=load is None))
