"""What a Prometheus says of spec texts, slot by slot and by the hour, for tests."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from slowatch.demo.prometheus import PrometheusServer
from slowatch.evaluate.measuring import Measuring
from slowatch.evaluate.question import question_of
from slowatch.ledger.port import Recording
from slowatch.slo.slot import HOUR_S
from slowatch.slo.tally import MICRO, Tally, add_up
from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from tests.spec.documents import compiled
from tests.support.remote_write import SERVER_ARGS, Written, write

START_S = 1_700_006_400  # an hour
SLOT_S, SCRAPE_S = 60, 15
FOUR_SLOTS = Grid(START_S + 660, START_S + 840, SLOT_S)
SLOTS = Grid(START_S + SLOT_S, START_S + HOUR_S, SLOT_S)
HOUR = Grid(START_S + HOUR_S, START_S + HOUR_S, HOUR_S)
SCRAPES = range(START_S - 1, START_S + HOUR_S, SCRAPE_S)
"""A second before each quarter of a minute, so that a slot's last is a second before its end."""

Events = list[tuple[float, float] | None]


@contextmanager
def prometheus_with(folder: Path, series: list[Written]) -> Iterator[str]:
    """The URL of a Prometheus that holds these series."""
    with PrometheusServer(folder, extra_args=SERVER_ARGS) as server:
        write(server.url, series)
        yield server.url


def measured(url: str, grid: Grid, *specs: str) -> list[Recording]:
    """The recording of each spec, all asked together."""
    questions = [question_of(compiled(spec), SLOT_S) for spec in specs]
    with closing(Asker(Connection(url))) as asker:
        return Measuring(asker, scrape_s=SCRAPE_S).measure(questions, grid)


def events(recording: Recording, **labels: str) -> Events:
    """Good and total events of four slots, None where a slot is missing."""
    found = {
        fact.span.end_s: (fact.tally.good / MICRO, fact.tally.total / MICRO)
        for fact in recording.facts
        if fact.labels == labels
    }
    return [found.get(end_s) for end_s in FOUR_SLOTS.ends]


def sums(recording: Recording) -> dict[str, Tally]:
    """All events of a recording, and how many slots were measured, by group."""
    groups = {str(sorted(fact.labels.items())): fact.labels for fact in recording.facts}
    return {
        name: add_up(fact.tally for fact in recording.facts if fact.labels == labels)
        for name, labels in groups.items()
    }


def is_odd(at_s: int) -> bool:
    """Whether a scrape belongs to the third of the four slots, in which things are different."""
    return START_S + 720 < at_s <= START_S + 780
