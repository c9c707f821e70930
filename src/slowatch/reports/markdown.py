"""A verdict as Markdown: a comment on a pull request, narrow enough for a telephone.

Nothing of a run is Markdown, HTML, a link, a mention or a reference, whatever stands in its labels:
every sign that could make it so becomes an entity.
"""

import string
from collections.abc import Iterator, Sequence

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
from slowatch.verify.result import Judged, Line

SIGNS: dict[Verdict, str] = {"fail": "❌", "inconclusive": "❔", "warn": "⚠️", "pass": "✅"}
MOST_ROWS = 100
"""Rows of a table; a comment has room for some 60,000 characters."""
MOST_SIGNS = 200
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
    sign, word = SIGNS[judged.verdict], VERDICT_WORDS[judged.verdict]
    yield f"### {sign} {escaped(judged.title)}: {word}"
    yield ""
    if judged.description:
        yield f"{escaped(judged.description)}  "
    yield f"**{count_verdicts(judged.lines)}**"
    for notice in judged.notices:
        yield ""
        yield f"> {SIGNS['inconclusive' if notice.blocks else 'warn']} {escaped(notice.text)}"
    found = worst_first(judged.lines)
    yield from _table([line for line in found if line.verdict != "pass"])
    yield from _reasons([line for line in found if is_to_be_read(line)])
    yield from _passed([line for line in found if line.verdict == "pass"])
    yield from _folded(
        "The run", [f"- {fact.what}: {escaped(fact.told)}" for fact in facts(judged)]
    )


def _table(lines: Sequence[Line]) -> Iterator[str]:
    """Two columns, as many as a telephone has room for."""
    if not lines:
        return
    yield from ("", "| check | measured |", "|---|---|")
    for line in lines[:MOST_ROWS]:
        yield f"| {SIGNS[line.verdict]} {_name(line)} | {_measured(line)} |"
    yield from _more(lines)


def _measured(line: Line) -> str:
    change = change_words(line)
    measured = measured_words(line) + (f" ({change})" if change else "")
    return f"<b>{measured}</b><br>{limit_words(line)}"


def _reasons(lines: Sequence[Line]) -> Iterator[str]:
    listed: list[str] = []
    for line in lines[:MOST_ROWS]:
        listed.append(f"- {SIGNS[line.verdict]} {_name(line, apart=' · ')}")
        listed += [f"  - {escaped(part)}" for part in said(line)]
    if listed:
        yield from _folded("Why", [*listed, *_more(lines)])


def _passed(lines: Sequence[Line]) -> Iterator[str]:
    if not lines:
        return
    title = f"{len(lines)} {'check' if len(lines) == 1 else 'checks'} passed"
    yield from _folded(title, list(_table(lines)))


def _name(line: Line, apart: str = "<br>") -> str:
    group = f"{apart}{escaped(group_text(line.group))}" if line.group else ""
    nfr = f"{apart}{escaped(line.nfr)}" if line.nfr else ""
    return f"<b>{escaped(line.name)}</b>{group}{nfr}"


def _folded(title: str, inner: Sequence[str]) -> Iterator[str]:
    yield from ("", f"<details><summary>{title}</summary>", "", *inner, "", "</details>")


def _more(lines: Sequence[Line]) -> Iterator[str]:
    if len(lines) > MOST_ROWS:
        yield from ("", f"and {len(lines) - MOST_ROWS} more")
