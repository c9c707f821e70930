"""A Prometheus with days of steady events, for the tests of what happens over days."""

from collections.abc import Iterator

import pytest

from tests.evaluate.steady import END_S, PER_SCRAPE, SCRAPE_S, START_S
from tests.support.openmetrics import Stored, serve, store


@pytest.fixture(scope="session")
def steady_url(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Four days and two hours of a counter that is never interrupted."""
    scrapes = range(START_S, END_S + 1, SCRAPE_S)
    series = [
        Stored(
            "hits_total",
            {"job": "j", "instance": "i", "result": result},
            {at_s: step * index for index, at_s in enumerate(scrapes)},
        )
        for result, step in PER_SCRAPE.items()
    ]
    with serve(store(tmp_path_factory.mktemp("steady"), series)) as where:
        yield where
