"""Serving: the daemon, its schedule and its API in one process, until it is told to end."""

import logging
import os
import signal
import socket
import sys
import threading
import time
from types import FrameType
from typing import TYPE_CHECKING

import structlog

from slowatch.app.daemon import Daemon
from slowatch.app.schedule import start_schedule
from slowatch.app.settings import Settings, SettingsError
from slowatch.app.tls import Certificate, certificate
from slowatch.app.tokens import access
from slowatch.spec.reading import Reading
from slowatch.spec.rereading import SpecFiles

if TYPE_CHECKING:
    import uvicorn
    from fastapi import FastAPI

log = structlog.get_logger(__name__)

GRACE_S = 2
"""The longest that stopping waits for requests that are being answered."""
THREADS_WITHIN_S = 1.0
BACKLOG = 1024


def serve(settings: Settings, reading: Reading, files: SpecFiles) -> None:
    """Run until SIGTERM or SIGINT, then let what is under way end, within ten seconds.

    `reading` is what was read of the files at first; on SIGHUP they are read again.

    Raises SettingsError when the address cannot be listened on or a token or certificate cannot be
    used, LedgerError when the ledger cannot be opened, SourceError when the connection to
    Prometheus cannot be made up.
    """
    import uvicorn

    from slowatch.api.app import create_app
    from slowatch.app.connections import as_many_as_files
    from slowatch.page.routes import page_router

    allowed, certified = access(settings), certificate(settings)
    most = as_many_as_files(settings.connections)
    listening = _listen(settings)
    daemon = Daemon(settings, reading, files=files)
    _reload_when_told(daemon)
    schedules = []

    def start() -> None:
        schedules.append(start_schedule(daemon, settings, time.time()))
        _tell(settings, reading, daemon.ledger_name, listening)

    def stop() -> None:
        for schedule in schedules:
            schedule.pause()
        daemon.stop()
        for schedule in schedules:
            schedule.shutdown(wait=False)
        log.info("stopped")

    def is_ending() -> bool:
        return server.should_exit

    page = page_router(daemon, is_ending=is_ending, most_streams=most // 2)
    app = create_app(
        daemon,
        on_start=start,
        on_stop=stop,
        routers=[page],
        access=allowed,
        is_full=lambda: len(server.server_state.connections) > most,
    )
    server = uvicorn.Server(how_to_serve(app, most=most, certified=certified))
    _end_in_peace(server)
    with listening:
        server.run(sockets=[listening])
    _leave_no_thread()


def how_to_serve(
    app: "FastAPI", *, most: int, certified: Certificate | None = None
) -> "uvicorn.Config":
    """HTTP/1.1 for so many connections at once, over TLS where there is a certificate."""
    import uvicorn

    from slowatch.app.connections import MOST_HEAD, connections

    return uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
        # Who asks is who is connected: another address could be anybody's word.
        proxy_headers=False,
        http=connections(most),
        ws="none",
        h11_max_incomplete_event_size=MOST_HEAD,
        ssl_context_factory=(lambda *_: certified.context) if certified else None,
    )


def _end_in_peace(server: "uvicorn.Server") -> None:
    """Let a signal end the server also before it listens to signals itself, and do no more.

    Once uvicorn has ended it raises again the signals that it was ended by. But a daemon that was
    told to end, and did, has not failed: its exit code is 0.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


def _reload_when_told(daemon: Daemon) -> None:
    def reload(_number: int, _frame: FrameType | None) -> None:
        daemon.ask_to_reload()

    signal.signal(signal.SIGHUP, reload)


def _leave_no_thread() -> None:
    """End the process even while a thread waits for a Prometheus that hangs.

    Python would wait for it as long as its time-out and its repetitions take. What it would record
    is not lost: the ledger writes all of a slot or nothing, and backfill asks again.
    """
    end_s = time.monotonic() + THREADS_WITHIN_S
    main = threading.main_thread()
    # Daemon threads too: Python joins the workers of pools even where they are that.
    others = [thread for thread in threading.enumerate() if thread is not main]
    for thread in others:
        thread.join(max(0.0, end_s - time.monotonic()))
    left = [thread.name for thread in others if thread.is_alive()]
    if left:
        log.warning("left_while_asking", threads=left)
        logging.shutdown()
        sys.stdout.flush()
        os._exit(0)


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.listen_address()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    # asyncio sends small packets at once (TCP_NODELAY) only where the protocol is named.
    listening = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
        listening.listen(BACKLOG)
    except (OSError, ValueError) as error:
        listening.close()
        reason = (error.strerror if isinstance(error, OSError) else None) or error
        raise SettingsError(f"listen: cannot listen on {settings.listen}: {reason}") from error
    listening.set_inheritable(True)
    return listening


def _tell(settings: Settings, reading: Reading, ledger: str, listening: socket.socket) -> None:
    for problem in reading.problems:
        log.error("spec_problem", problem=str(problem))
    host, port = listening.getsockname()[:2]
    log.info(
        "started",
        slos=len(reading.slos),
        sources={n: s.connection().shown_url for n, s in settings.all_sources.items()},
        state=ledger,
        listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        tls=settings.tls_cert is not None,
        slot_s=settings.slot,
    )
