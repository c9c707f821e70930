"""The real parts that tests may ask for; each is started once per session, when first needed."""

from tests.support.fixtures import (
    ledger_url,
    long_trace,
    postgres_server,
    shared_ledger_url,
    trace,
    watched,
)

__all__ = ["ledger_url", "long_trace", "postgres_server", "shared_ledger_url", "trace", "watched"]
