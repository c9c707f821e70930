"""Serving: the daemon, its schedule and its API in one process, until it is told to end."""

import socket
import time

import structlog

from slowatch.app.daemon import Daemon
from slowatch.app.schedule import start_schedule
from slowatch.app.settings import Settings, SettingsError
from slowatch.spec.reading import Reading

log = structlog.get_logger(__name__)

GRACE_S = 2


def serve(settings: Settings, reading: Reading) -> None:
    """Run until SIGTERM or SIGINT, then let what is under way end.

    Raises SettingsError when the address cannot be listened on, LedgerError when the ledger cannot
    be opened, SourceError when the connection to Prometheus cannot be made up.
    """
    import uvicorn

    from slowatch.api.app import create_app

    listening = _listen(settings)
    daemon = Daemon(settings, reading)
    schedules = []

    def start() -> None:
        schedules.append(start_schedule(daemon, settings, time.time()))
        _tell(settings, reading, daemon.ledger_name)

    def stop() -> None:
        for schedule in schedules:
            schedule.pause()
        daemon.stop()
        for schedule in schedules:
            schedule.shutdown(wait=False)
        log.info("stopped")

    app = create_app(daemon, on_start=start, on_stop=stop)
    config = uvicorn.Config(
        app,
        log_config=None,
        access_log=False,
        timeout_graceful_shutdown=GRACE_S,
        server_header=False,
    )
    with listening:
        uvicorn.Server(config).run(sockets=[listening])


def _listen(settings: Settings) -> socket.socket:
    host, port = settings.listen_address()
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listening = socket.socket(family, socket.SOCK_STREAM)
    listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listening.bind((host, port))
    except OSError as error:
        listening.close()
        reason = error.strerror or error
        raise SettingsError(f"listen: cannot listen on {settings.listen}: {reason}") from error
    listening.set_inheritable(True)
    return listening


def _tell(settings: Settings, reading: Reading, ledger: str) -> None:
    for problem in reading.problems:
        log.error("spec_problem", problem=str(problem))
    log.info(
        "started",
        slos=len(reading.slos),
        prometheus=settings.connection().shown_url,
        state=ledger,
        listen=settings.listen,
        slot_s=settings.slot,
    )
