"""What a check of a run measures, as it is written: one model for each measure of its own.

Ratios, latencies and free events are written as in an SLO.
"""

from typing import Annotated, Self

from pydantic import Discriminator, Field, Tag, model_validator

from slowatch.spec.compiled import Counter
from slowatch.spec.compiled_runs import Statistic
from slowatch.spec.fields import Expression, Flag, Quantile, Seconds, Selector
from slowatch.spec.sli_documents import Document, Histogram, check_window_is_used

_SELECTOR, _MAPPING = "(selector)", "(mapping)"


class RunQuantileDocument(Document):
    """A quantile of all observations of a run."""

    p: Quantile = Field(description="The quantile, between 0 and 1.")
    histogram: Histogram = Field(
        description="A histogram's base name and matchers, without `_bucket`."
    )
    native: Flag = Field(default=False, description="Whether it is a native histogram.")


class MeanDocument(Document):
    """The mean of all observations of a run."""

    histogram: Histogram = Field(
        description="A histogram's base name and matchers, without `_sum` and `_count`."
    )
    native: Flag = Field(default=False, description="Whether it is a native histogram.")


class RunRateDocument(Document):
    """A counter's rate per second over a run."""

    counter: Selector = Field(description="The counter, as one selector.")
    statistic: Statistic = Field(
        "mean", description="Of the whole run, or which of its short stretches."
    )


class EventsDocument(Document):
    """How many events a run saw."""

    counter: Selector = Field(description="The counter, as one selector.")


class RunValueDocument(Document):
    """A statistic of the values that an expression has over a run."""

    query: Expression = Field(description="PromQL that yields a number; may hold `$window`.")
    statistic: Statistic | None = Field(
        None,
        description="Which of its values counts: `max` for `at_most`, `min` for `at_least`, and "
        "`mean` for a change, by default.",
    )
    over: Seconds | None = Field(
        None, description="What `$window` stands for; four scrapes by default."
    )

    @model_validator(mode="after")
    def _check_over_is_used(self) -> Self:
        check_window_is_used(self.over, self.query)
        return self


def _events_form(value: object) -> str:
    return _MAPPING if isinstance(value, dict | EventsDocument) else _SELECTOR


EventsChoice = Annotated[
    Annotated[Selector, Tag(_SELECTOR)] | Annotated[EventsDocument, Tag(_MAPPING)],
    Discriminator(_events_form),
]


def counter_of(events: Counter | EventsDocument) -> Counter:
    """The counter of events, written either way."""
    return events.counter if isinstance(events, EventsDocument) else events
