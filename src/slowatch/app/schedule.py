"""When a daemon does what: APScheduler, with missed and overlapping runs counted."""

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

import structlog

from slowatch.slo.slot import HOUR_S, ceil_to

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

    from slowatch.app.daemon import Daemon
    from slowatch.app.settings import Settings

log = structlog.get_logger(__name__)

DISCOVER_EVERY_S = 600


def start_schedule(daemon: "Daemon", settings: "Settings", now_s: float) -> "BackgroundScheduler":
    """Start a scheduler that drives the daemon until it is shut down.

    A slot is asked for `settle` after its end; the runs are aligned to that. What a late or missed
    run leaves out, backfill brings, so runs are never queued up.
    """
    from apscheduler import events
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    slot_s = settings.slot
    first_s = ceil_to(now_s - settings.settle, slot_s) + settings.settle
    first = datetime.fromtimestamp(first_s, UTC)
    now = datetime.fromtimestamp(now_s, UTC)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={"default": ThreadPoolExecutor(3)},
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": slot_s},
    )

    def every(seconds: float, job: Any, start: datetime, name: str) -> None:  # noqa: ANN401
        scheduler.add_job(job, "interval", seconds=seconds, start_date=start, id=name)

    scheduler.add_job(daemon.begin, "date", run_date=now, id="begin")
    every(slot_s, daemon.measure_slot, first, "slot")
    every(slot_s, daemon.backfill, now + timedelta(seconds=2), "backfill")
    every(HOUR_S, daemon.compact, now + timedelta(seconds=HOUR_S / 2), "compact")
    every(DISCOVER_EVERY_S, daemon.discover, now + timedelta(seconds=DISCOVER_EVERY_S), "discover")

    def heed(event: Any) -> None:  # noqa: ANN401
        if event.code == events.EVENT_JOB_ERROR:
            daemon.note_failed_run()
            log.error("run_failed", job=event.job_id, error=repr(event.exception))
        elif event.job_id == "slot" and event.code == events.EVENT_JOB_MISSED:
            daemon.note_missed_run()
        elif event.job_id == "slot":
            daemon.note_overlapped_run()

    heeded = events.EVENT_JOB_ERROR | events.EVENT_JOB_MISSED | events.EVENT_JOB_MAX_INSTANCES
    scheduler.add_listener(heed, heeded)
    scheduler.start()
    return scheduler
