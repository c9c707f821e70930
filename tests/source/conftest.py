"""A small Prometheus with awkward label values, for the tests of asking together."""

from collections.abc import Iterator

import pytest

from slowatch.source.asking import Asker
from slowatch.source.connection import Connection
from tests.source.awkward import END_S, START_S, VALUES
from tests.support.openmetrics import serve, store_text

BUCKETS = ("0.5", "1.0", "2.0", "+Inf")


@pytest.fixture(scope="session")
def awkward_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """An hour of counters, histograms and gauges, a series for each awkward label value."""
    with serve(store_text(tmp_path_factory.mktemp("awkward"), "".join(_lines()))) as served:
        yield served


@pytest.fixture
def asker(awkward_url: str) -> Iterator[Asker]:
    """An asker of it."""
    one = Asker(Connection(awkward_url))
    yield one
    one.close()


def _lines() -> Iterator[str]:
    yield "# TYPE hits counter\n"
    for number, value in enumerate(VALUES):
        for code in ("200", "500"):
            labels = f'service="{_quoted(value)}",zone="z{number % 3}",code="{code}"'
            yield from _series("hits_total", labels, step=number + 1 + (code == "200"))
    yield "# TYPE took histogram\n"
    for number, value in enumerate(VALUES):
        for share, le in enumerate(BUCKETS, 1):
            labels = f'service="{_quoted(value)}",le="{le}"'
            yield from _series("took_bucket", labels, step=share * (number + 1))
        yield from _series("took_count", f'service="{_quoted(value)}"', step=4 * (number + 1))
    yield "# TYPE busy gauge\n"
    for number, value in enumerate(VALUES):
        yield from _series("busy", f'service="{_quoted(value)}",zone="z{number % 3}"', step=0.01)
    yield "# EOF\n"


def _series(name: str, labels: str, *, step: float) -> Iterator[str]:
    """A line to each 15 s; it starts again a third into the hour."""
    for index, at_s in enumerate(range(START_S, END_S + 1, 15)):
        value = step * (index if index < 80 else index - 80)
        yield f"{name}{{{labels}}} {value:g} {at_s}\n"


def _quoted(value: str) -> str:
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
