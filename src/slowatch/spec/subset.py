"""Whether good events can be a part of all events, as far as matchers decide it."""

from slowatch.spec.compiled import Counter, CounterSum, Matcher
from slowatch.spec.mistake import Mistake
from slowatch.spec.promql import quote, selector_text

_ANYTHING = Matcher("", "=~", ".*")
_SPECIAL = frozenset("\\.+*?()[]{}^$")


def check_part(part: CounterSum, total: CounterSum, word: str) -> None:
    """Raise Mistake where `part`, the `word` events, cannot be a part of `total`.

    Metrics of other names are not compared: nobody can tell from the text.
    """
    if dict(_weights(part)) == dict(_weights(total)):
        message = f"`{word}` and `total` are the same: every event would be {word}"
        message = f"{message}; add the matcher that tells them apart"
        raise Mistake("good-is-total", message, at=(word,))
    for term in part:
        if term.coefficient > 0:
            _check_counter(term.counter, total, word)


def _weights(terms: CounterSum) -> list[tuple[Counter, object]]:
    return [(term.counter, term.coefficient) for term in terms]


def _check_counter(counter: Counter, total: CounterSum, word: str) -> None:
    wholes = [
        term.counter
        for term in total
        if term.counter.metric == counter.metric and term.coefficient > 0
    ]
    reasons = [_outside(counter, whole) for whole in wholes]
    if reasons and all(reasons):
        shown = selector_text(counter.metric, counter.matchers)
        message = f"`{shown}` counts events that `total` does not: {reasons[0]}"
        raise Mistake("good-not-in-total", message, at=(word,))


def _outside(counter: Counter, whole: Counter) -> str:
    """Why a counter is not a part of the whole; empty where it is, or nobody can tell."""
    for matcher in whole.matchers:
        own = [m for m in counter.matchers if m.label == matcher.label]
        values = [m.value for m in own if m.op == "="]
        if matcher in own or (matcher.op, matcher.value) == (_ANYTHING.op, _ANYTHING.value):
            continue
        if not own and not _accepts(matcher, ""):
            return f"add `{matcher.label}{matcher.op}{quote(matcher.value)}` to it"
        if any(_accepts(matcher, value) is False for value in values):
            return f"`total` holds only `{matcher.label}{matcher.op}{quote(matcher.value)}`"
    return ""


def _accepts(matcher: Matcher, value: str) -> bool | None:
    """Whether a matcher accepts a value; None where only a regular expression could say."""
    if matcher.op in ("=", "!="):
        return (matcher.value == value) == (matcher.op == "=")
    if _SPECIAL & set(matcher.value):
        return None
    return (value in matcher.value.split("|")) == (matcher.op == "=~")
