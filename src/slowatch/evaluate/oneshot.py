"""Evaluating once: fill the windows that end at a moment, and judge."""

from collections.abc import Callable
from functools import partial

from slowatch.evaluate.judging import Status
from slowatch.evaluate.watch import Watch

CHUNK_SLOTS = 720


def evaluate_at(
    watch: Watch, end_s: int, *, progress: Callable[[int], None] = lambda _oldest_s: None
) -> list[Status]:
    """Where every SLO stands at `end_s`, a slot's end, after asking for all that is missing.

    `progress` is called with the oldest moment filled so far. Raises what the source raises.
    """
    for source in sorted(watch.sources):
        fill = partial(watch.backfill, end_s, chunk_slots=CHUNK_SLOTS, source=source)
        while (piece := fill()) is not None:
            progress(piece.grid.first_s - piece.grid.step_s)
    return watch.judge(end_s)
