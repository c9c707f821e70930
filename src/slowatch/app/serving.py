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
from slowatch.spec.reading import Reading

if TYPE_CHECKING:
    import uvicorn

log = structlog.get_logger(__name__)

GRACE_S = 2
"""The longest that stopping waits for requests that are being answered."""
THREADS_WITHIN_S = 1.0
BACKLOG = 1024


def serve(settings: Settings, reading: Reading) -> None:
    """Run until SIGTERM or SIGINT, then let what is under way end, within ten seconds.

    Raises SettingsError when the address cannot be listened on, LedgerError when the ledger cannot
    be opened, SourceError when the connection to Prometheus cannot be made up.
    """
    import uvicorn

    from slowatch.api.app import create_app
    from slowatch.page.routes import page_router

    listening = _listen(settings)
    daemon = Daemon(settings, reading)
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

    page = page_router(daemon, prometheus=settings.prometheus_page, is_ending=is_ending)
    app = create_app(daemon, on_start=start, on_stop=stop, routers=[page])
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
    server = uvicorn.Server(config)
    _end_in_peace(server)
    with listening:
        server.run(sockets=[listening])
    _leave_no_thread()


def _end_in_peace(server: "uvicorn.Server") -> None:
    """Let a signal end the server also before it listens to signals itself, and do no more.

    Once uvicorn has ended it raises again the signals that it was ended by. But a daemon that was
    told to end, and did, has not failed: its exit code is 0.
    """

    def end(_number: int, _frame: FrameType | None) -> None:
        server.should_exit = True

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)


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
        prometheus=settings.connection().shown_url,
        state=ledger,
        listen=f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        slot_s=settings.slot,
    )
