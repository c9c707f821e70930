"""The dashboard of slowatch itself: whether it keeps up, what it asks, what it holds and sends."""

from collections.abc import Iterator

from grafana_foundation_sdk.models.dashboard import Dashboard

from slowatch.dashboards.colours import FINE, SERIOUS, WARNING, thresholds
from slowatch.dashboards.dashboard import Frame, dashboard
from slowatch.dashboards.grid import Line, Row
from slowatch.dashboards.identity import DAEMON_UID
from slowatch.dashboards.panels import Drawn, Manner, Query, Words, chart, stat
from slowatch.dashboards.raw import OVER
from slowatch.dashboards.subject import Addresses
from slowatch.dashboards.variables import filters, values_of

_TILE_H, _CHART_H = 4, 8
_LATE, _TOO_LATE = 3, 10
"""Slots."""
_KNOWN_FOR = "1d"
"""How long a daemon that has vanished is missed."""
_BUILD = "slowatch_build_info"
_CHOSEN = ", ".join(filters(["instance"]))

_AGE = (
    "How many slots ago the slot ended that was judged last. Up to three are well; more, and "
    "slowatch does not keep up. What does not run tells nothing: see which daemons are up."
)
_MEASURED_AGE = (
    "How many slots ago the slot ended that was measured last. Much more than the newest slot: "
    "Prometheus does not answer, or has nothing."
)


def daemon_dashboard(addresses: Addresses) -> Dashboard:
    """All daemons that a Prometheus scrapes, or some of them."""
    lines = (
        Line(_TILE_H, tuple(_tiles())),
        Line(_CHART_H, (_slots(), _runs())),
        Line(_CHART_H, (_requests(), _waiting())),
        Line(_CHART_H, (_samples(), _ledger())),
        Line(_CHART_H, (_alerts(), _notifications())),
        Line(_CHART_H, (_memory(), _cpu())),
    )
    frame = Frame(
        uid=DAEMON_UID,
        title="slowatch itself",
        description="Whether slowatch keeps up, what it costs, and what it tells. Needs a "
        "Prometheus that scrapes its /metrics.",
        time_from="now-6h",
        addresses=addresses,
    )
    instances = values_of("instance", "Instance", _BUILD)
    return dashboard(frame, [Row("all", None, lines)], variables=[instances])


def _tiles() -> Iterator[Drawn]:
    words = Words("version", "Version", "The versions that run.", "short")
    yield stat(words, [Query(f"count by (version) ({_series(_BUILD)})", "{{version}}")])
    yield _up()
    yield _down()
    ages = thresholds(FINE, [(_LATE, WARNING), (_TOO_LATE, SERIOUS)])
    for key, title, metric, meaning in (
        ("age", "Newest slot", "slowatch_newest_slot_timestamp_seconds", _AGE),
        (
            "measured-age",
            "Newest measured slot",
            "slowatch_newest_measured_slot_timestamp_seconds",
            _MEASURED_AGE,
        ),
    ):
        words = Words(key, title, meaning, "suffix: slots", decimals=1)
        age = f"(time() - {_series(metric)}) / {_series('slowatch_slot_seconds')}"
        yield stat(words, [Query(f"max({age})")], Manner(ages))
    words = Words(
        "backfill",
        "Backfill pending",
        "How many daemons are filling their ledgers from what Prometheus still has. Until that is "
        "done, budgets are about less than their windows.",
        "none",
        decimals=0,
    )
    pending = Query(f"sum({_series('slowatch_backfill_pending')})")
    yield stat(words, [pending], Manner(thresholds(FINE, [(1, WARNING)])))


def _up() -> Drawn:
    words = Words(
        "up",
        "Daemons up",
        "How many daemons Prometheus reaches, of those that it has reached in the last day.",
        "none",
        decimals=0,
    )
    up = f"sum({_targets()}) or vector(0)"
    return stat(words, [Query(up)], Manner(thresholds(SERIOUS, [(1, FINE)])))


def _down() -> Drawn:
    words = Words(
        "down",
        "Daemons down",
        "How many daemons Prometheus does not reach any more, and has reached in the last day. "
        "Nothing else here tells of them.",
        "none",
        decimals=0,
    )
    down = f"count({_targets()} == 0) or vector(0)"
    return stat(words, [Query(down)], Manner(thresholds(FINE, [(1, SERIOUS)])))


def _targets() -> str:
    """Whether each daemon that was there in the last day can be reached."""
    known = f"last_over_time({_series(_BUILD)}[{_KNOWN_FOR}])"
    return f"({_series('up')} and on (job, instance) {known})"


def _slots() -> Drawn:
    words = Words(
        "slots",
        "Slots per minute",
        "Slots, one for each question: due, recorded with facts, missing because there were no "
        "data, and late, which backfill recorded. Recorded and missing together are what was due.",
        "cpm",
    )
    return _rates(words, "slots", ("due", "recorded", "missing", "late"), factor=" * 60")


def _runs() -> Drawn:
    words = Words(
        "runs",
        "Runs that went wrong",
        "Runs of the schedule per minute that were missed, were due while the one before was still "
        "under way, or ended in an error. All of them are 0 where all is well.",
        "cpm",
    )
    queries = [
        Query(f"sum({_rate(metric)}) * 60", name)
        for name, metric in (
            ("missed", "slowatch_runs_missed_total"),
            ("overlapped", "slowatch_runs_overlapped_total"),
            ("failed", "slowatch_run_failures_total"),
        )
    ]
    return chart(words, queries, Manner(floor=0))


def _requests() -> Drawn:
    words = Words(
        "queries",
        "Requests to Prometheus",
        "Requests per second; those that failed, and expressions that Prometheus rejected.",
        "reqps",
    )
    queries = [
        Query(f"sum({_rate(metric)})", name)
        for name, metric in (
            ("requests", "slowatch_queries_total"),
            ("failed", "slowatch_query_failures_total"),
            ("rejected", "slowatch_query_refusals_total"),
        )
    ]
    return chart(words, queries, Manner(floor=0))


def _waiting() -> Drawn:
    words = Words(
        "seconds",
        "Time a request takes",
        "How long Prometheus takes to answer, on average.",
        "s",
    )
    took = f"sum({_rate('slowatch_query_seconds_total')})"
    return chart(
        words,
        [Query(f"{took}\n/ sum({_rate('slowatch_queries_total')})", "average")],
        Manner(floor=0),
    )


def _samples() -> Drawn:
    words = Words(
        "samples",
        "Samples read",
        "Samples per second that Prometheus reads to answer: what slowatch costs it.",
        "cps",
    )
    return chart(words, [_by_instance(_rate("slowatch_samples_read_total"))], Manner(floor=0))


def _ledger() -> Drawn:
    words = Words("ledger", "Ledger", "The size of the ledger.", "bytes")
    return chart(words, [_by_instance(_series("slowatch_ledger_bytes"))], Manner(floor=0))


def _alerts() -> Drawn:
    words = Words(
        "alerts",
        "Alerts",
        "How many alerts are pending and firing, of all SLOs; 0 where alerting is off.",
        "none",
    )
    queries = [
        Query(f"sum({_series('slowatch_alerts', which)}) or vector(0)", state)
        for state, which in (("pending", 'state="pending"'), ("firing", 'state="firing"'))
    ]
    return chart(words, queries, Manner(floor=0))


def _notifications() -> Drawn:
    words = Words(
        "notifications",
        "Notifications per minute",
        "Requests that targets took or did not take, and deliveries given up after a day; all 0 "
        "where slowatch does not notify. Queued are those that wait for a webhook to take them.",
        "cpm",
    )
    queries = [
        Query(f"sum({_rate(f'slowatch_notifications_{name}_total')}) * 60 or vector(0)", name)
        for name in ("sent", "failed", "dropped")
    ]
    queued = f"sum({_series('slowatch_notifications_queued')}) or vector(0)"
    return chart(words, [*queries, Query(queued, "queued")], Manner(floor=0))


def _memory() -> Drawn:
    words = Words("memory", "Memory", "Resident memory of the daemons.", "bytes")
    return chart(
        words, [_by_instance(_of_daemons("process_resident_memory_bytes"))], Manner(floor=0)
    )


def _cpu() -> Drawn:
    words = Words("cpu", "CPU", "The share of a core that the daemons use.", "percentunit")
    used = f"rate({_series('process_cpu_seconds_total')}[{OVER}])"
    return chart(words, [_by_instance(f"{used} {_AND_DAEMON}")], Manner(floor=0))


def _rates(words: Words, what: str, names: tuple[str, ...], *, factor: str) -> Drawn:
    queries = [
        Query(f"sum({_rate(f'slowatch_{what}_{name}_total')}){factor}", name) for name in names
    ]
    return chart(words, queries, Manner(floor=0))


_AND_DAEMON = f"and on (job, instance) {_BUILD}"


def _of_daemons(metric: str) -> str:
    return f"{_series(metric)} {_AND_DAEMON}"


def _by_instance(expression: str) -> Query:
    return Query(f"sum by (instance) ({expression})", "{{instance}}")


def _rate(metric: str) -> str:
    return f"rate({_series(metric)}[{OVER}])"


def _series(metric: str, *more: str) -> str:
    return f"{metric}{{{', '.join((_CHOSEN, *more))}}}"
