"""What nobody may overlook: that what is shown is old, incomplete, or wrong from the start."""

from collections.abc import Sequence
from dataclasses import dataclass

from slowatch.api.watching import Watching
from slowatch.evaluate.wording import duration, moment
from slowatch.page.shown import clock, day_and_time
from slowatch.slo.slot import DAY_S, floor_to

MOST_PROBLEMS = 10


@dataclass(frozen=True, slots=True)
class Notices:
    """As of when the page is, and what stands above it.

    `stale` says how old it is, where that is too old; `reasons` are those of `/readyz`. Slots are
    judged though nothing was measured in them: `seen_s` is when that was so last, and `seen` is it
    in words, where that is not the newest slot.
    """

    as_of: str
    as_of_clock: str
    as_of_s: int
    seen: str
    seen_s: int
    slot_s: int
    stale_after_s: int
    stale: str
    reasons: Sequence[str]
    warnings: Sequence[str]
    problems: Sequence[str]
    more_problems: int

    @property
    def is_troubled(self) -> bool:
        """Whether what is shown is not to be relied on."""
        return bool(self.stale or self.reasons)


def notices(watching: Watching, now_s: float) -> Notices:
    """What is to be said at a moment; the age is told in whole slots, so that it stays for one."""
    snapshot, readiness = watching.snapshot, watching.readiness()
    age_s = floor_to(max(0.0, now_s - snapshot.as_of_s), snapshot.slot_s)
    is_stale = now_s - snapshot.as_of_s > watching.stale_after_s
    problems = [str(problem) for problem in readiness.problems]
    seen_s = min(watching.seen_s, snapshot.as_of_s)
    is_of_today = snapshot.as_of_s // DAY_S == seen_s // DAY_S
    seen = clock(seen_s) if is_of_today else day_and_time(seen_s)
    return Notices(
        as_of=moment(snapshot.as_of_s),
        as_of_clock=clock(snapshot.as_of_s),
        as_of_s=snapshot.as_of_s,
        seen=seen if seen_s < snapshot.as_of_s else "",
        seen_s=seen_s,
        slot_s=snapshot.slot_s,
        stale_after_s=int(watching.stale_after_s),
        stale=duration(age_s) if is_stale else "",
        reasons=tuple(readiness.reasons),
        warnings=tuple(readiness.warnings),
        problems=tuple(problems[:MOST_PROBLEMS]),
        more_problems=max(0, len(problems) - MOST_PROBLEMS),
    )
