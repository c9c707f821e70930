"""Outcomes: for each row of the catalogue what was measured, and whether it holds."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml

from slowatch.demo.demo import rules_folder
from slowatch.slo.verdict import WORST_FIRST, Verdict
from tests.acceptance.catalogue import ROWS, Row
from tests.acceptance.judging import Document

SECONDS, PERCENT, MEGABYTES = 1000, 100, 1e6


@dataclass(frozen=True, slots=True)
class Outcome:
    """The worst line of a row, in words, and its verdict; where it was never judged, that too."""

    row: Row
    verdict: Verdict
    measured: str
    reason: str = ""


def outcomes(documents: Sequence[tuple[str, Document]], systems: Sequence[str]) -> list[Outcome]:
    """The outcome of each row of some systems."""
    lines = list(_lines(documents))
    return [
        _outcome(
            row, [line for system, ids, line in lines if system == row.system and row.id in ids]
        )
        for row in ROWS
        if row.system in systems
    ]


def _lines(
    documents: Iterable[tuple[str, Document]],
) -> Iterator[tuple[str, set[str], Mapping[str, Any]]]:
    """Each line with its system and its rows: its run's, or else its SLO's and its alert's."""
    for system, document in documents:
        alerts = _alerts(system)
        blocked = "; ".join(one["text"] for one in document["notices"] if one["blocks"])
        for line in document["lines"]:
            if document["name"]:
                ids = {document["nfr"]}
            else:
                ids = {line["nfr"], *alerts.get(line["check"], ())}
            is_blocked = {"verdict": "inconclusive", "reason": blocked} if blocked else {}
            yield system, ids, {**line, **is_blocked}


def _alerts(system: str) -> Mapping[str, Sequence[str]]:
    """The rows of alerts by the SLO whose condition they are about."""
    pack = yaml.safe_load((rules_folder() / f"{system}.yaml").read_text(encoding="utf-8"))
    return {
        slo["name"]: [alert["nfr"] for alert in slo["alerts"]]
        for slo in pack["slos"]
        if "alerts" in slo
    }


def _outcome(row: Row, lines: Sequence[Mapping[str, Any]]) -> Outcome:
    if not lines:
        return Outcome(row, "inconclusive", "", "nothing judges it")
    worst = min(lines, key=lambda line: (WORST_FIRST.index(line["verdict"]), -_nearness(line)))
    return Outcome(row, worst["verdict"], _told(worst), worst["reason"] or "")


def _nearness(line: Mapping[str, Any]) -> float:
    """How much of its limit is used up, so that of many that hold the tightest is told.

    What can only be all or nothing is told last, and of shares the bad ones count.
    """
    measured, most, least = line["measured"], line["at_most"], line["at_least"]
    if measured is None or measured in (most, least):
        return -1.0
    if line["unit"] == "ratio" and least is not None and least < 1:
        return float(1 - measured) / float(1 - least)
    if most:
        return float(measured) / float(most)
    return float(least) / float(measured) if least and measured else 0.0


def _told(line: Mapping[str, Any]) -> str:
    group = ", ".join(line["group"].values())
    name = f"{line['check']} ({group})" if group else str(line["check"])
    if line["measured"] is None:
        return f"{name}: nothing"
    limits = [
        f"{sign} {_figure(line[key], line['unit'])}"
        for key, sign in (("at_least", "≥"), ("at_most", "≤"))
        if line[key] is not None
    ]
    return f"{name}: {_figure(line['measured'], line['unit'])} {' '.join(limits)}"


def _figure(value: float, unit: str) -> str:
    match unit:
        case "seconds":
            return f"{value * SECONDS:.4g} ms" if value < 1 else f"{value:.4g} s"
        case "ratio":
            return f"{value * PERCENT:.5g} %"
        case "bytes":
            return f"{value / MEGABYTES:.4g} MB"
        case "per_second":
            return f"{value:.4g}/s"
    return f"{value:.4g}"
