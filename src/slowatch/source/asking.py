"""Asking: many tagged expressions to a request, split until a refused one stands alone.

Measured: 50 expressions joined with `or` under a `label_replace` tag are asked fastest; a longer
chain costs its square.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import CancelledError, ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from slowatch.source import decoding
from slowatch.source.answer import Answer, Effort, Grid, Refusal, Samples, Series
from slowatch.source.connection import Connection
from slowatch.source.errors import Misconfigured, Refused, TooSlow, Unavailable
from slowatch.source.exchange import Exchange

Gate = Callable[[], None] | None
"""Called before each request, and may wait: it lets live slots go before backfill."""

TAG = "slowatch_q"
BATCH = 50
TIME_OUTS = 8
"""How many may be met while one batch is split: what one slow expression, or two, cost in 50."""
SPLIT_WITHIN = 4.0
"""How many times the time-out a batch may be split for, once a part of it took too long."""


@dataclass(slots=True)
class _Trial:
    """How one batch and its parts are asked, and what time-outs that has met so far."""

    grid: Grid
    gate: Gate
    time_outs: int = 0
    first_s: float = 0.0

    def add_time_out(self, at_s: float) -> None:
        self.first_s = self.first_s if self.time_outs else at_s
        self.time_outs += 1

    def is_hopeless(self, at_s: float, timeout_s: float) -> bool:
        return self.time_outs > TIME_OUTS or at_s - self.first_s > SPLIT_WITHIN * timeout_s


class Asker:
    """Sends expressions to one Prometheus; safe to use from several threads.

    What has a gate waits there in workers of its own, so that it never stands before what has none.
    """

    def __init__(self, connection: Connection, *, batch: int = BATCH) -> None:
        self._connection = connection
        self._exchange = Exchange(connection)
        self._pool = ThreadPoolExecutor(connection.concurrency, thread_name_prefix="asking")
        self._gated_pool = ThreadPoolExecutor(
            connection.gated_concurrency, thread_name_prefix="asking behind a gate"
        )
        self._batch = batch
        self._guilty: set[str] = set()

    def close(self) -> None:
        """End all connections; what is still under way is not waited for."""
        for pool in (self._gated_pool, self._pool):
            pool.shutdown(wait=False, cancel_futures=True)
        self._exchange.close()

    @property
    def effort(self) -> Effort:
        """What asking has cost so far."""
        return self._exchange.effort

    def ask(
        self,
        expressions: Iterable[str],
        grid: Grid,
        gate: Gate = None,
        *,
        weights: Mapping[str, int] | None = None,
    ) -> dict[str, Answer]:
        """The answer to each distinct expression at each moment of the grid.

        Expressions yield instant vectors or scalars; `weights` says of some how many series they
        yield, so that no batch becomes too heavy. Raises Unavailable or Misconfigured when
        nothing can be asked; a refused expression is a Refusal and harms no other.
        """
        answers: dict[str, Answer] = {}
        batches = self._batches(dict.fromkeys(expressions), weights or {})
        for part in self._parts(batches, grid, gate):
            answers.update(part)
        return answers

    def samples(self, range_vector: str, at_s: int) -> list[Samples]:
        """The raw samples of a range vector such as `x[6m]` at one moment."""
        return decoding.raw_samples(
            self._exchange.query({"query": range_vector, "time": str(at_s)})
        )

    def runtime_information(self) -> Mapping[str, Any]:
        """What the server says of itself, its retention among it; Prometheus only."""
        return self._exchange.runtime_information()

    def _parts(
        self, batches: Sequence[Sequence[str]], grid: Grid, gate: Gate
    ) -> Iterator[dict[str, Answer]]:
        pool = self._pool if gate is None else self._gated_pool
        try:
            parts = pool.map(lambda batch: self._ask_batch(batch, _Trial(grid, gate)), batches)
        except RuntimeError as error:  # the pool was shut down
            raise self._exchange.ended() from error
        try:
            yield from parts
        except CancelledError as error:
            raise self._exchange.ended() from error

    def _batches(self, expressions: Iterable[str], weights: Mapping[str, int]) -> list[list[str]]:
        """Batches of bounded weight, the heaviest first; what was refused before goes alone."""
        guilty = self._guilty.copy()
        heavy = {e: self._batch if e in guilty else weights.get(e, 1) for e in expressions}
        batches: list[list[str]] = []
        room = 0
        for expression, weight in sorted(heavy.items(), key=lambda item: -item[1]):
            if weight > room:
                batches.append([])
                room = self._batch
            batches[-1].append(expression)
            room -= weight
        return batches

    def _ask_batch(self, batch: Sequence[str], trial: _Trial) -> dict[str, Answer]:
        if trial.gate is not None:
            trial.gate()
        try:
            query = joined(batch) if len(batch) > 1 else batch[0]
            found = decoding.series(self._exchange.query(_form(query, trial.grid)))
        except TooSlow as slow:
            self._doubt(batch, trial, slow)
            return self._split(batch, trial, slow)
        except Refused as refused:
            return self._split(batch, trial, refused)
        self._guilty.difference_update(batch)
        return _untagged(batch, found) if len(batch) > 1 else {batch[0]: tuple(found)}

    def _doubt(self, batch: Sequence[str], trial: _Trial, slow: Refused) -> None:
        """Raise Unavailable where it is not the batch that is slow, but the server.

        What is suspected by then is asked alone the next time, so that whatever is slow is found in
        the end.
        """
        now_s = time.monotonic()
        trial.add_time_out(now_s)
        if len(batch) == 1:
            self._check_it_answers(trial.grid)
        elif trial.is_hopeless(now_s, self._connection.timeout_s):
            self._guilty.update(batch)
            raise Unavailable(
                f"{self._connection.shown_url} is overloaded: {trial.time_outs} queries took too "
                "long, one after the other"
            ) from slow

    def _check_it_answers(self, grid: Grid) -> None:
        """Raise Unavailable where the server does not even answer what costs nothing."""
        try:
            self._exchange.query({"query": "vector(1)", "time": str(grid.last_s)})
        except TooSlow as slow:
            raise Unavailable(f"{self._connection.shown_url} answers no query in time") from slow
        except Refused:
            return  # an answer too

    def _split(self, batch: Sequence[str], trial: _Trial, refused: Refused) -> dict[str, Answer]:
        if len(batch) == 1:
            self._guilty.add(batch[0])
            self._exchange.add_refusal()
            return {batch[0]: Refusal(str(refused))}
        half = len(batch) // 2
        left = self._ask_batch(batch[:half], trial)
        return left | self._ask_batch(batch[half:], trial)


def joined(expressions: Sequence[str]) -> str:
    """One query for many expressions; each result carries its expression's index as a tag.

    A line end follows each expression, so that a comment in one cannot swallow the next.
    """
    return "\nor\n".join(
        f'label_replace(\n{expression}\n, "{TAG}", "{index}", "", "")'
        for index, expression in enumerate(expressions)
    )


def _form(query: str, grid: Grid) -> dict[str, str]:
    if grid.first_s == grid.last_s:
        return {"query": query, "time": str(grid.first_s)}
    return {
        "query": query,
        "start": str(grid.first_s),
        "end": str(grid.last_s),
        "step": str(grid.step_s),
    }


def _untagged(batch: Sequence[str], found: Iterable[Series]) -> dict[str, Answer]:
    answers: dict[str, list[Series]] = {expression: [] for expression in batch}
    for one in found:
        labels = dict(one.labels)
        answers[_tagged(batch, labels.pop(TAG, ""))].append(Series(labels, one.points))
    return {expression: tuple(series) for expression, series in answers.items()}


def _tagged(batch: Sequence[str], tag: str) -> str:
    try:
        return batch[int(tag)]
    except (ValueError, IndexError) as error:
        raise Misconfigured("a series came back without the tag that its query gave it") from error
