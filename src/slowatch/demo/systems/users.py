"""Users: how many there are, and how much slower a system is for them."""

import math
from collections.abc import Callable
from typing import Protocol

SETTLES_S = 3.0
"""How soon a healthy system gets over a rush: what is left of it shrinks to 37 % in this time."""

ABSORBED_PER_S = 0.05
"""The share of all users that may come in a second without anybody noticing."""

ABSORBED_AT_ONCE = 0.1

RUSH_SLOWNESS = 5.0
FULL_SLOWNESS = 0.05


class Users(Protocol):
    """Who is there at the moment."""

    @property
    def count(self) -> int:
        """How many there are."""

    @property
    def share(self) -> float:
        """How many there are of those that the system is made for, from 0 to 1."""

    @property
    def overload(self) -> float:
        """How much longer calls take because of them, as a factor."""

    def saw(self, user: str) -> None:
        """Take down that a user has called."""

    def tick(self, passed_s: float) -> None:
        """Let `passed_s` pass."""


class SimulatedUsers:
    """Users that come and go with the traffic, and whom no call has to be made for."""

    share = 1.0
    overload = 1.0

    def __init__(self, count: Callable[[], float]) -> None:
        self._count = count

    @property
    def count(self) -> int:
        """How many there are."""
        return round(self._count())

    def saw(self, user: str) -> None:
        """Nobody is counted."""

    def tick(self, passed_s: float) -> None:
        """Nobody is forgotten."""


class RealUsers:
    """Users that have called within the last `seen_for_s`.

    Who comes faster than the system can take in makes it slower for all, until it has settled.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        most: float,
        seen_for_s: float,
        settles_s: float = SETTLES_S,
    ) -> None:
        self._clock = clock
        self._most, self._seen_for_s, self._settles_s = most, seen_for_s, settles_s
        self._seen_s: dict[str, float] = {}
        self._before = 0
        self._room = ABSORBED_AT_ONCE
        self._rush = 0.0

    @property
    def count(self) -> int:
        """How many there are."""
        return len(self._seen_s)

    @property
    def share(self) -> float:
        """How many there are of those that the system is made for, from 0 to 1."""
        return min(1.0, self.count / self._most)

    @property
    def overload(self) -> float:
        """How much longer calls take because of them, as a factor."""
        return 1 + FULL_SLOWNESS * self.share + RUSH_SLOWNESS * self._rush

    def saw(self, user: str) -> None:
        """Take down that a user has called."""
        self._seen_s[user] = self._clock()

    def tick(self, passed_s: float) -> None:
        """Forget who has not called for long, and get over the last rush a little."""
        since_s = self._clock() - self._seen_for_s
        self._seen_s = {user: s for user, s in self._seen_s.items() if s > since_s}
        come = max(0.0, (self.count - self._before) / self._most)
        self._before = self.count
        self._room = min(ABSORBED_AT_ONCE, self._room + ABSORBED_PER_S * passed_s)
        absorbed = min(come, self._room)
        self._room -= absorbed
        self._rush = self._rush * math.exp(-passed_s / self._settles_s) + come - absorbed
