"""What a daemon wants to know of its Prometheus before it asks, without waiting long for it."""

from slowatch.source.connection import Connection
from slowatch.source.discovery import scrape_interval_s
from slowatch.source.errors import SourceError


def discovered_scrape_s(connection: Connection) -> int | None:
    """The targets' scrape interval in seconds; None where nobody says."""
    try:
        return scrape_interval_s(connection)
    except SourceError:
        return None
