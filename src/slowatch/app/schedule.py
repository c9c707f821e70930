"""When a daemon does what: APScheduler, with missed and overlapping runs counted."""

from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import structlog

from slowatch.slo.slot import HOUR_S, ceil_to

if TYPE_CHECKING:
    from apscheduler.schedulers.background import BackgroundScheduler

    from slowatch.app.daemon import Daemon
    from slowatch.app.settings import Settings

log = structlog.get_logger(__name__)

DISCOVER_EVERY_S = 600
LOOK_EVERY_S = 2
"""How often it is looked whether somebody asked to have spec files read again."""
FILES = "files"
WATCH = "watch"
"""What looks after the daemon itself, and at spec files, have threads: the others may all hang."""


def start_schedule(daemon: "Daemon", settings: "Settings", now_s: float) -> "BackgroundScheduler":
    """Start a scheduler that drives the daemon until it is shut down.

    A slot is asked for `settle` after its end; the runs are aligned to that. What a late or missed
    run leaves out, backfill brings, so runs are never queued up.
    """
    from apscheduler.executors.pool import ThreadPoolExecutor
    from apscheduler.schedulers.background import BackgroundScheduler

    slot_s = settings.slot
    first_s = ceil_to(now_s - settings.settle, slot_s) + settings.settle
    first = datetime.fromtimestamp(first_s, UTC)
    now = datetime.fromtimestamp(now_s, UTC)
    scheduler = BackgroundScheduler(
        timezone=UTC,
        executors={
            "default": ThreadPoolExecutor(4 + len(settings.all_sources)),
            **{name: ThreadPoolExecutor(1) for name in (WATCH, FILES)},
        },
        job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": slot_s},
    )

    def every(
        seconds: float,
        job: Any,  # noqa: ANN401
        start: datetime,
        name: str,
        executor: str = "default",
    ) -> None:
        # Runs that were missed together (a machine that slept) are counted one by one for slots.
        scheduler.add_job(
            job,
            "interval",
            seconds=seconds,
            start_date=start,
            id=name,
            coalesce=name != "slot",
            executor=executor,
        )

    scheduler.add_job(daemon.begin, "date", run_date=now, id="begin", misfire_grace_time=None)
    every(slot_s, daemon.measure_slot, first, "slot")
    for name in settings.all_sources:
        fill, discover = partial(daemon.backfill, name), partial(daemon.discover, name)
        soon, later = (now + timedelta(seconds=s) for s in (2, DISCOVER_EVERY_S))
        every(slot_s, fill, soon, f"backfill {name}")
        every(DISCOVER_EVERY_S, discover, later, f"discover {name}")
    every(HOUR_S, daemon.compact, now + timedelta(seconds=HOUR_S / 2), "compact")
    # In the middle between two slots: what can be measured has been.
    middle = first + timedelta(seconds=slot_s / 2)
    every(slot_s, daemon.read_trends, middle, "trends")
    every(slot_s, daemon.look_after_itself, middle, WATCH, executor=WATCH)
    look_s = min(settings.rules_poll or LOOK_EVERY_S, LOOK_EVERY_S)
    every(look_s, daemon.look_at_files, now, FILES, executor=FILES)
    every(look_s, daemon.measure_news, now, "news")
    _heed(scheduler, daemon)
    scheduler.start()
    return scheduler


def _heed(scheduler: "BackgroundScheduler", daemon: "Daemon") -> None:
    """Count what the schedule skips, and say what fails."""
    from apscheduler import events

    health = daemon.health

    def heed(event: Any) -> None:  # noqa: ANN401
        job = event.job_id
        if daemon.is_stopping:
            return  # a run whose connections were closed under it has not failed
        if event.code == events.EVENT_JOB_ERROR:
            health.add(run_failures=1)
            kind = type(event.exception).__name__
            health.trouble(f"run of {job}", f"the last run of {job!r} failed: {kind}; see the log")
            log.error("run_failed", job=job, error=kind, traceback=event.traceback)
        elif event.code == events.EVENT_JOB_EXECUTED:
            # `begin` runs once, and does what `slot` does from then on.
            health.well(f"run of {job}", *(["run of begin"] if job == "slot" else []))
        elif job == "slot" and event.code == events.EVENT_JOB_MISSED:
            health.add(runs_missed=1)
        elif job == "slot":
            health.add(runs_overlapped=1)

    scheduler.add_listener(
        heed,
        events.EVENT_JOB_ERROR
        | events.EVENT_JOB_EXECUTED
        | events.EVENT_JOB_MISSED
        | events.EVENT_JOB_MAX_INSTANCES,
    )
