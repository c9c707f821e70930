"""Discovery through `prometheus-api-client`: scrape intervals of the targets, build information."""

import re
from typing import Any

import structlog

from slowatch.slo.slot import DAY_S
from slowatch.source.asking import Asker
from slowatch.source.connection import Connection, discovery_session
from slowatch.source.errors import SourceError

log = structlog.get_logger(__name__)

DEFAULT_SCRAPE_S = 15
LONGEST_SCRAPE_S = 300
PATIENCE_S = 5.0
"""Discovery may wait this long; it is asked again later."""
_STRANGE = (KeyError, TypeError, ValueError, AttributeError, RecursionError)
"""What comes of reading an answer that is not Prometheus'."""

_UNITS_S = {"ms": 0.001, "s": 1, "m": 60, "h": 3600, "d": DAY_S, "w": 7 * DAY_S, "y": 365 * DAY_S}
_PART = re.compile(r"([0-9]+)(ms|[smhdwy])")
_DURATION = re.compile(f"({_PART.pattern})+")


def scrape_interval_s(connection: Connection) -> int | None:
    """The longest scrape interval of any active target, in seconds, at most five minutes.

    None where the server has no targets to tell of (Thanos, Mimir, VictoriaMetrics, remote write)
    or does not answer; it is asked again later.
    """
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException
    from requests import RequestException
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
    except (*_STRANGE, RequestException, PrometheusApiClientException) as error:
        log.info("scrape_interval_unknown", url=connection.shown_url, why=type(error).__name__)
        return None
    finally:
        session.close()
    return _longest(targets) if isinstance(targets, dict) else None


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


def _seconds(text: str) -> int | None:
    """Seconds of a duration as Prometheus writes it, such as `1m30s`; None where it is none.

    The PromQL library's own reading of durations gives up the process on a century.
    """
    if not _DURATION.fullmatch(text):
        return None
    parts = _PART.findall(text)
    return round(sum(int(number) * _UNITS_S[unit] for number, unit in parts))
