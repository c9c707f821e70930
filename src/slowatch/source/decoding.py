"""Strict decoding of the Prometheus HTTP API's answers (API v1)."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC
from email.utils import parsedate_to_datetime
from typing import Any

from slowatch.source.answer import Samples, Series
from slowatch.source.errors import Misconfigured, Refused, TooSlow, Unavailable


def failure(status: int, body: Any, url: str) -> Refused | Unavailable | Misconfigured:  # noqa: ANN401
    """The exception that an answer other than 200 means."""
    said = body.get("error") if isinstance(body, dict) else None
    kind = body.get("errorType") if isinstance(body, dict) else None
    if (kind == "timeout" and "query queue" not in str(said)) or (kind is None and status == 504):
        return TooSlow(f"the query takes too long: {said or f'HTTP {status}'}")
    if status in {400, 413, 414, 422} and said:
        return Refused(str(said))
    if status in {401, 403}:
        return Misconfigured(f"{url} refuses the credentials (HTTP {status}); check them")
    if status == 429 or status >= 500:
        words = f"{kind}: {said}" if said else f"HTTP {status}"
        return Unavailable(f"{url} cannot answer now: {words}")
    return Misconfigured(f"{url} answers HTTP {status}; is it the address of a Prometheus?")


def date_s(header: str | None) -> float | None:
    """The moment that a `Date` header tells; None where it tells none."""
    try:
        date = parsedate_to_datetime(header or "")
    except ValueError:
        return None
    return (date if date.tzinfo else date.replace(tzinfo=UTC)).timestamp()


def query_data(body: Any, url: str) -> Mapping[str, Any]:  # noqa: ANN401
    """The `data` of a successful query answer. Raises Misconfigured when it is something else."""
    if not (isinstance(body, dict) and body.get("status") == "success"):
        raise Misconfigured(f"{url} does not speak the Prometheus HTTP API")
    data = body.get("data")
    if not (isinstance(data, dict) and isinstance(data.get("result"), list)):
        raise Misconfigured(f"{url} answers a query without data")
    return data


def remarks(body: Mapping[str, Any]) -> list[str]:
    """What the server warns of, or says beside the answer."""
    lists = (body.get("warnings"), body.get("infos"))
    return [str(one) for remarks in lists if isinstance(remarks, list) for one in remarks]


def series(data: Mapping[str, Any]) -> list[Series]:
    """The series of an instant or range answer; histograms, which are no number, are left out.

    Raises Misconfigured where the data have another shape.
    """
    with _expecting_shape():
        return _series(data)


def raw_samples(data: Mapping[str, Any]) -> list[Samples]:
    """The raw samples of a range vector asked at one moment; raises as `series` does."""
    if data.get("resultType") != "matrix":
        raise Refused(f"the query yields a {data.get('resultType')}, not a range vector")
    with _expecting_shape():
        return [
            Samples(
                _labels(entry), tuple((float(at), float(value)) for at, value in entry["values"])
            )
            for entry in data["result"]
            if "values" in entry
        ]


@contextmanager
def _expecting_shape() -> Iterator[None]:
    try:
        yield
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        raise Misconfigured(
            "the answer to a query is not of the shape that the Prometheus HTTP API gives it"
        ) from error


def _series(data: Mapping[str, Any]) -> list[Series]:
    match data.get("resultType"):
        case "vector":
            return [
                Series(_labels(entry), _points([entry["value"]]))
                for entry in data["result"]
                if "value" in entry
            ]
        case "matrix":
            return [
                Series(_labels(entry), _points(entry["values"]))
                for entry in data["result"]
                if "values" in entry
            ]
        case other:
            raise Refused(f"the query yields a {other}, not a vector")


def samples_read(data: Mapping[str, Any]) -> int:
    """How many samples the engine read, where the server says so (`stats=all`), else 0."""
    try:
        return int(data["stats"]["samples"]["totalQueryableSamples"])
    except (KeyError, TypeError, ValueError):
        return 0


def _labels(entry: Mapping[str, Any]) -> Mapping[str, str]:
    labels = entry["metric"]
    if not isinstance(labels, dict):
        raise TypeError("labels are no object")
    return labels


def _points(values: list[Any]) -> dict[int, float]:
    return {round(at): float(value) for at, value in values}
