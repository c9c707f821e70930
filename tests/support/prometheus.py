"""A trace with known truth, served by a real Prometheus."""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from slowatch.demo.prometheus import PrometheusServer
from tests.traces.openmetrics import Trace, write_trace

# Not in promtool's help. Without it every block is two hours, and the file is read once for each.
_ONE_BLOCK = "--max-block-duration=1000h"


@dataclass(frozen=True, slots=True)
class ServedTrace:
    """The trace, and the URL of a Prometheus that holds it."""

    trace: Trace
    url: str


@contextmanager
def serve_trace(folder: Path, *, days: int) -> Iterator[ServedTrace]:
    """Write a trace into the folder and start a Prometheus on it."""
    text = folder / "trace.om"
    trace = write_trace(text, days=days)
    storage = folder / "data"
    command = ["promtool", "tsdb", "create-blocks-from", "openmetrics"]
    subprocess.run(
        [*command, "--quiet", _ONE_BLOCK, str(text), str(storage)], check=True, capture_output=True
    )
    text.unlink()
    with PrometheusServer(storage, extra_args=["--storage.tsdb.retention.time=100y"]) as server:
        yield ServedTrace(trace, server.url)
