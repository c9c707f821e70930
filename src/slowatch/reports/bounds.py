"""A line's numbers in words: what was measured, and what it was held against."""

from decimal import Decimal

from slowatch.reports.figures import TO, change_figure, exact_figure, figure, interval_figure
from slowatch.slo.figures import NOTHING
from slowatch.spec.compiled_runs import Change, Limits, Recovery
from slowatch.spec.units import share_text
from slowatch.verify.result import Line

NOT_BACK = "not back"


def measured_words(line: Line) -> str:
    """What was measured: `1.32 s`, or `not back` of what has not recovered."""
    if line.measured is None and isinstance(line.bound, Recovery) and line.verdict == "fail":
        return NOT_BACK
    return figure(line.measured, line.unit, beside=_limits(line))


def interval_words(line: Line) -> str:
    """Where the number lies: `1.24 – 1.41 s`; nothing where that is not known."""  # noqa: RUF002
    return interval_figure(line.interval, line.unit, beside=_limits(line))


def baseline_words(line: Line) -> str:
    """What the baseline was, and which: `0.9 s in load-10 (run 12)`."""
    unit = line.course_unit or line.unit
    found = figure(line.baseline, unit)
    if line.baseline_ref is None or found == NOTHING:
        return found
    return f"{found} in {line.baseline_ref.told}"


def change_words(line: Line) -> str:
    """How far it is from its baseline: `+62%`; nothing where there is none to compare with."""
    if line.change is None:
        return ""
    bound = line.bound
    limits = (bound.at_least, bound.at_most) if isinstance(bound, Change) else ()
    return change_figure(line.change, beside=[None if x is None else float(x) for x in limits])


def limit_words(line: Line) -> str:
    """The limit that counted, shortly: `at most 1.5 s`, `none`, `back within 30 s`."""
    if isinstance(line.bound, Recovery):
        return f"back within {exact_figure(Decimal(line.bound.within_s), 'seconds')}"
    if line.at_least is None and line.at_most is None and isinstance(line.bound, Change):
        return _change_words(line.bound)
    if _allows_none(line):
        return "none"
    return _both(_at_least(line), _at_most(line))


def bound_words(line: Line) -> str:
    """The whole bound: `at most +50% over load-10 (run 12): 1.5 s`, `at least 99.9%`."""
    told = line.baseline_ref.told if line.baseline_ref else "its baseline"
    if isinstance(line.bound, Recovery):
        after = f" of the end of {line.bound.after}" if line.bound.after else ""
        back = _change_words(line.bound.change, _floor(line.bound.change, line), told)
        return f"{limit_words(line)}{after}, to {back}"
    if isinstance(line.bound, Change):
        words = _change_words(line.bound, _floor(line.bound, line), told)
        limits = [one for one in (line.at_least, line.at_most) if one is not None]
        return f"{words}: {TO.join(_limit(one, None, line) for one in limits)}" if limits else words
    return limit_words(line) + _unscaled(line, line.bound)


def _limits(line: Line) -> list[float | None]:
    within = float(line.bound.within_s) if isinstance(line.bound, Recovery) else None
    declared = line.bound if isinstance(line.bound, Limits) else Limits()
    exact = (declared.at_least, declared.at_most)
    shown = [None if x is None else float(x) for x in exact] if not _is_scaled(line) else []
    return [line.at_least, line.at_most, within, *shown]


def _at_least(line: Line) -> str:
    declared = line.bound.at_least if isinstance(line.bound, Limits) else None
    shown = _limit(line.at_least, declared, line)
    return f"at least {shown}" if shown else ""


def _at_most(line: Line) -> str:
    declared = line.bound.at_most if isinstance(line.bound, Limits) else None
    shown = _limit(line.at_most, declared, line)
    return f"at most {shown}" if shown else ""


def _limit(counted: float | None, declared: Decimal | None, line: Line) -> str:
    """A limit with all its digits where it is as somebody wrote it, else with some of them."""
    if declared is not None and (counted is None or counted == float(declared)):
        return exact_figure(declared, line.unit)
    return "" if counted is None else figure(counted, line.unit, beside=[line.measured])


def _both(least: str, most: str) -> str:
    return ", ".join(filter(None, (least, most))) or NOTHING


def _allows_none(line: Line) -> bool:
    bound = line.bound
    if not isinstance(bound, Limits) or bound.at_least is not None:
        return False
    return bound.at_most == 0 and line.unit in ("events", "ratio")


def _is_scaled(line: Line) -> bool:
    if not isinstance(line.bound, Limits):
        return False
    pairs = ((line.at_least, line.bound.at_least), (line.at_most, line.bound.at_most))
    return any(
        counted is not None and declared is not None and counted != float(declared)
        for counted, declared in pairs
    )


def _unscaled(line: Line, bound: Limits) -> str:
    """What a limit is at full load, where a run was played at another."""
    if not _is_scaled(line):
        return ""
    given = [one for one in (bound.at_least, bound.at_most) if one is not None]
    shown = " and ".join(exact_figure(one, line.unit) for one in given)
    return f" ({shown} at full {'length' if line.unit == 'seconds' else 'load'})"


def _floor(change: Change, line: Line) -> str:
    unit = line.course_unit or line.unit
    return f" (or {exact_figure(change.floor, unit)})" if change.floor else ""


def _change_words(change: Change, floor: str = "", told: str = "") -> str:
    over = f" over {told}" if told else ""
    under = f" under {told}" if told else " less"
    parts = []
    for words, limit in (("at least", change.at_least), ("at most", change.at_most)):
        if limit is None:
            continue
        if limit >= 0:
            parts.append(f"{words} +{share_text(limit)}{floor}{over}")
        else:
            turned = "at most" if words == "at least" else "at least"
            parts.append(f"{turned} {share_text(-limit)}{floor}{under}")
    return ", ".join(parts) or NOTHING
