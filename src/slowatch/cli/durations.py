"""Durations and moments as they are written on the command line."""

import math
from datetime import UTC, datetime

from slowatch.cli.failing import CannotRun
from slowatch.spec.mistake import Mistake
from slowatch.spec.units import read_duration


def seconds_of(text: str | None) -> float | None:
    """Seconds from `60s`; None from nothing. Raises CannotRun."""
    if text is None:
        return None
    try:
        return float(read_duration(text))
    except Mistake as mistake:
        raise CannotRun(mistake.message) from mistake


def moment_of(text: str, option: str = "--at") -> float:
    """Seconds since the epoch from RFC 3339 or seconds, given by an option. Raises CannotRun."""
    try:
        at_s = _seconds(text)
        if math.isfinite(at_s) and at_s >= 0:
            return at_s
    except (ValueError, OverflowError):
        pass
    raise CannotRun(f"{option} {text!r} is no moment: write 2026-11-21T07:00:00Z or seconds")


def _seconds(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
        return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
