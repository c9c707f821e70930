"""Label values that matchers accept, or refuse: what series carry to be meant by a selector."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice, product

from slowatch.spec.compiled import Matcher

_ANY_VALUES = ("other", "200", "500", "1", "")
_MOST_TRIES = 20_000
_CLASSES = {"d": "1", "w": "a", "s": " ", "D": "a", "W": "-", "S": "a"}


def accepts(matcher: Matcher, labels: Mapping[str, str]) -> bool:
    """Whether labels satisfy a matcher; a label that is absent is empty."""
    value = labels.get(matcher.label, "")
    is_regex = matcher.op in ("=~", "!~")
    is_same = bool(re.fullmatch(matcher.value, value)) if is_regex else matcher.value == value
    return is_same == (matcher.op in ("=", "=~"))


def are_meant(labels: Mapping[str, str], matchers: Iterable[Matcher]) -> bool:
    """Whether labels satisfy all matchers."""
    return all(accepts(matcher, labels) for matcher in matchers)


def fitting_labels(
    wanted: Sequence[Matcher], unwanted: Iterable[Sequence[Matcher]] = ()
) -> dict[str, str] | None:
    """Labels that satisfy all of `wanted` and none of the selectors in `unwanted`.

    None where none are found: regular expressions are tried with one example of each alternative.
    """
    refused = [tuple(matchers) for matchers in unwanted]
    values: dict[str, list[str]] = {}
    for matcher in (*wanted, *(m for matchers in refused for m in matchers)):
        values.setdefault(matcher.label, []).extend(_examples(matcher))
    choices = [list(dict.fromkeys((*found, *_ANY_VALUES))) for found in values.values()]
    for combination in islice(product(*choices), _MOST_TRIES):
        labels = dict(zip(values, combination, strict=True))
        if are_meant(labels, wanted) and not any(are_meant(labels, one) for one in refused):
            return {label: value for label, value in labels.items() if value}
    return None


def _examples(matcher: Matcher) -> Iterator[str]:
    if matcher.op in ("=", "!="):
        yield matcher.value
        return
    for alternative in _alternatives(matcher.value):
        yield _example(alternative)


def _alternatives(pattern: str) -> Iterator[str]:
    """The parts of a regular expression between its outermost bars."""
    depth, escaped, part = 0, False, ""
    for char in pattern:
        depth += (char in "([") - (char in ")]") if not escaped else 0
        if char == "|" and not depth and not escaped:
            yield part
            part = ""
            continue
        escaped = char == "\\" and not escaped
        part += char
    yield part


def _example(pattern: str) -> str:
    """A text that a simple regular expression may match: any of its plain parts, once each."""
    text = re.sub(r"\\([dwsDWS])", lambda found: _CLASSES[found[1]], pattern)
    text = re.sub(r"\((?:\?:|\?i:)?([^()|]*)(?:\|[^()]*)?\)", r"\1", text)
    text = re.sub(r"\[\^[^\]]*\]", "z", text)
    text = re.sub(r"\[(\\?.)[^\]]*\]", r"\1", text)
    text = re.sub(r"(?<!\\)\{(\d+)[^}]*\}", "", text)
    text = re.sub(r"(?<!\\)\.", "0", text)
    text = re.sub(r"(?<!\\)[*+?^$]", "", text)
    return re.sub(r"\\(.)", r"\1", text)
