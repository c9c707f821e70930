"""`/metrics`: where every SLO stands as gauges, and what the daemon itself does."""

from collections.abc import Callable, Iterable, Iterator, Sequence

from prometheus_client import CollectorRegistry
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.exposition import generate_latest
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from slowatch import __version__
from slowatch.api.alert_metrics import (
    alerts_gauge,
    conditions_gauge,
    queue_gauge,
    sent_counters,
)
from slowatch.api.watching import Watching
from slowatch.evaluate.judging import WORST_FIRST, Status
from slowatch.evaluate.snapshot import Counts, Reloaded, Snapshot
from slowatch.ledger.errors import LedgerError
from slowatch.slo.burn import RECENT
from slowatch.slo.tally import MICRO
from slowatch.spec.alert_rules import info_labels, published_labels

_COUNTERS = {
    "slots_due": "Slots that were due to be measured, one for each question.",
    "slots_recorded": "Slots that were recorded with facts.",
    "slots_missing": "Slots that were asked for and had no data.",
    "slots_late": "Slots that ended while the daemon ran and were recorded by backfill.",
    "runs_missed": "Runs of the schedule that were let go because they were too late.",
    "runs_overlapped": "Runs that were due while the one before was still under way.",
    "run_failures": "Runs that ended in an error nobody expected.",
    "queries": "Requests to Prometheus.",
    "query_failures": "Requests to Prometheus that failed.",
    "query_refusals": "Expressions that Prometheus rejected.",
    "query_seconds": "Seconds spent waiting for Prometheus.",
    "samples_read": "Samples that Prometheus read to answer.",
}


class MetricsPage:
    """The page: gauges of every SLO, rendered once per snapshot, and the daemon's own numbers."""

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._rendered: tuple[Snapshot | None, bytes] = (None, b"")
        self._own = CollectorRegistry(auto_describe=False)
        self._own.register(_Families(lambda: own_families(watching)))
        ProcessCollector(registry=self._own)

    def text(self) -> bytes:
        """The page, in Prometheus' text format."""
        return self._slos() + generate_latest(self._own)

    def _slos(self) -> bytes:
        snapshot = self._watching.snapshot
        known, text = self._rendered
        if known is not snapshot:
            registry = CollectorRegistry(auto_describe=False)
            registry.register(_Families(lambda: self._gauges(snapshot)))
            text = generate_latest(registry)
            self._rendered = (snapshot, text)
        return text

    def _gauges(self, snapshot: Snapshot) -> Iterator[Metric]:
        yield from slo_gauges(snapshot.statuses)
        if self._watching.alerting != "off":
            yield alerts_gauge(snapshot.alerts)
        if self._watching.alerting == "rules":
            # Where slowatch sends alerts itself there is nothing that rules could fire on, too.
            yield conditions_gauge(snapshot.statuses)


class _Families(Collector):
    """Collects what a function yields."""

    def __init__(self, families: Callable[[], Iterable[Metric]]) -> None:
        self._families = families

    def collect(self) -> Iterable[Metric]:
        return self._families()


def own_families(watching: Watching) -> Iterator[Metric]:
    """What the daemon does and holds; the ledger's size is left out where it cannot be read."""
    yield from own_counters(watching.counts())
    yield from sent_counters(watching.sent())
    yield InfoMetricFamily("slowatch_build", "The version that runs.", {"version": __version__})
    slot_s = watching.snapshot.slot_s
    yield GaugeMetricFamily("slowatch_slot_seconds", "Length of a slot.", slot_s)
    as_of_s = watching.snapshot.as_of_s
    yield GaugeMetricFamily(
        "slowatch_newest_slot_timestamp_seconds", "End of the newest judged slot.", as_of_s
    )
    yield GaugeMetricFamily(
        "slowatch_newest_measured_slot_timestamp_seconds",
        "End of the newest slot that was measured and judged; before there is one, the start.",
        watching.seen_s,
    )
    sources = GaugeMetricFamily(
        "slowatch_source_newest_slot_timestamp_seconds",
        "End of the newest slot that was measured.",
        labels=["source"],
    )
    for name, end_s in watching.measured_ends_s.items():
        sources.add_metric([name], end_s)
    yield sources
    yield from _spec_gauges(watching.reloaded)
    try:
        size, queues = watching.size(), watching.queue_lengths()
    except LedgerError:
        return
    yield queue_gauge(watching.sent(), queues)
    yield GaugeMetricFamily("slowatch_ledger_bytes", "Size of the ledger.", size.stored_bytes)
    yield GaugeMetricFamily("slowatch_ledger_series", "Series in the ledger.", size.series)


def _spec_gauges(done: Reloaded) -> Iterator[Metric]:
    for name, text, value in (
        ("specs_last_reload_successful", "1 while no spec file has a mistake.", not done.mistakes),
        ("specs_last_reload_timestamp_seconds", "When spec files were read last.", done.at_s),
        ("spec_files_kept", "Files whose last good version counts.", len(done.kept)),
        ("spec_mistakes", "Mistakes in spec files.", done.mistakes),
    ):
        yield GaugeMetricFamily(f"slowatch_{name}", text, float(value))


def own_counters(counts: Counts) -> Iterator[Metric]:
    """What the daemon has done since it started."""
    for name, text in _COUNTERS.items():
        yield CounterMetricFamily(f"slowatch_{name}", text, value=getattr(counts, name))
    yield GaugeMetricFamily(
        "slowatch_backfill_pending", "1 while slots are backfilled.", counts.backfill_pending
    )


def slo_gauges(statuses: Sequence[Status]) -> Iterator[Metric]:
    """The gauges of every SLO and group; a number that does not exist has no sample."""
    for name, text, value in (
        ("objective_ratio", "Promised share of good events.", _objective),
        ("compliance_ratio", "Share of good events over the window.", _compliance),
        ("error_budget_remaining_ratio", "Share of the error budget that is left.", _remaining),
        ("coverage_ratio", "Measured slots divided by the window's slots.", _coverage),
    ):
        family = GaugeMetricFamily(f"slowatch_slo_{name}", text)
        for status in statuses:
            number = value(status)
            if number is not None:
                family.add_sample(family.name, _labels(status), number)
        yield family
    yield _burn_rates(statuses)
    yield _states(statuses)
    yield _events(statuses)
    yield _recent_events(statuses)
    yield _infos(statuses)


def _objective(status: Status) -> float | None:
    return float(status.slo.objective.ratio)


def _compliance(status: Status) -> float | None:
    return status.compliance_ratio


def _remaining(status: Status) -> float | None:
    return status.budget.remaining_ratio


def _coverage(status: Status) -> float | None:
    return status.coverage_ratio


def _burn_rates(statuses: Sequence[Status]) -> Metric:
    family = GaugeMetricFamily("slowatch_slo_burn_rate", "Burn rate over a look-back.")
    for status in statuses:
        labels = _labels(status)
        for look_back, rate in status.burn_rates.items():
            if rate is not None:
                family.add_sample(family.name, {**labels, "look_back": look_back}, rate)
    return family


def _states(statuses: Sequence[Status]) -> Metric:
    family = GaugeMetricFamily("slowatch_slo_state", "1 for the state that an SLO is in, else 0.")
    for status in statuses:
        labels = _labels(status)
        for state in WORST_FIRST:
            is_in = float(status.state == state)
            family.add_sample(family.name, {**labels, "state": state}, is_in)
    return family


def _events(statuses: Sequence[Status]) -> Metric:
    family = GaugeMetricFamily("slowatch_slo_window_events", "Events over the window, by outcome.")
    for status in statuses:
        labels = _labels(status)
        for outcome, micro in (("good", status.tally.good), ("bad", status.tally.bad)):
            family.add_sample(family.name, {**labels, "outcome": outcome}, micro / MICRO)
    return family


def _recent_events(statuses: Sequence[Status]) -> Metric:
    family = GaugeMetricFamily("slowatch_slo_events", "Events over a look-back, by outcome.")
    for status in statuses:
        labels = {**_labels(status), "look_back": RECENT}
        recent = status.recent
        for outcome, micro in (("good", recent.good), ("bad", recent.bad)):
            if recent.measured:
                family.add_sample(family.name, {**labels, "outcome": outcome}, micro / MICRO)
    return family


def _infos(statuses: Sequence[Status]) -> Metric:
    """What each SLO is; a sample for an SLO, whatever groups it has."""
    name = "slowatch_slo_info"
    family = GaugeMetricFamily(name, "1 for each SLO, with its own labels.")
    for slo in {status.slo.id: status.slo for status in statuses}.values():
        family.add_sample(name, info_labels(slo), 1)
    return family


def _labels(status: Status) -> dict[str, str]:
    return published_labels(status.slo, status.group)
