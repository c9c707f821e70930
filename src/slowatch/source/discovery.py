"""Discovery: how often targets are scraped, how long samples are kept.

Targets are listed through `prometheus-api-client`. What lists none (Thanos, Mimir, VictoriaMetrics)
has samples of `up` all the same, and how far they lie apart is how often they were scraped.
"""

import re
import time
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from itertools import pairwise
from statistics import median
from typing import Any

import structlog

from slowatch.slo.slot import DAY_S
from slowatch.source.answer import Grid, Samples, number_of
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection, discovery_session
from slowatch.source.errors import SourceError

log = structlog.get_logger(__name__)

DEFAULT_SCRAPE_S = 15
LONGEST_SCRAPE_S = 300
PATIENCE_S = 5.0
"""Discovery may wait this long; it is asked again later."""
SAMPLED_S = 300
"""The time whose samples tell how far apart they usually are."""
_SAMPLES = f"up[{SAMPLED_S}s]"
LEAST_SAMPLES = 3
MOST_SAMPLES = 50_000
"""More of them are counted by Prometheus, which is less exact: some megabytes at most are read."""
_STRANGE = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
"""What comes of reading an answer that is not Prometheus'."""

_UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": DAY_S, "w": 7 * DAY_S, "y": 365 * DAY_S}
_PART = re.compile(r"([0-9]+)(ms|[smhdwy])")
_DURATION = re.compile(f"({_PART.pattern})+")


def scrape_interval_s(connection: Connection) -> int | None:
    """The longest scrape interval of any active target, in seconds, at most five minutes.

    Where the server has no targets to tell of, that of any target with samples of `up`. None where
    there are none (remote write, OTLP) or it does not answer; it is asked again later.
    """
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException
    from requests import RequestException, Timeout
    from requests.exceptions import ConnectionError as Unreachable
    from urllib3.util import Retry

    session = discovery_session(connection)
    try:
        client = PrometheusConnect(
            url=connection.url.rstrip("/"),
            session=session,
            auth=session.auth,
            headers=dict(session.headers),
            timeout=min(connection.timeout_s, PATIENCE_S),
            retry=Retry(total=0),
        )
        targets = client.get_targets(state="active")
    except (Unreachable, Timeout) as error:
        log.info("scrape_interval_unknown", url=connection.shown_url, why=type(error).__name__)
        return None
    except (*_STRANGE, RequestException, PrometheusApiClientException):
        targets = None
    finally:
        session.close()
    told_s = _longest(targets) if isinstance(targets, dict) else None
    return told_s or _sampled_s(connection)


def retention_s(asker: Asker) -> int | None:
    """How long Prometheus keeps samples, in seconds; None where it does not say.

    `15d`, or `15d or 512MiB` where size limits it too, which cannot be told in seconds.
    """
    try:
        text = asker.runtime_information().get("storageRetention", "")
    except SourceError:
        return None
    return _seconds(str(text).split(" or ")[0])


def _longest(targets: Any) -> int | None:  # noqa: ANN401
    texts = {
        target["scrapeInterval"]
        for target in targets.get("activeTargets") or []
        if isinstance(target, dict) and isinstance(target.get("scrapeInterval"), str)
    }
    found = [seconds for text in texts if (seconds := _seconds(text)) is not None]
    return min(max(1, *found), LONGEST_SCRAPE_S) if found else None


def _sampled_s(connection: Connection) -> int | None:
    """How far apart the samples of `up` lie, in seconds: usually, for the target that has fewest.

    None where there are too few of them to say.
    """
    now_s = int(time.time())
    patient = replace(connection, timeout_s=min(connection.timeout_s, PATIENCE_S))
    counts = f"count_over_time({_SAMPLES})"
    try:
        with closing(Asker(patient)) as asker:
            total = _number(asker, f"sum({counts})", now_s) or 0
            if total > MOST_SAMPLES:
                # Who appeared lately has few samples, however far apart they lie.
                few = f"quantile(0.05, {counts} and up offset {SAMPLED_S}s)"
                count = _number(asker, few, now_s) or 0
                found_s = SAMPLED_S / count if count >= LEAST_SAMPLES else None
            else:
                found_s = _usual_distance_s(asker.samples(_SAMPLES, now_s)) if total else None
    except SourceError as error:
        log.info("scrape_interval_unknown", url=connection.shown_url, why=type(error).__name__)
        return None
    return None if found_s is None else min(max(1, round(found_s)), LONGEST_SCRAPE_S)


def _number(asker: Asker, expression: str, at_s: int) -> float | None:
    return number_of(asker.ask([expression], Grid(at_s, at_s, SAMPLED_S))[expression])


def _usual_distance_s(found: Sequence[Samples]) -> float | None:
    """The longest of the targets' usual distances between samples; None where all have too few."""
    distances = [
        median(later - earlier for (earlier, _), (later, _) in pairwise(one.samples))
        for one in found
        if len(one.samples) >= LEAST_SAMPLES
    ]
    return max(distances, default=None)


def _seconds(text: str) -> int | None:
    """Seconds of a duration as Prometheus writes it, such as `1m30s`; None where it is none.

    The PromQL library's own reading of durations gives up the process on a century.
    """
    if not _DURATION.fullmatch(text):
        return None
    parts = _PART.findall(text)
    return round(sum(int(number) * _UNITS_S[unit] for number, unit in parts))
