"""The real parts that tests may ask for; each is started once per session, when first needed."""

import signal

from tests.support.fixtures import (
    ledger_url,
    long_trace,
    postgres_server,
    shared_ledger_url,
    trace,
    watched,
)

__all__ = ["ledger_url", "long_trace", "postgres_server", "shared_ledger_url", "trace", "watched"]

# A shell that runs the tests in the background has interrupts ignored, and every process started
# from here would inherit that: none could be interrupted.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
