"""Series written down by a test, served by a real Prometheus."""

import subprocess
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from slowatch.demo.prometheus import PrometheusServer

# Not in promtool's help. Without it every block is two hours, and the file is read once for each.
_ONE_BLOCK = "--max-block-duration=1000h"
_KEPT = "--storage.tsdb.retention.time=100y"


@dataclass(frozen=True, slots=True)
class Stored:
    """A series: its metric, whose kind its name tells, its labels, and its values by second."""

    metric: str
    labels: Mapping[str, str]
    values: Mapping[int, float]


def store(folder: Path, series: Iterable[Stored]) -> Path:
    """Make a storage that holds these series, those of one metric side by side; its folder."""
    return store_text(folder, "".join(_lines(series)))


def store_text(folder: Path, exposition: str) -> Path:
    """Make a storage that holds what an OpenMetrics text says; its folder."""
    text, storage = folder / "series.om", folder / "data"
    text.write_text(exposition)
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run(
        [*command, "--quiet", _ONE_BLOCK, str(text), str(storage)], check=True, capture_output=True
    )
    return storage


@contextmanager
def serve(storage: Path, *more_args: str) -> Iterator[str]:
    """The URL of a Prometheus over a storage."""
    with PrometheusServer(storage, extra_args=[_KEPT, *more_args]) as server:
        yield server.url


def _lines(series: Iterable[Stored]) -> Iterator[str]:
    for metric, alike in groupby(series, key=lambda one: one.metric):
        kind = "counter" if metric.endswith("_total") else "gauge"
        yield f"# TYPE {metric.removesuffix('_total')} {kind}\n"
        for one in alike:
            labels = ",".join(f'{name}="{value}"' for name, value in one.labels.items())
            for at_s, value in one.values.items():
                yield f"{metric}{{{labels}}} {value!r} {at_s}\n"
    yield "# EOF\n"
