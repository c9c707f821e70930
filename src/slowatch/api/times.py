"""Moments and lengths in a request's parameters."""

from datetime import UTC, datetime

from slowatch.api.problems import ApiError, quoted
from slowatch.spec.mistake import Mistake
from slowatch.spec.units import read_duration

LATEST_S = 253_402_300_799
"""The last second of the year 9999."""


def parse_moment(text: str, name: str) -> int:
    """Seconds since the epoch from RFC 3339 or seconds. Raises ApiError."""
    try:
        at_s = float(text)
    except ValueError:
        at_s = _rfc3339(text, name)
    if not 0 <= at_s <= LATEST_S:
        raise ApiError(400, f"{name}: {quoted(text)} lies outside of the years 1970 to 9999")
    return int(at_s)


def parse_step(text: str, slot_s: int) -> int:
    """Seconds from `5m` or `300`, a multiple of the slot. Raises ApiError."""
    try:
        step_s = int(text) if text.isascii() and text.isdigit() else int(read_duration(text))
    except (Mistake, ValueError) as mistake:
        raise ApiError(400, f"step: {mistake}") from mistake
    if step_s < slot_s or step_s % slot_s:
        raise ApiError(400, f"step: take a multiple of the slot, which is {slot_s} s")
    return step_s


def _rfc3339(text: str, name: str) -> float:
    # A `+` of an offset that was not written as %2B arrives as a space.
    for read in (text, "+".join(text.rsplit(" ", 1))):
        try:
            moment = datetime.fromisoformat(read)
            return moment.replace(tzinfo=moment.tzinfo or UTC).timestamp()
        except (ValueError, OverflowError):
            continue
    message = f"{name}: {quoted(text)} is no moment; write 2026-11-21T07:00:00Z or seconds"
    raise ApiError(400, message)
