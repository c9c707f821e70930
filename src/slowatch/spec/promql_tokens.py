"""PromQL as tokens with their places, for pointing at mistakes; what they mean, the parser says."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

TokenKind = Literal["name", "number", "string", "sign", "comment"]

_PAIRS = frozenset({"=~", "!~", "!=", "==", ">=", "<="})
_LONGEST_DURATION = 15
_CLOSED_BY = {"(": ")", "[": "]", "{": "}"}


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of an expression, `[start, end)` in characters."""

    kind: TokenKind
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset after its last character."""
        return self.start + len(self.text)


def tokens(text: str) -> list[Token]:
    """The tokens of an expression without its comments, even of one that does not parse."""
    return [token for token in _scan(text) if token.kind != "comment"]


def without_comments(text: str) -> str:
    """The expression with its comments cut out, since it will be joined with others."""
    if "#" not in text:
        return text
    for token in reversed(list(_scan(text))):
        if token.kind == "comment":
            text = text[: token.start] + text[token.end :]
    return text


def odd_duration(text: str) -> Token | None:
    """The first number in a range or an offset that is far from a duration.

    The parser panics on the likes of `a[1e99]`: it prints a traceback, and what it raises is no
    Exception. Almost every expression is told to be harmless without looking at its tokens.
    """
    ranges = (part.partition("]")[0] for part in text.split("[")[1:])
    if "offset" not in text.lower() and not any(map(_is_odd, ranges)):
        return None
    in_range, after_offset = False, False
    for token in tokens(text):
        if (in_range or after_offset) and _is_number(token) and _is_odd(token.text):
            return token
        in_range = token.text == "[" or (in_range and token.text != "]")
        is_sign = token.text in ("+", "-")
        after_offset = token.text.lower() == "offset" or (after_offset and is_sign)
    return None


def _is_number(token: Token) -> bool:
    return token.kind == "number" or token.text.lower() in ("inf", "nan")


def _is_odd(text: str) -> bool:
    """Whether a duration has other characters than digits and units, or far too many of them."""
    return bool(text.strip("0123456789smhdwy: \t\n")) or len(text.strip()) > _LONGEST_DURATION


def closing_brackets(opened: list[Token]) -> list[str]:
    """What closes the brackets that are still open after some tokens, innermost first."""
    stack: list[str] = []
    for token in opened:
        if token.kind == "sign" and token.text in _CLOSED_BY:
            stack.append(_CLOSED_BY[token.text])
        elif stack and token.text == stack[-1]:
            stack.pop()
    return stack[::-1]


def _scan(text: str) -> Iterator[Token]:
    at, in_range = 0, False
    while at < len(text):
        if text[at].isspace():
            at += 1
            continue
        token = _token_at(text, at, in_range=in_range)
        in_range = token.text == "[" or (in_range and token.text != "]")
        yield token
        at = token.end


def _token_at(text: str, start: int, *, in_range: bool) -> Token:
    first = text[start]
    if first == "#":
        return Token("comment", text[start : _line_end(text, start)], start)
    if first in "\"'`":
        return Token("string", text[start : _string_end(text, start)], start)
    if _is_name_start(first) or (first == ":" and not in_range):
        return Token("name", text[start : _run_end(text, start, ":")], start)
    if first.isdigit() or (first == "." and text[start + 1 : start + 2].isdigit()):
        return Token("number", text[start : _number_end(text, start)], start)
    length = 2 if text[start : start + 2] in _PAIRS else 1
    return Token("sign", text[start : start + length], start)


def _is_name_start(character: str) -> bool:
    return character == "_" or (character.isascii() and character.isalpha())


def _line_end(text: str, start: int) -> int:
    end = text.find("\n", start)
    return len(text) if end < 0 else end


def _string_end(text: str, start: int) -> int:
    at = start + 1
    while at < len(text) and text[at] != text[start]:
        at += 2 if text[at] == "\\" and text[start] != "`" else 1
    return min(at + 1, len(text))


def _run_end(text: str, start: int, extra: str) -> int:
    at = start
    while at < len(text) and (_is_name_start(text[at]) or text[at].isdigit() or text[at] in extra):
        at += 1
    return max(at, start + 1)


def _number_end(text: str, start: int) -> int:
    at = _run_end(text, start, ".")
    is_signed = text[at - 1] in "eE" and not text[start:at].lower().startswith("0x")
    if is_signed and text[at : at + 1] in ("+", "-"):
        at = _run_end(text, at + 1, "")
    return at
