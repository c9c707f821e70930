"""Discovery through `prometheus-api-client`: scrape intervals of the targets, build information."""

from collections import Counter as Tally
from typing import Any

import structlog

from slowatch.source.asking import Asker
from slowatch.source.connection import Connection, discovery_session
from slowatch.source.errors import SourceError
from slowatch.spec.mistake import Mistake
from slowatch.spec.units import read_duration

log = structlog.get_logger(__name__)

DEFAULT_SCRAPE_S = 15
LONGEST_SCRAPE_S = 300


def scrape_interval_s(connection: Connection) -> int | None:
    """The longest scrape interval of any active target, in seconds, at most five minutes.

    None where the server has no targets to tell of (Thanos, Mimir, VictoriaMetrics, remote write)
    or does not answer; it is asked again later.
    """
    from prometheus_api_client import PrometheusConnect
    from prometheus_api_client.exceptions import PrometheusApiClientException
    from requests import RequestException

    session = discovery_session(connection)
    try:
        client = PrometheusConnect(
            url=connection.url.rstrip("/"),
            session=session,
            auth=session.auth,
            headers=dict(session.headers),
            timeout=connection.timeout_s,
        )
        targets = client.get_targets(state="active")
    except (RequestException, PrometheusApiClientException, KeyError, ValueError) as error:
        log.info("scrape_interval_unknown", url=connection.shown_url, why=type(error).__name__)
        return None
    finally:
        session.close()
    return _longest(targets)


def retention_s(asker: Asker) -> int | None:
    """How long Prometheus keeps samples, in seconds; None where it does not say.

    `15d`, or `15d or 512MiB` where size limits it too, which cannot be told in seconds.
    """
    try:
        text = asker.runtime_information().get("storageRetention", "")
        return round(read_duration(str(text).split(" or ")[0]))
    except (SourceError, Mistake):
        return None


def _longest(targets: Any) -> int | None:  # noqa: ANN401
    texts = Tally(
        target["scrapeInterval"]
        for target in targets.get("activeTargets") or []
        if isinstance(target, dict) and isinstance(target.get("scrapeInterval"), str)
    )
    if not texts:
        return None
    try:
        longest = max(round(read_duration(text)) for text in texts)
    except Mistake:
        return None
    return min(max(1, longest), LONGEST_SCRAPE_S)
