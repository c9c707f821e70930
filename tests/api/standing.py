"""A standing daemon: the real ledger and the real judgement, over facts that a test wrote."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import httpx
from fastapi import APIRouter, FastAPI

from slowatch.api.access import Access
from slowatch.api.app import OPEN, create_app
from slowatch.evaluate.alerting import Alerting
from slowatch.evaluate.asked import AskedExpression
from slowatch.evaluate.judging import Status
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.question import question_of
from slowatch.evaluate.snapshot import AlertingMode, Counts, Readiness, Reloaded, Snapshot
from slowatch.evaluate.trends import Trends
from slowatch.evaluate.watch import Watch
from slowatch.evaluate.wording import annotations
from slowatch.ledger.alert_port import Episode
from slowatch.ledger.ledger import Ledger
from slowatch.ledger.port import Fact, Gap, Point, Recording, Size
from slowatch.notify.sent import Sent
from slowatch.slo.slot import Span
from slowatch.slo.tally import slot_tally
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.spec.compiled import DEFAULT_SOURCE, CompiledSlo
from slowatch.spec.reading import read_text

NOW_S = 1_800_000_000  # on the hour
SLOT_S = 60
RULES = """
apiVersion: slowatch/v1
service: shop
labels: {team: web}
slos:
  - name: checkout
    nfr: N1
    objective: 90%
    by: [region]
    sli: {ratio: {good: 'done_total{ok="1"}', total: done_total}}
  - name: search
    objective: 99.9%
    labels: {team: "böse \\"Gruppe\\"\\n\\\\"}
    sli: {ratio: {good: 'found_total{ok="1"}', total: found_total}}
  - name: silent
    objective: 99%
    sli: {up: {metric: up}}
"""


@dataclass
class Standing:
    """What the API reads of a daemon; `told` counts what was recorded by SLO name and group."""

    rules: str = RULES
    ledger: Ledger = field(default_factory=lambda: Ledger.open(":memory:"))
    snapshot: Snapshot = field(default_factory=lambda: Snapshot(NOW_S, SLOT_S, ()))
    reasons: tuple[str, ...] = ()
    alerting: AlertingMode = "rules"
    sent_: tuple[Sent, ...] = ()
    trends: Trends = field(default_factory=Trends)
    reloaded: Reloaded = field(default_factory=lambda: Reloaded(NOW_S, 4, (), ()))
    stale_after_s: float = 10**9  # the facts are of one moment, the clock is not

    def __post_init__(self) -> None:
        reading = read_text(self.rules, "rules.yaml")
        assert not reading.problems
        self.slos: Mapping[str, CompiledSlo] = {slo.name: slo for slo in reading.slos}

    def record(self, name: str, good: float, total: float, *, slots: int = 5, **group: str) -> None:
        """Write the same good and total into the newest slots of an SLO's group."""
        asked = question_of(self.slos[name], SLOT_S).asked
        ends = range(NOW_S - (slots - 1) * SLOT_S, NOW_S + 1, SLOT_S)
        facts = [Fact(group, Span(end - SLOT_S, end), slot_tally(good, total)) for end in ends]
        # The keys of several groups would hide each other's facts: a span is asked once.
        self._pending = [*getattr(self, "_pending", []), (asked, facts)]

    def judge(self) -> "Standing":
        """Record what is pending, and make a snapshot."""
        by_asked: dict[object, list[Fact]] = {}
        for asked, facts in getattr(self, "_pending", []):
            by_asked.setdefault(asked, []).extend(facts)
        span = Span(NOW_S - 3600, NOW_S)
        self.ledger.record(Recording(a, span, tuple(f)) for a, f in by_asked.items())  # type: ignore[arg-type]
        measuring = Measuring(Asker(Connection("http://127.0.0.1:1")), scrape_s=15)
        watch = self._watch = Watch(
            list(self.slos.values()), self.ledger, {DEFAULT_SOURCE: measuring}, slot_s=SLOT_S
        )
        statuses = tuple(watch.judge(NOW_S))
        alerting = Alerting(self.ledger, start_s=NOW_S, wording=annotations)
        alerting.advance(statuses, NOW_S)
        self.snapshot = Snapshot(NOW_S, SLOT_S, statuses, alerting.alerts)
        self.trends = watch.trends(statuses, lambda: True)
        return self

    @property
    def seen_s(self) -> int:
        """It sees what it judges."""
        return self.snapshot.as_of_s

    @property
    def measured_ends_s(self) -> Mapping[str, int]:
        """It has seen everything from one source."""
        return {"default": self.snapshot.as_of_s}

    def readiness(self) -> Readiness:
        """As the test wants it."""
        return Readiness(self.reasons, ["a warning"], ())

    def reload(self) -> Reloaded:
        """As the test wants it."""
        return self.reloaded

    def prometheus_of(self, slo: CompiledSlo) -> str:  # noqa: ARG002
        """Some address."""
        return "https://prometheus.example.org"

    def counts(self) -> Counts:
        """A number that can be seen on `/metrics`."""
        return Counts(slots_due=7)

    def size(self) -> Size:
        """The ledger's."""
        return self.ledger.size()

    def history(self, status: Status, span: Span, step_s: int) -> Sequence[Point]:
        """The ledger's points."""
        if status.series_id is None:
            return []
        return self.ledger.history([status.series_id], span, step_s).get(status.series_id, [])

    def gaps(self, slo: CompiledSlo, span: Span) -> Sequence[Gap]:
        """The ledger's."""
        return self._watch.gaps(slo, span)

    def asked(self, slo: CompiledSlo) -> Sequence[AskedExpression]:
        """What would be asked."""
        return self._watch.asked(slo)

    def episodes(self, since_s: int, most: int) -> Sequence[Episode]:
        """The ledger's."""
        return self.ledger.episodes(since_s, most=most)

    def episodes_of(self, slo_id: str, since_s: int, most: int) -> Sequence[Episode]:
        """The ledger's."""
        return self.ledger.episodes(since_s, most=most, slo_id=slo_id)

    def sent(self) -> Sequence[Sent]:
        """As the test wants it."""
        return self.sent_

    def queue_lengths(self) -> Mapping[str, int]:
        """The ledger's."""
        return self.ledger.queue_lengths()

    def app(self, access: Access = OPEN, is_full: Callable[[], bool] = lambda: False) -> FastAPI:
        """The application over it."""
        nothing = lambda: None  # noqa: E731  it is what happens
        return create_app(
            self,
            on_start=nothing,
            on_stop=nothing,
            routers=self.routers(),
            access=access,
            is_full=is_full,
        )

    def routers(self) -> list[APIRouter]:
        """What it answers besides the API."""
        return []


class Client:
    """Requests to an application, without a network."""

    def __init__(self, app: FastAPI) -> None:
        self._app = app

    def get(self, path: str, **headers: str) -> httpx.Response:
        """The answer to GET; header names are written with underscores."""
        return self.request("GET", path, **headers)

    def request(self, method: str, path: str, **headers: str) -> httpx.Response:
        """The answer to any request."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}

        async def send() -> httpx.Response:
            transport = httpx.ASGITransport(self._app, raise_app_exceptions=False)
            async with httpx.AsyncClient(transport=transport, base_url="http://slowatch") as client:
                return await client.request(method, path, headers=named)

        return asyncio.run(send())
