"""A standing daemon with its status page, and names that would like to be HTML."""

from dataclasses import dataclass, replace

from fastapi import APIRouter

from slowatch.page.routes import page_router
from tests.api.standing import NOW_S, Client, Standing

HOSTILE = "<script>alert(1)</script>\"'&"
RULES = """
apiVersion: slowatch/v1
service: shop
labels: {team: web}
slos:
  - name: checkout
    nfr: N1
    description: Orders that go through `/orders`
    objective: 90%
    by: [region]
    runbook: https://runbooks.example.org/checkout
    sli: {ratio: {good: 'done_total{ok="1"}', total: done_total}}
  - name: search
    nfr: N2
    objective: 99.9%
    labels: {team: core}
    description: "<b>Fast</b> & right"
    sli: {ratio: {good: 'found_total{ok="1"}', total: found_total}}
  - name: silent
    objective: 99%
    sli: {up: {metric: up}}
"""
MORE = """
apiVersion: slowatch/v1
service: bank
slos:
  - name: transfers
    objective: 100%
    window: 1d
    sli: {ratio: {bad: 'lost_total', total: moved_total}}
"""


@dataclass
class Paged(Standing):
    """A standing daemon whose application has the status page too."""

    rules: str = RULES
    is_ending: bool = False

    def routers(self) -> list[APIRouter]:
        """The page."""
        return [page_router(self, is_ending=lambda: self.is_ending)]

    def move_on(self, **states: str) -> None:
        """A new snapshot, a slot later, with some SLOs in other states."""
        was = self.snapshot
        statuses = tuple(
            replace(status, state=states.get(status.slo.name, status.state))  # type: ignore[arg-type]
            for status in was.statuses
        )
        self.snapshot = replace(was, as_of_s=was.as_of_s + was.slot_s, statuses=statuses)


def shop(paged: Paged | None = None) -> Paged:
    """One group of checkout exhausted, one with a hostile name; search fine; silent unknown."""
    one = paged or Paged()
    one.record("checkout", good=8, total=10, region="eu")
    one.record("checkout", good=10, total=10, region=HOSTILE)
    one.record("search", good=19_999, total=20_000)
    one.judge()
    return one


def reader(paged: Paged) -> Client:
    """Requests to its pages."""
    return Client(paged.app())


__all__ = ["HOSTILE", "MORE", "NOW_S", "Paged", "reader", "shop"]
