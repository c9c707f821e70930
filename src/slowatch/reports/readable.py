"""Texts as they may be shown: labels and descriptions may hold anything.

What steers a terminal, turns the direction of writing, or is no character is replaced.
"""

import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from slowatch.verify.result import BaselineRef, Judged, Line

REPLACED = "\ufffd"
_JOINERS = "\u200c\u200d"
_STEERING = ("Cc", "Cf", "Cs")
_BLANK = ("Zl", "Zp")


def readable(judged: Judged) -> Judged:
    """The same verdict, with no character in it that cannot be shown."""
    return replace(
        judged,
        service=plain(judged.service),
        name=plain(judged.name),
        nfr=_maybe(judged.nfr),
        description=plain(judged.description),
        lines=tuple(_line(line) for line in judged.lines),
        notices=tuple(replace(one, text=plain(one.text)) for one in judged.notices),
        phases=tuple(replace(one, name=plain(one.name)) for one in judged.phases),
        command=tuple(plain(word) for word in judged.command),
    )


def plain(text: str) -> str:
    """A text on one line, of characters that only stand for themselves."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(_shown(one) for one in text)


def _line(line: Line) -> Line:
    return replace(
        line,
        name=plain(line.name),
        nfr=_maybe(line.nfr),
        description=plain(line.description),
        group=_labels(line.group),
        reason=_maybe(line.reason),
        baseline_ref=_ref(line.baseline_ref),
        contributors=tuple(
            replace(one, label=plain(one.label), value=plain(one.value))
            for one in line.contributors
        ),
    )


def _ref(ref: BaselineRef | None) -> BaselineRef | None:
    return None if ref is None else replace(ref, told=plain(ref.told))


def _labels(labels: Mapping[str, str]) -> dict[str, str]:
    return {plain(name): plain(value) for name, value in labels.items()}


def _maybe(text: str | None) -> str | None:
    return None if text is None else plain(text)


def _shown(one: str) -> str:
    kind = unicodedata.category(one)
    if one.isspace() or kind in _BLANK:
        return " "
    if (kind in _STEERING and one not in _JOINERS) or _is_none(ord(one)):
        return REPLACED
    return one


def _is_none(point: int) -> bool:
    """Whether a code point is for ever no character."""
    return point & 0xFFFE == 0xFFFE or 0xFDD0 <= point <= 0xFDEF
