"""What dashboards and panels are known by: the same for as long as an SLO has its name."""

from collections.abc import Iterable, Iterator
from hashlib import sha256
from re import ASCII, fullmatch

OVERVIEW_UID = "slowatch-overview"
DAEMON_UID = "slowatch-daemon"
SERVICE_PREFIX = "slowatch-service-"
LONGEST_UID = 40
"""Characters of a uid that Grafana takes at most."""
_ID_BITS = 30
_HASH_DIGITS = 8


def service_uid(service: str) -> str:
    """The uid of a service's dashboard: with its name, or with as much as fits and a hash."""
    if is_plain(service):
        return f"{SERVICE_PREFIX}{service}"
    kept = "".join(char if fullmatch(r"[\w-]", char, ASCII) else "-" for char in service)
    room = LONGEST_UID - len(SERVICE_PREFIX) - _HASH_DIGITS - 1
    return f"{SERVICE_PREFIX}{kept[:room]}-{_digest(service)[:_HASH_DIGITS]}"


def is_plain(service: str) -> bool:
    """Whether a service's name can stand in a uid as it is."""
    fits = len(SERVICE_PREFIX) + len(service) <= LONGEST_UID
    return fits and fullmatch(r"[\w-]+", service, ASCII) is not None


def panel_ids(keys: Iterable[str]) -> Iterator[int]:
    """An id for each key, from the key alone, so that a new panel moves no other one's.

    Should two keys ever meet, the later one takes the next id that is free.
    """
    taken: set[int] = set()
    for key in keys:
        found = int(_digest(key), 16) % 2**_ID_BITS + 1
        while found in taken:
            found += 1
        taken.add(found)
        yield found


def _digest(text: str) -> str:
    return sha256(text.encode()).hexdigest()
