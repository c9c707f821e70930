"""Long sums made of shorter ones, so that none reads more than an hour of minutes."""

from bisect import insort
from collections.abc import Iterable
from dataclasses import dataclass

LONGEST_DIRECT_MIN = 60
STEPS_MIN = (60, 120, 360, 1440, 4320)
"""What long sums are made of where nothing that is asked for fits as well."""
MOST_COPIES = 12


@dataclass(frozen=True, slots=True)
class Part:
    """A shorter sum that ended so many minutes ago."""

    length_min: int
    ago_min: int


@dataclass(frozen=True, slots=True)
class Sum:
    """A sum over so many minutes; without parts it is added up from the minutes themselves."""

    length_min: int
    parts: tuple[Part, ...] = ()


def plan(lengths_min: Iterable[int]) -> tuple[Sum, ...]:
    """Sums of all the lengths, and of what they are made of, shortest first.

    A sum has at most twelve parts of one length, and one of what is left over.
    """
    known: list[int] = []
    sums: dict[int, Sum] = {}
    for length in sorted(set(lengths_min)):
        _add(length, known, sums)
    return tuple(sums[length] for length in known)


def _add(length: int, known: list[int], sums: dict[int, Sum]) -> None:
    if length in sums:
        return
    sums[length] = Sum(length, () if length <= LONGEST_DIRECT_MIN else _parts(length, known, sums))
    insort(known, length)


def _parts(length: int, known: list[int], sums: dict[int, Sum]) -> tuple[Part, ...]:
    step = _step(length, known)
    _add(step, known, sums)
    count, rest = divmod(length, step)
    parts = [Part(step, copy * step) for copy in range(count)]
    if rest:
        _add(rest, known, sums)
        parts.append(Part(rest, count * step))
    return tuple(parts)


def _step(length: int, known: list[int]) -> int:
    """What a sum is made of: the longest that fits whole numbers of times, else the longest."""
    shorter = sorted((one for one in {*known, *STEPS_MIN} if one < length), reverse=True)
    for one in shorter:
        if length % one == 0 and (copies := _fewest(length // one)) is not None:
            return length // copies
    longest = shorter[0]
    while length // longest > MOST_COPIES:
        longest *= MOST_COPIES
    return longest


def _fewest(copies: int) -> int | None:
    """The largest number of parts, all alike, that so many copies can be made of in steps."""
    if copies <= MOST_COPIES:
        return copies
    for count in range(MOST_COPIES, 1, -1):
        if copies % count == 0 and _fewest(copies // count) is not None:
            return count
    return None
