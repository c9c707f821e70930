"""Writing into a real Prometheus by remote write, encoded by hand.

No text format holds native histograms, so `promtool` makes no blocks of them. The messages are
those of Prometheus' `prompb/remote.proto` and `prompb/types.proto`; a message is named here with
the numbers of its fields.
"""

import struct
import urllib.request
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise

SERVER_ARGS = (
    "--enable-feature=native-histograms",
    "--web.enable-remote-write-receiver",
    "--storage.tsdb.retention.time=100y",
)
"""What a Prometheus must be started with, to be written to."""

_VARINT, _DOUBLE, _BYTES = 0, 1, 2
_LITERAL_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class NativeHistogram:
    """Observations so far, in neighbouring buckets from index `first` on.

    Of schema 0: the bucket of index i ends at 2**i, and begins, open, where the one before ends.
    `total` is the sum of what was observed.
    """

    counts: tuple[int, ...]
    first: int = 0
    total: float = 0.0

    @property
    def count(self) -> int:
        """All observations."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class Written:
    """A series to be written: its labels, `__name__` among them, and its values by second."""

    labels: Mapping[str, str]
    values: Mapping[int, float | NativeHistogram]


def scraped(
    name: str, labels: Mapping[str, str], values: Mapping[int, float | NativeHistogram]
) -> Written:
    """A series of one scraped instance."""
    return Written({"__name__": name, "job": "j", "instance": "i", **labels}, values)


def write(url: str, series: Iterable[Written]) -> None:
    """Write series into a Prometheus that is empty; the first has the oldest sample of all.

    They go in one request: what comes later may be no older than an hour before the newest.
    """
    body = b"".join(_field(1, _time_series(one)) for one in series)
    headers = {
        "Content-Encoding": "snappy",
        "Content-Type": "application/x-protobuf",
        "X-Prometheus-Remote-Write-Version": "0.1.0",
    }
    request = urllib.request.Request(f"{url}/api/v1/write", _snappy(body), headers)  # noqa: S310
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    direct.open(request, timeout=30).close()


def _time_series(series: Written) -> bytes:
    """TimeSeries: labels 1, samples 2, histograms 4; Label: name 1, value 2."""
    labels = [
        _field(1, _field(1, name.encode()) + _field(2, value.encode()))
        for name, value in sorted(series.labels.items())
    ]
    samples = [
        _field(4, _histogram(value, at_s))
        if isinstance(value, NativeHistogram)
        else _field(2, _double(1, value) + _integer(2, at_s * 1000))
        for at_s, value in series.values.items()
    ]
    return b"".join([*labels, *samples])


def _histogram(value: NativeHistogram, at_s: int) -> bytes:
    """Histogram: count 1, sum 3, schema 4, zero threshold 5, zero count 6, time 15.

    Positive spans are 11 (BucketSpan: offset 1, length 2), the differences from bucket to bucket
    12.
    """
    fields = [
        _integer(1, value.count),
        _double(3, value.total),
        _integer(4, _zigzag(0)),
        _double(5, 2.0**-128),
        _integer(6, 0),
        _integer(15, at_s * 1000),
    ]
    if value.counts:
        span = _integer(1, _zigzag(value.first)) + _integer(2, len(value.counts))
        steps = (after - before for before, after in pairwise((0, *value.counts)))
        fields += [_field(11, span), _field(12, _packed(steps))]
    return b"".join(fields)


def _packed(numbers: Iterable[int]) -> bytes:
    return b"".join(_varint(_zigzag(number)) for number in numbers)


def _field(number: int, content: bytes) -> bytes:
    return _tag(number, _BYTES) + _varint(len(content)) + content


def _integer(number: int, value: int) -> bytes:
    return _tag(number, _VARINT) + _varint(value)


def _double(number: int, value: float) -> bytes:
    return _tag(number, _DOUBLE) + struct.pack("<d", value)


def _tag(number: int, wire_type: int) -> bytes:
    return _varint(number << 3 | wire_type)


def _varint(value: int) -> bytes:
    """Seven bits to a byte, the lowest first; all but the last byte have the high bit set."""
    parts = bytearray()
    while value > 0x7F:
        parts.append(value & 0x7F | 0x80)
        value >>= 7
    parts.append(value)
    return bytes(parts)


def _zigzag(value: int) -> int:
    """0, -1, 1, -2, … as 0, 1, 2, 3, …"""
    return value << 1 if value >= 0 else (-value << 1) - 1


def _snappy(content: bytes) -> bytes:
    """The block format with nothing compressed: a length, then literals of up to 64 KiB each."""
    parts = [_varint(len(content))]
    for start in range(0, len(content), _LITERAL_BYTES):
        literal = content[start : start + _LITERAL_BYTES]
        parts += [bytes([61 << 2]), struct.pack("<H", len(literal) - 1), literal]
    return b"".join(parts)
