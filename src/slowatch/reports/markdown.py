"""A verdict as Markdown: a comment on a pull request, narrow enough for a telephone.

Nothing of a run is Markdown, HTML, a link, a mention or a reference, whatever stands in its labels:
every sign that could make it so becomes an entity. It is never longer than a comment may be: what
is worst comes first, and the rest is counted.
"""

import string
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice

from slowatch.evaluate.wording import group_text
from slowatch.reports.bounds import change_words, limit_words, measured_words
from slowatch.reports.readable import readable
from slowatch.reports.saying import said
from slowatch.reports.shown import (
    VERDICT_WORDS,
    count_verdicts,
    facts,
    is_to_be_read,
    worst_first,
)
from slowatch.slo.verdict import Verdict
from slowatch.verify.result import Judged, Line, Notice

SIGNS: dict[Verdict, str] = {"fail": "❌", "inconclusive": "❔", "warn": "⚠️", "pass": "✅"}
MOST_CHARACTERS = 60_000
"""The report is shorter than this; GitHub takes comments of up to 65,536."""
MOST_ROWS = 100
MOST_SIGNS = 200
_MORE = len("\n… and 1000000 more\n")
_PLAIN = frozenset(string.ascii_letters + string.digits + " ,.:;-()/=%+'")
_JOINED = "&#8288;"
"""Ends what would be a mention, a reference or a link, and is not seen."""


def markdown(judged: Judged) -> str:
    """The whole report, ending with a line break."""
    return "\n".join(_lines(readable(judged))).rstrip() + "\n"


def escaped(text: str) -> str:
    """A text that is only text, in Markdown and in its tables; cut where it is very long."""
    cut = text if len(text) <= MOST_SIGNS else f"{text[: MOST_SIGNS - 1]}…"
    found = "".join(map(_escaped, cut))
    return found.replace("www.", f"www{_JOINED}.").replace("://", f":{_JOINED}//")


def _escaped(sign: str) -> str:
    if sign in _PLAIN or not sign.isascii():
        return sign
    return f"&#{ord(sign)};" + (_JOINED if sign in "@#" else "")


def _lines(judged: Judged) -> Iterator[str]:
    found = worst_first(judged.lines)
    passed = [line for line in found if line.verdict == "pass"]
    head, end = list(_head(judged)), list(_run(judged))
    left = MOST_CHARACTERS - 1 - _length(head) - _length(end)
    yield from head
    for part, lines, share in (
        # How much of what is left each may fill; what it does not need is the next one's.
        (_table, [line for line in found if line.verdict != "pass"], 0.6),
        (_why, [line for line in found if is_to_be_read(line)], 0.85),
        (_passed, passed, 1.0),
    ):
        written = list(part(lines, int(left * share))) if lines else []
        left -= _length(written)
        yield from written
    yield from end


def _head(judged: Judged) -> Iterator[str]:
    sign, word = SIGNS[judged.verdict], VERDICT_WORDS[judged.verdict]
    yield f"### {sign} {escaped(judged.title)}: {word}"
    yield ""
    if judged.description:
        yield f"{escaped(judged.description)}  "
    yield f"**{count_verdicts(judged.lines)}**"
    notices = sorted(judged.notices, key=lambda notice: not notice.blocks)
    yield from _fitting(map(_notice, notices), len(notices), MOST_CHARACTERS // 4)


def _notice(notice: Notice) -> str:
    return f"\n> {SIGNS['inconclusive' if notice.blocks else 'warn']} {escaped(notice.text)}"


def _table(lines: Sequence[Line], room: int) -> Iterator[str]:
    """Two columns, as many as a telephone has room for."""
    top = ("", "| check | measured |", "|---|---|")
    yield from top
    yield from _fitting(map(_row, lines), len(lines), room - _length(top))


def _row(line: Line) -> str:
    return f"| {SIGNS[line.verdict]} {_name(line)} | {_measured(line)} |"


def _measured(line: Line) -> str:
    change = change_words(line)
    measured = measured_words(line) + (f" ({change})" if change else "")
    return f"<b>{measured}</b><br>{limit_words(line)}"


def _why(lines: Sequence[Line], room: int) -> Iterator[str]:
    room -= _length(_folded("Why", ()))
    yield from _folded("Why", list(_fitting(map(_reasons, lines), len(lines), room)))


def _reasons(line: Line) -> str:
    name = f"- {SIGNS[line.verdict]} {_name(line, apart=' · ')}"
    return "\n".join([name, *(f"  - {escaped(part)}" for part in said(line))])


def _passed(lines: Sequence[Line], room: int) -> Iterator[str]:
    title = f"{len(lines)} {'check' if len(lines) == 1 else 'checks'} passed"
    yield from _folded(title, list(_table(lines, room - _length(_folded(title, ())))))


def _run(judged: Judged) -> Iterator[str]:
    told = [f"- {fact.what}: {escaped(fact.told)}" for fact in facts(judged)]
    yield from _folded("The run", told)


def _name(line: Line, apart: str = "<br>") -> str:
    group = f"{apart}{escaped(group_text(line.group))}" if line.group else ""
    nfr = f"{apart}{escaped(line.nfr)}" if line.nfr else ""
    return f"<b>{escaped(line.name)}</b>{group}{nfr}"


def _folded(title: str, inner: Sequence[str]) -> Iterator[str]:
    yield from ("", f"<details><summary>{title}</summary>", "", *inner, "", "</details>")


def _fitting(rows: Iterable[str], count: int, room: int) -> Iterator[str]:
    """As many of the first rows as there is room for, and how many more there are."""
    left, kept = room - _MORE, 0
    for row in islice(rows, MOST_ROWS):
        left -= len(row) + 1
        if left < 0:
            break
        kept += 1
        yield row
    if count > kept:
        yield from ("", f"… and {count - kept} more")


def _length(lines: Iterable[str]) -> int:
    """How many characters lines have, each with its break."""
    return sum(len(line) + 1 for line in lines)
