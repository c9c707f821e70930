"""The life of an alert: inactive, pending, firing, resolved; one step for each judged slot."""

from dataclasses import dataclass, replace
from typing import Literal, Protocol

from slowatch.slo.policy import Severity
from slowatch.slo.slot import DAY_S

Phase = Literal["inactive", "pending", "firing", "resolved"]

FORGOTTEN_S = DAY_S
"""An alert of which nothing was known for so long is over, in seconds."""
SELF = "slowatch"
"""What stands for an SLO in an alert about slowatch itself; ids of SLOs have a slash."""


class Timing(Protocol):
    """What an alert rule says of time: how long to be pending, and to fire on, in seconds."""

    @property
    def for_s(self) -> int:
        """How long a condition has to hold before its alert fires."""
        ...

    @property
    def keep_firing_s(self) -> int:
        """How long an alert fires on after its condition."""
        ...


@dataclass(frozen=True, slots=True)
class AlertKey:
    """Which alert: that of a name and severity of an SLO, for one of its groups.

    slowatch's alerts about itself have `SELF` for an SLO. `group` holds the group's labels, sorted
    by name.
    """

    slo_id: str
    name: str
    severity: Severity
    group: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class AlertState:
    """Where an alert stands, and since when: ends of slots, in seconds since the epoch.

    It is pending since `pending_s` and firing since `firing_s`; its condition last held at `held_s`
    and was last known at `known_s`. What has not happened yet is None.
    """

    phase: Phase = "inactive"
    pending_s: int | None = None
    firing_s: int | None = None
    resolved_s: int | None = None
    held_s: int | None = None
    known_s: int | None = None

    @property
    def is_open(self) -> bool:
        """Whether it is pending or firing."""
        return self.phase in ("pending", "firing")


INACTIVE = AlertState()


def step(state: AlertState, rule: Timing, *, holds: bool | None, at_s: int) -> AlertState:
    """The state at the end of a slot, at which a condition holds, or does not, or is unknown.

    A slot that is not newer than the last known one changes nothing.
    """
    if state.known_s is not None and at_s <= state.known_s:
        return state
    if holds is None:
        return _unknown(state, at_s)
    known = replace(state, known_s=at_s)
    return _held(known, at_s, rule, since=state) if holds else _ended(known, at_s, rule)


def resolved(state: AlertState, at_s: int) -> AlertState:
    """The state of an alert that ends now; one that never fired leaves nothing behind."""
    if state.phase != "firing":
        return replace(INACTIVE, known_s=state.known_s)
    return replace(state, phase="resolved", resolved_s=at_s)


def not_after(state: AlertState, at_s: int) -> AlertState:
    """The same state without moments of the future, from before a clock was set right."""

    def past(moment_s: int | None) -> int | None:
        return None if moment_s is None else min(moment_s, at_s)

    return AlertState(
        state.phase,
        past(state.pending_s),
        past(state.firing_s),
        past(state.resolved_s),
        past(state.held_s),
        past(state.known_s),
    )


def _unknown(state: AlertState, at_s: int) -> AlertState:
    is_forgotten = state.known_s is not None and at_s - state.known_s >= FORGOTTEN_S
    return resolved(state, at_s) if state.is_open and is_forgotten else state


def _held(known: AlertState, at_s: int, rule: Timing, *, since: AlertState) -> AlertState:
    held = replace(known, held_s=at_s)
    if known.phase == "firing":
        return held
    is_forgotten = since.known_s is not None and at_s - since.known_s >= FORGOTTEN_S
    if known.phase != "pending" or known.pending_s is None or is_forgotten:
        held = AlertState("pending", pending_s=at_s, held_s=at_s, known_s=at_s)
    if at_s - (held.pending_s or at_s) >= rule.for_s:
        return replace(held, phase="firing", firing_s=at_s)
    return held


def _ended(known: AlertState, at_s: int, rule: Timing) -> AlertState:
    if known.phase == "pending":
        return resolved(known, at_s)
    if known.phase == "firing" and at_s - (known.held_s or 0) >= rule.keep_firing_s:
        return resolved(known, at_s)
    return known
