"""Where a PromQL expression goes wrong: the parser says what, this module finds the place.

For a syntax error that is the end of the longest run of tokens that some ending completes. For an
unknown function or a wrong argument it is the first call that fails with the same words when it
stands alone.
"""

from collections.abc import Iterator
from itertools import pairwise, product

from slowatch.spec.mistake import Mistake, similar
from slowatch.spec.promql import SLOT, WINDOW, PromqlError, parse_bare
from slowatch.spec.promql_tokens import Token, closing_brackets, odd_duration, tokens

_SYNTAX_WORDS = (
    "invalid promql query",
    "unclosed",
    "unexpected",
    "bad number",
    "no expression",
    "unknown escape",
    "unterminated",
    "too many nested",
)
_ENDINGS = {
    "}": ("", ' x="s"', '="s"', ' "s"', ' ,x="s"'),
    "]": ("", "1m", ":1m", "1m:1m"),
    ")": ("", " a", " 1", ' "s"', " a[1m]", " (x) a", " (x) (a)", " (x)", " 1m", "()", ' =="s"'),
}
_AFTER_CLOSING = ("", " a", " (a)", "[1m]")
_FUNCTIONS = """
    abs absent absent_over_time avg_over_time ceil changes clamp clamp_max clamp_min
    count_over_time delta deriv exp floor histogram_avg histogram_count histogram_fraction
    histogram_quantile histogram_sum idelta increase irate label_join label_replace
    last_over_time ln log10 log2 max_over_time min_over_time predict_linear present_over_time
    quantile_over_time rate resets round scalar sgn sort sort_desc sqrt stddev_over_time
    stdvar_over_time sum_over_time time timestamp vector sum avg min max count stddev stdvar
    group quantile topk bottomk count_values
"""


def promql_mistake(text: str, words: str) -> Mistake:
    """What is wrong with an expression that the parser refused with `words`."""
    found = tokens(text)
    if not found:
        return Mistake("promql-syntax", "there is no expression here: write one in PromQL")
    if words.startswith("unknown function"):
        return _unknown_function(found)
    if _is_syntax(words):
        return _syntax_mistake(text, found, words)
    odd = odd_duration(text)
    if odd is not None:
        return Mistake("promql-type", f"`{odd.text}`: {words}", offset=odd.start)
    offset = _illegal_regex(found, words) or _failing_call(text, found, words)
    return Mistake("promql-type", f"PromQL refuses this: {words}", offset=offset)


def _is_syntax(words: str) -> bool:
    return words.startswith(_SYNTAX_WORDS)


def _unknown_function(found: list[Token]) -> Mistake:
    for token in _called(found):
        if _words_of(f"{token.text}()").startswith("unknown function"):
            hint = similar(token.text, _FUNCTIONS.split())
            message = f"PromQL has no function `{token.text}`{hint or ': check its name'}"
            return Mistake("promql-function", message, offset=token.start)
    return Mistake("promql-function", "a function here is unknown: check its name")


def _called(found: list[Token]) -> Iterator[Token]:
    for token, following in pairwise(found):
        if token.kind == "name" and following.text == "(":
            yield token


def _words_of(text: str) -> str:
    """The parser's words for an expression; empty where it parses."""
    try:
        parse_bare(text)
    except PromqlError as error:
        return str(error)
    return ""


def _failing_call(text: str, found: list[Token], words: str) -> int:
    """The offset of the last call that is refused with the same words when it stands alone."""
    for token in reversed(list(_called(found))):
        alone = _balanced(text, found, token)
        if alone and _words_of(alone) == words:
            return token.start
    return found[0].start


def _illegal_regex(found: list[Token], words: str) -> int | None:
    """The offset of the regular expression that the words quote."""
    pattern = words.removeprefix("illegal regex for ")
    quoting = (t.start for t in found if t.kind == "string" and t.text[1:-1] == pattern)
    return next(quoting, None)


def _balanced(text: str, found: list[Token], name: Token) -> str:
    depth = 0
    for token in found:
        if token.start < name.start:
            continue
        depth += (token.text == "(") - (token.text == ")")
        if depth == 0 and token.text == ")":
            return text[name.start : token.end]
    return ""


def _syntax_mistake(text: str, found: list[Token], words: str) -> Mistake:
    viable = _longest_viable(text, found)
    if viable == len(found):
        return _early_end(found, words)
    token = found[viable]
    message = f"`{token.text}` is not expected here ({words})"
    if token.text == "$":
        message = f"only `{WINDOW}` and `{SLOT}` are replaced: use one of them"
    return Mistake("promql-syntax", f"PromQL: {message}", offset=token.start)


def _early_end(found: list[Token], words: str) -> Mistake:
    closing = closing_brackets(found)
    message = f"add the missing `{''.join(closing)}`" if closing else "add what follows"
    end = found[-1].end
    what = f"PromQL: the expression ends too early ({words}): {message}"
    return Mistake("promql-syntax", what, offset=end)


def _longest_viable(text: str, found: list[Token]) -> int:
    """How many tokens from the start can be completed to an expression; found by bisection."""
    low, high = 0, len(found) + 1
    while high - low > 1:
        middle = (low + high) // 2
        if is_viable(text[: found[middle - 1].end], found[:middle]):
            low = middle
        else:
            high = middle
    return low


def is_viable(prefix: str, found: list[Token]) -> bool:
    """Whether some ending makes an expression of a prefix that consists of the tokens `found`."""
    return any(not _is_syntax(_words_of(prefix + ending)) for ending in _endings(found))


def _endings(found: list[Token]) -> Iterator[str]:
    closing = closing_brackets(found)
    innermost = closing[0] if closing else ")"
    for middle, after in product(_ENDINGS[innermost], _AFTER_CLOSING if closing else ("",)):
        yield middle + "".join(closing[:1]) + after + "".join(closing[1:])
