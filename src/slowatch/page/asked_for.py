"""What a request wants to see of the overview: filters, words, an order; all of it in the URL."""

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, cast, get_args
from urllib.parse import urlencode

from starlette.datastructures import QueryParams

from slowatch.api.filters import OF_ALL, Wanted, matches, wanted_of
from slowatch.api.problems import ApiError, quoted
from slowatch.evaluate.judging import WORST_FIRST, Status
from slowatch.evaluate.wording import group_text
from slowatch.page.shown import STATE_WORDS

Order = Literal["worst", "budget", "burn", "name"]
ORDERS: Mapping[Order, str] = {
    "worst": "worst first",
    "budget": "least budget left",
    "burn": "fastest burn",
    "name": "name",
}
OTHERS = ("q", "sort", "wall")
MOST_TEXT = 200


@dataclass(frozen=True, slots=True)
class View:
    """What is wanted: SLOs that match `filters` as in `/slo`, and have all of `words` somewhere."""

    filters: Wanted
    words: str = ""
    order: Order = "worst"
    is_wall: bool = False

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.filters and not self.words

    def query(self, changes: Mapping[str, str | None] | None = None) -> str:
        """The view as a query, with some parameters changed, or left out where they are None."""
        own = {
            "q": [self.words],
            **{name: sorted(values) for name, values in sorted(self.filters.items())},
            "sort": [self.order if self.order != "worst" else ""],
        }
        own |= {name: [value or ""] for name, value in (changes or {}).items()}
        pairs = [(name, value) for name, values in own.items() for value in values if value]
        if self.is_wall:
            pairs.append(("wall", ""))
        return f"?{urlencode(pairs)}" if pairs else ""

    def without(self, *names: str) -> "View":
        """The same without some of the filters."""
        kept = {name: values for name, values in self.filters.items() if name not in names}
        return View(kept, self.words, self.order, self.is_wall)

    def keeps(self, status: Status) -> bool:
        """Whether a status is to be seen."""
        if self.filters and not matches(status, self.filters):
            return False
        return not self.words or has_words(haystack(status), self.words)


def view_of(params: QueryParams) -> View:
    """The view that parameters ask for; those without a value, as a form sends them, do not count.

    Raises ApiError for what does not exist.
    """
    wall = "wall" in params
    given = QueryParams([(k, v) for k, v in params.multi_items() if v.strip() and k != "wall"])
    filters = wanted_of(given, OF_ALL, OTHERS)
    _check("state", filters.get("state", ()), WORST_FIRST)
    order = given.get("sort", "worst")
    _check("sort", [order], get_args(Order))
    words = " ".join(given.get("q", "").split())[:MOST_TEXT]
    return View(filters, words, cast("Order", order), wall)


def _check(name: str, values: Iterable[str], known: Collection[str]) -> None:
    for value in values:
        if value not in known:
            message = f"{name}: there is no {quoted(value)}; there are {', '.join(known)}"
            raise ApiError(400, message)


def has_words(text: str, words: str) -> bool:
    """Whether all words are somewhere in a text that is in lower case."""
    return all(word in text for word in words.lower().split())


def haystack(status: Status) -> str:
    """All that is looked through for words, in lower case."""
    return " ".join(_found_by(status)).lower()


def _found_by(status: Status) -> Iterator[str]:
    slo = status.slo
    yield slo.id
    yield STATE_WORDS[status.state]
    yield slo.nfr or ""
    yield slo.description
    yield group_text(status.group)
    yield group_text(slo.labels)
