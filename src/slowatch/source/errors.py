"""What can go wrong between slowatch and Prometheus.

SourceError
├── Unavailable   it cannot answer now: connection, time-out, 429, 5xx; asked again later
├── Refused       it will not answer this query: its own words are the message
└── Misconfigured asking again is no use: wrong address, credentials, or not a Prometheus
"""


class SourceError(Exception):
    """Anything that keeps an answer from coming; the message is fit for people."""


class Unavailable(SourceError):
    """The server cannot answer now; the same question may be answered later."""


class Refused(SourceError):
    """The server rejected the query, and would again; the message is the server's."""


class TooSlow(Refused):
    """The query was given up for its slowness: its own, or that of an overloaded server."""


class Misconfigured(SourceError):
    """Nothing asked of this address with these credentials can succeed."""
