"""A fleet of services in a real Prometheus, and SLOs of mixed kinds over it.

Of each service there are two counters, and of every tenth a histogram and a gauge as well, scraped
every 15 s for an hour. One more service, `old`, has three days of counters, for comparing what
recording rules over long windows read.
"""

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

from slowatch.demo.prometheus import PrometheusServer
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import read_text

SCRAPE_S = 15
HOUR_S = 3600
OLD_S = 3 * 86_400
BUCKETS = ("0.1", "0.5", "1.0", "2.0", "+Inf")
END_S = 1_790_000_040 - 1_790_000_040 % HOUR_S
TENTH = 10


@contextmanager
def fleet(services: int) -> Iterator[str]:
    """The address of a Prometheus that holds a fleet of this many services."""
    with TemporaryDirectory(prefix="slowatch-bench-") as folder:
        text = Path(folder) / "fleet.txt"
        with text.open("w", encoding="utf-8") as file:
            file.writelines(_lines(services))
        storage = Path(folder) / "data"
        subprocess.run(
            [
                "promtool",
                "tsdb",
                "create-blocks-from",
                "openmetrics",
                "--max-block-duration=1000h",
                str(text),
                str(storage),
            ],
            check=True,
            capture_output=True,
        )
        text.unlink()
        args = ("--storage.tsdb.retention.time=100y",)
        with PrometheusServer(storage, extra_args=args) as server:
            yield server.url


def slos(services: int, kinds: str = "mixed") -> tuple[CompiledSlo, ...]:
    """As many SLOs as there are services: of mixed kinds, or all of one template."""
    found: list[CompiledSlo] = []
    for text in spec_texts(services, kinds):
        reading = read_text(text, "fleet.yaml")
        if reading.problems:
            raise SystemExit("\n".join(map(str, reading.problems[:5])))
        found.extend(reading.slos)
    return tuple(found)


def spec_texts(services: int, kinds: str = "mixed") -> Iterator[str]:
    """The same SLOs as the texts of spec files, a thousand to a file."""
    for first in range(0, services, 1_000):
        entries = "".join(
            _entry(index, "template" if kinds == "template" else _KINDS[index % TENTH])
            for index in range(first, min(first + 1_000, services))
        )
        yield f"{_HEAD}slos:\n{entries}"


_HEAD = "apiVersion: slowatch/v1\nservice: fleet\ndefaults: {objective: 99%}\n"


def one_slo(service: str) -> tuple[CompiledSlo, ...]:
    """The SLO of one service's success ratio."""
    text = (
        f"{_HEAD}slos:\n"
        f'  - name: only\n    sli: {{ratio: {{bad: \'requests_total{{service="{service}",'
        f'code="500"}}\', total: \'requests_total{{service="{service}"}}\'}}}}\n'
    )
    return read_text(text, "one.yaml").slos


_KINDS = ("latency", "ratio", "ratio", "ratio", "ratio", "quantile", "rate", "value", "ratio", "up")
"""What every tenth service, and each after it, is watched for."""


def _entry(index: int, kind: str) -> str:
    name, tenth = f"s{index}", f"s{index - index % TENTH}"
    here, there = f'service="{name}"', f'service="{tenth}"'
    sli = {
        "template": f"ratio: {{good: 'requests_total{{{here},code=\"200\"}}', "
        f"total: 'requests_total{{{here}}}'}}",
        "ratio": f"ratio: {{bad: 'requests_total{{{here},code=\"500\"}}', "
        f"total: 'requests_total{{{here}}}'}}",
        "latency": f"latency: {{histogram: 'seconds{{{there}}}', under: 500ms}}",
        "quantile": f"quantile: {{p: 0.95, histogram: 'seconds{{{there}}}', at_most: 1s}}",
        "rate": f"rate: {{counter: 'requests_total{{{here}}}', at_least: 1/s}}",
        "value": f"value: {{query: 'max(busy{{{there}}})', at_most: 80%}}",
        "up": f"up: {{metric: 'up{{{there}}}'}}",
    }[kind]
    return f"  - name: {name}\n    sli: {{{sli}}}\n"


def _lines(services: int) -> Iterator[str]:
    yield "# TYPE requests counter\n"
    for index in range(services):
        yield from _counter("requests_total", f'service="s{index}",code="200"', 2 + index % 7)
        yield from _counter("requests_total", f'service="s{index}",code="500"', Decimal("0.2"))
    yield from _counter("requests_total", 'service="old",code="200"', 5, length_s=OLD_S)
    yield from _counter(
        "requests_total", 'service="old",code="500"', Decimal("0.2"), length_s=OLD_S
    )
    tenths = range(0, services, TENTH)
    yield "# TYPE seconds histogram\n"
    for index in tenths:
        label = f'service="s{index}"'
        for share, le in enumerate(BUCKETS, 1):
            yield from _counter("seconds_bucket", f'{label},le="{le}"', share)
        yield from _counter("seconds_count", label, len(BUCKETS))
        yield from _counter("seconds_sum", label, 1)
    for gauge, value in (("busy", "0.5"), ("up", "1")):
        yield f"# TYPE {gauge} gauge\n"
        for index in tenths:
            for at_s in range(END_S - HOUR_S, END_S + 1, SCRAPE_S):
                yield f'{gauge}{{job="fleet",instance="i",service="s{index}"}} {value} {at_s}\n'
    yield "# EOF\n"


def _counter(
    name: str, labels: str, per_s: int | Decimal, *, length_s: int = HOUR_S
) -> Iterator[str]:
    for at_s in range(END_S - length_s, END_S + 1, SCRAPE_S):
        value = int((at_s - END_S + length_s) * per_s)
        yield f'{name}{{job="fleet",instance="i",{labels}}} {value} {at_s}\n'
