"""What is right in a spec and hardly meant: alerts that cannot fire, promises one event breaks."""

from collections.abc import Iterable, Iterator

from slowatch.slo.burn import BurnPair
from slowatch.slo.policy import SEVERITIES
from slowatch.spec.compiled import CompiledSlo, Level
from slowatch.spec.problem import Problem, ProblemCode
from slowatch.spec.units import duration_text, share_text

SCRAPES = 2
"""How many scrapes a look-back needs: a counter's growth shows between two samples."""


def lint(slos: Iterable[CompiledSlo], *, slot_s: int, scrape_s: int) -> Iterator[Problem]:
    """Warnings about SLOs that are used all the same, for slots and scrapes of so many seconds."""
    for slo in slos:
        found = [*_pairs(slo, scrape_s), *_look_back(slo, scrape_s), *_tightness(slo, slot_s)]
        yield from (_warning(slo, code, message) for code, message in found)


Lints = Iterator[tuple[ProblemCode, str]]


def _warning(slo: CompiledSlo, code: ProblemCode, message: str) -> Problem:
    return Problem(slo.path, slo.line, 1, code, f"`{slo.name}`: {message}", "warning")


def _pairs(slo: CompiledSlo, scrape_s: int) -> Lints:
    for severity in SEVERITIES:
        burn = slo.policy.burn.get(severity)
        for pair in burn.pairs if burn else ():
            for code, message in _pair(slo, pair, scrape_s):
                yield code, f"the {severity} of {_shown(pair)} {message}"


def _pair(slo: CompiledSlo, pair: BurnPair, scrape_s: int) -> Lints:
    window_s = slo.window.nominal_length_s
    factor = pair.factor(window_s)
    share = factor * slo.objective.budget_ratio
    if pair.long_s > window_s:
        message = f"looks back further than the window of {duration_text(window_s)}"
        yield "look-back-too-long", f"{message}: take shorter look-backs, or `policy: scaled`"
    elif factor < 1:
        message = f"would be raised by a burn of {factor:.3g}, which never spends the"
        yield (
            "pair-too-slow",
            f"{message} budget, and is left out: raise `budget`, or take `policy: scaled`",
        )
    elif share >= 1:
        message = f"can never fire: it takes {share_text(share)} of all events to be bad"
        yield "alert-never-fires", f"{message}; lower its `budget`"
    if pair.short_s < SCRAPES * scrape_s:
        message = f"is shorter than two scrapes of {duration_text(scrape_s)}"
        yield "look-back-too-short", f"{message}: take a longer `short`"


def _look_back(slo: CompiledSlo, scrape_s: int) -> Lints:
    over_s = slo.sli.over_s if isinstance(slo.sli, Level) else None
    if over_s is not None and over_s < SCRAPES * scrape_s:
        message = f"`over: {duration_text(over_s)}` is shorter than two scrapes of"
        yield "look-back-too-short", f"{message} {duration_text(scrape_s)}: take a longer one"


def _tightness(slo: CompiledSlo, slot_s: int) -> Lints:
    """An objective of 100 % says itself that nothing may be bad."""
    is_by_slots = slo.is_by_slots
    slots = slo.window.nominal_length_s // slot_s
    if is_by_slots and 0 < slo.objective.budget_ratio * slots < 1:
        message = f"one bad slot of the window's {slots:,} breaks the objective"
        yield "objective-too-tight", f"{message}: lower it, or take a longer window"


def _shown(pair: BurnPair) -> str:
    return f"{duration_text(pair.short_s)} and {duration_text(pair.long_s)}"
