"""The gate: what waits there never stands before what does not."""

import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager

import pytest

from slowatch.source.answer import Grid
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from slowatch.source.errors import SourceError, Unavailable
from tests.source.scripted import Reply, Script, scripted_server, vector

GRID = Grid(60, 60, 60)
BACKFILL = [f"x{n}" for n in range(12)]


class Gate:
    """A gate that a test opens; it knows whether anybody has come to it."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.reached = threading.Event()

    def __call__(self) -> None:
        """Wait until it is open."""
        self.reached.set()
        self.opened.wait(20)


class Backfill(threading.Thread):
    """Asks for a dozen expressions, one to a request, behind a gate."""

    def __init__(self, asker: Asker, gate: Gate) -> None:
        super().__init__(name="backfill of a test")
        self._asker, self._gate = asker, gate
        self.answered = 0
        self.error: Exception | None = None

    def run(self) -> None:
        """Ask, and keep what came of it."""
        try:
            self.answered = len(self._asker.ask(BACKFILL, GRID, self._gate))
        except SourceError as error:
            self.error = error


@contextmanager
def backfilling(
    *replies: Reply, concurrency: int = 4, is_open: bool = False
) -> Iterator[tuple[Asker, Gate, Backfill, Script]]:
    """An asker that backfills already: its workers have come to the gate."""
    gate = Gate()
    if is_open:
        gate.opened.set()
    with scripted_server(*replies) as script:
        connection = Connection(script.url, concurrency=concurrency)
        with closing(Asker(connection, batch=1)) as asker:
            thread = Backfill(asker, gate)
            thread.start()
            try:
                assert gate.reached.wait(5)
                yield asker, gate, thread, script
            finally:
                gate.opened.set()
                thread.join(10)


@pytest.mark.parametrize("concurrency", [1, 4])
def test_a_live_slot_does_not_wait_for_what_waits_at_the_gate(concurrency: int) -> None:
    """And backfill goes on, to its end, once the gate opens."""
    with backfilling(vector(7), concurrency=concurrency) as (asker, gate, thread, script):
        began = time.monotonic()
        assert len(asker.ask([f"live{n}" for n in range(12)], GRID)) == 12
        assert time.monotonic() - began < 2
        assert all(request.form["query"].startswith("live") for request in script.requests)
        gate.opened.set()
        thread.join(10)
        assert (thread.answered, thread.error) == (len(BACKFILL), None)


def test_a_live_slot_does_not_wait_for_connections_that_backfill_holds() -> None:
    """There are enough for both."""
    slow = Reply(200, vector(7).body, after_s=1.0)
    with backfilling(slow, slow, vector(7), is_open=True) as (asker, _, _, script):
        while len(script.requests) < 2:
            time.sleep(0.01)
        began = time.monotonic()
        asker.ask([f"live{n}" for n in range(4)], GRID)
        assert time.monotonic() - began < 0.8


@pytest.mark.parametrize("is_open", [True, False])
def test_closing_while_backfill_asks_is_no_foreign_exception(is_open: bool) -> None:
    """Neither where it waits for an answer, nor at the gate."""
    slow = Reply(200, vector(7).body, after_s=0.3)
    with backfilling(slow, is_open=is_open) as (asker, gate, thread, _):
        time.sleep(0.1)
        asker.close()
        gate.opened.set()
        thread.join(5)
        assert isinstance(thread.error, Unavailable)
