"""Alerting rules over the gauges of a running daemon; and some for the daemon itself."""

from collections.abc import Iterator, Sequence
from itertools import chain

from slowatch.render.alerts import alerts_over_gauges
from slowatch.render.groups import Manner, by_service, raised
from slowatch.render.rule import MINUTE_S, Alerting, RuleGroup
from slowatch.spec.compiled import CompiledSlo

NEWEST_SLOT = "slowatch_newest_slot_timestamp_seconds"
ABSENT_FOR_S = 5 * MINUTE_S
OLDEST_S = 10 * MINUTE_S


def daemon_groups(slos: Sequence[CompiledSlo], manner: Manner) -> tuple[RuleGroup, ...]:
    """A group for each service, after one for the daemon: if it is dead, that is no silence."""
    own = RuleGroup(None, tuple(_daemon_alerts()))
    if not manner.with_alerts:
        return (own,)
    return (own, *(_group(name, some, manner) for name, some in by_service(slos).items()))


def _group(service: str, slos: Sequence[CompiledSlo], manner: Manner) -> RuleGroup:
    alerts = (alerts_over_gauges(slo, raised(slo), manner.external_url) for slo in slos)
    return RuleGroup(service, tuple(chain.from_iterable(alerts)))


def _daemon_alerts() -> Iterator[Alerting]:
    yield Alerting(
        alert="SlowatchAbsent",
        expr=f"absent({NEWEST_SLOT})",
        for_s=ABSENT_FOR_S,
        keep_firing_s=0,
        labels={"severity": "page"},
        annotations={
            "summary": "slowatch is not there: no SLO is judged",
            "description": "Prometheus has no metrics of slowatch. While it is away, no alert that "
            "rests on it can fire.",
        },
    )
    yield Alerting(
        alert="SlowatchStale",
        expr=f"time() - max({NEWEST_SLOT}) > {OLDEST_S}",
        for_s=0,
        keep_firing_s=0,
        labels={"severity": "page"},
        annotations={
            "summary": "slowatch has judged nothing for {{ $value | humanizeDuration }}",
            "description": "It runs, and its slots are not judged: /readyz and its log say why.",
        },
    )
