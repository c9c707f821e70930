"""slowatch: an SLO daemon that keeps an exact ledger of good and bad events."""

from importlib.metadata import version

__version__ = version("slowatch")
