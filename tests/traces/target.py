"""Targets of a trace: processes that come and go, and the scrapes that find them or do not.

All moments are whole milliseconds since the epoch.
"""

import random
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

SCRAPE_MS = 15_000
MINUTE_MS = 60_000
HOUR_MS = 60 * MINUTE_MS
OUTAGE_MS = 10 * MINUTE_MS


@dataclass(frozen=True, slots=True)
class Stretch:
    """From one moment up to another."""

    start_ms: int
    end_ms: int

    def holds(self, at_ms: int) -> bool:
        """Whether the moment lies inside."""
        return self.start_ms <= at_ms < self.end_ms


@dataclass(frozen=True, slots=True)
class Story:
    """What happens to a target: when it exists, when it has no process, when it is not heard."""

    life: Stretch
    downs: tuple[Stretch, ...] = ()
    deaf: Stretch | None = None


@dataclass(frozen=True, slots=True)
class Scrape:
    """One attempt to scrape; `process` is the index of the process that answered, if one did."""

    at_ms: int
    process: int | None


@dataclass(frozen=True, slots=True)
class Target:
    """An instance with its processes and scrapes, in the order of time.

    The first process has counted for long unless `is_born` says that it starts with the target.
    """

    instance: str
    processes: tuple[Stretch, ...]
    scrapes: tuple[Scrape, ...]
    is_born: bool


@dataclass(frozen=True, slots=True)
class Segment:
    """A piece of one minute in the life of one process, without a scrape inside it.

    The first piece of each process is empty: a scrape may come at the very start.

    `is_seen`: the process was scraped at the end of the piece or later. `scraped_ms` is the moment
    of the scrape at its end, if that succeeded.
    """

    seconds: float
    minute: int
    process: int
    is_seen: bool
    scraped_ms: int | None


def plan_targets(trace: Stretch, rng: random.Random) -> list[Target]:
    """Ten targets: five ordinary ones, and five to which something else happens besides."""
    middle_ms = (trace.start_ms + trace.end_ms) // 2 + rng.randrange(HOUR_MS)
    late_ms = trace.start_ms + (trace.end_ms - trace.start_ms) * 3 // 5 + rng.randrange(MINUTE_MS)
    outage = Stretch(middle_ms, middle_ms + OUTAGE_MS)
    stories = [
        *(Story(trace, _restarts(trace, rng)) for _ in range(5)),
        Story(trace, deaf=outage),
        Story(trace, downs=(outage,)),
        Story(trace, _crash_loop(middle_ms, lives_ms=18_000)),
        Story(trace, _crash_loop(middle_ms, lives_ms=50_000)),
        Story(Stretch(late_ms, trace.end_ms)),
    ]
    return [
        _play(f"10.0.0.{number}:9100", story, is_born=story.life != trace, rng=rng)
        for number, story in enumerate(stories, start=1)
    ]


def segments(target: Target, start_ms: int) -> Iterator[Segment]:
    """The pieces of a target's processes; minutes are counted from `start_ms`."""
    answers = {one.at_ms: one.process for one in target.scrapes if one.process is not None}
    last_seen = {process: at_ms for at_ms, process in answers.items()}
    first_ms = target.scrapes[0].at_ms
    for index, process in enumerate(target.processes):
        # What an old process counted before the first scrape of all is not part of the trace.
        from_ms = process.start_ms if index or target.is_born else first_ms
        cuts = _cuts(target, Stretch(from_ms, process.end_ms))
        for begin_ms, end_ms in pairwise([from_ms, *cuts]):
            yield Segment(
                seconds=(end_ms - begin_ms) / 1000,
                minute=(begin_ms - start_ms) // MINUTE_MS,
                process=index,
                is_seen=end_ms <= last_seen.get(index, 0),
                scraped_ms=end_ms if answers.get(end_ms) == index else None,
            )


def _cuts(target: Target, life: Stretch) -> list[int]:
    moments = [one.at_ms for one in target.scrapes]
    inside = moments[bisect_right(moments, life.start_ms) : bisect_right(moments, life.end_ms - 1)]
    first_minute = (life.start_ms // MINUTE_MS + 1) * MINUTE_MS
    minutes = range(first_minute, life.end_ms, MINUTE_MS)
    return sorted({life.start_ms, *inside, *minutes, life.end_ms})


def _restarts(trace: Stretch, rng: random.Random) -> tuple[Stretch, ...]:
    """About one in 18 hours, each with half a second to forty of nothing."""
    downs, at_ms = [], trace.start_ms
    while (at_ms := at_ms + rng.randint(6 * HOUR_MS, 30 * HOUR_MS)) < trace.end_ms - HOUR_MS:
        downs.append(Stretch(at_ms, at_ms + rng.choice((500, 1500, 4000, 40_000))))
    return tuple(downs)


def _crash_loop(at_ms: int, *, lives_ms: int) -> tuple[Stretch, ...]:
    """Six deaths in a row; the counters of short lives soon pass what the life before reached."""
    return tuple(
        Stretch(at_ms + number * lives_ms, at_ms + number * lives_ms + 700) for number in range(6)
    )


def _play(instance: str, story: Story, *, is_born: bool, rng: random.Random) -> Target:
    starts = [story.life.start_ms, *(down.end_ms for down in story.downs)]
    ends = [*(down.start_ms for down in story.downs), story.life.end_ms]
    processes = tuple(Stretch(start, end) for start, end in zip(starts, ends, strict=True))
    phase_ms = rng.randrange(SCRAPE_MS)
    first_ms = story.life.start_ms - story.life.start_ms % SCRAPE_MS + phase_ms
    if first_ms <= story.life.start_ms:
        first_ms += SCRAPE_MS
    planned = range(first_ms, story.life.end_ms - 10, SCRAPE_MS)
    moments = (at_ms + rng.randint(0, 5) for at_ms in planned)
    scrapes = tuple(Scrape(at_ms, _answering(story, processes, at_ms)) for at_ms in moments)
    return Target(instance, processes, scrapes, is_born)


def _answering(story: Story, processes: tuple[Stretch, ...], at_ms: int) -> int | None:
    if story.deaf and story.deaf.holds(at_ms):
        return None
    index = bisect_right(processes, at_ms, key=lambda process: process.start_ms) - 1
    return index if processes[index].holds(at_ms) else None
