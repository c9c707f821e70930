"""The kinds of SLI as they are written, one model each."""

from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from slowatch.spec.compiled import Bounds, Counter
from slowatch.spec.fields import (
    Bound,
    Counters,
    Expression,
    Flag,
    Quantile,
    Quantity,
    Seconds,
    Selector,
    WindowedExpression,
)
from slowatch.spec.mistake import Mistake
from slowatch.spec.promql import WINDOW
from slowatch.spec.subset import check_part

SLI_KINDS = ("ratio", "latency", "quantile", "rate", "value", "up", "promql")


class Document(BaseModel):
    """A mapping of a spec file: no key that is not known, nothing guessed."""

    model_config = ConfigDict(strict=True, extra="forbid", defer_build=True)


def check_histogram(counter: Counter) -> Counter:
    """A histogram's base name, without the parts that clients add to it."""
    if counter.metric.endswith("_bucket"):
        name = counter.metric.removesuffix("_bucket")
        message = f"`histogram` is the base name: drop `_bucket` and write `{name}`"
        raise Mistake("histogram-suffix", message)
    if any(matcher.label == "le" for matcher in counter.matchers):
        message = "the bucket follows from the bound: remove the matcher of `le`"
        raise Mistake("reserved-label", message)
    return counter


def check_window_is_used(over_s: int | None, query: str) -> None:
    """A look-back needs a place in its expression."""
    if over_s is not None and WINDOW not in query:
        message = "`over` has no effect: use `$window` as a range in `query`, or remove `over`"
        raise Mistake("window-missing", message, at=("over",))


Histogram = Annotated[Selector, AfterValidator(check_histogram)]


class _Events(Document):
    """Events with exactly one of good and bad."""

    @model_validator(mode="before")
    @classmethod
    def _one_of_both(cls, data: Any) -> Any:  # noqa: ANN401  whatever stands in the file
        if isinstance(data, dict) and len(data.keys() & {"good", "bad"}) != 1:
            message = "give exactly one of `good` and `bad`: the other follows from `total`"
            raise Mistake("good-or-bad", message)
        return data


class RatioDocument(_Events):
    """A share of events, from counters."""

    good: Counters | None = Field(
        None, description="Counters of the good events: selectors, or sums of them."
    )
    bad: Counters | None = Field(None, description="Counters of the bad events; instead of `good`.")
    total: Counters = Field(description="Counters of all events: selectors, or sums of them.")

    @model_validator(mode="after")
    def _part_of_total(self) -> Self:
        word = "bad" if self.good is None else "good"
        check_part(self.good or self.bad or (), self.total, word)
        return self


class LatencyDocument(Document):
    """A share of events that are fast enough, from a histogram."""

    histogram: Histogram = Field(
        description="A histogram's base name and matchers, without `_bucket`."
    )
    under: Bound = Field(
        description="What a good event takes at most; a classic histogram needs a bucket there."
    )
    native: Flag = Field(default=False, description="Whether it is a native histogram.")


class QuantileDocument(Document):
    """A quantile of a histogram that stays below a bound, slot by slot."""

    p: Quantile = Field(description="The quantile, between 0 and 1.")
    histogram: Histogram = Field(
        description="A histogram's base name and matchers, without `_bucket`."
    )
    at_most: Bound = Field(description="The highest good value.")
    over: Seconds | None = Field(
        None, description="The look-back of each slot; the slot itself by default."
    )
    native: Flag = Field(default=False, description="Whether it is a native histogram.")


class _Bounded(Document):
    """A value per slot with a lower bound, an upper bound, or both."""

    at_least: Quantity | None = Field(None, description="The lowest good value.")
    at_most: Quantity | None = Field(None, description="The highest good value.")

    @property
    def bounds(self) -> Bounds:
        """The bounds as numbers in base units."""
        bounds = (self.at_least, self.at_most)
        return Bounds(*(None if bound is None else float(bound.number) for bound in bounds))

    @model_validator(mode="after")
    def _check_bounds(self) -> Self:
        bounds = self.bounds
        if bounds.at_least is None and bounds.at_most is None:
            message = "say what is good: add `at_least`, `at_most` or both"
            raise Mistake("bounds-missing", message)
        low, high = bounds.at_least, bounds.at_most
        if low is not None and high is not None and low > high:
            raise Mistake("bounds-swapped", "the lower bound is above the upper one: swap them")
        return self


class RateDocument(_Bounded):
    """A counter's rate per second, slot by slot."""

    counter: Selector = Field(description="The counter, as one selector.")
    condition: Expression | None = Field(
        None,
        alias="while",
        description="PromQL: a slot is judged only while this yields something other than 0.",
    )
    over: Seconds | None = Field(
        None, description="The look-back of each slot; the slot itself by default."
    )


class ValueDocument(_Bounded):
    """A number from any expression, slot by slot."""

    query: Expression = Field(description="PromQL that yields a number; may hold `$window`.")
    between: Annotated[list[Quantity], Field(min_length=2, max_length=2)] | None = Field(
        None, description="The lowest and the highest good value, instead of the other bounds."
    )
    over: Seconds | None = Field(
        None, description="What `$window` stands for; the slot itself by default."
    )

    @property
    def bounds(self) -> Bounds:
        """The bounds as numbers in base units."""
        if self.between is None:
            return super().bounds
        return Bounds(*(float(bound.number) for bound in self.between))

    @model_validator(mode="after")
    def _check_bounds_agree(self) -> Self:
        if self.between is not None and (self.at_least, self.at_most) != (None, None):
            message = "`between` says both bounds: remove `at_least` and `at_most`"
            raise Mistake("bounds-conflict", message, at=("between",))
        return self

    @model_validator(mode="after")
    def _check_over_is_used(self) -> Self:
        check_window_is_used(self.over, self.query)
        return self


class UpDocument(Document):
    """A boolean gauge that was 1 for the whole slot."""

    metric: Selector = Field(description="The gauge, as one selector.")
    instances: Literal["any", "all"] = Field(
        "any", description="Whether one instance that is up is enough, or all must be."
    )


class PromqlDocument(_Events):
    """A share of events from two free expressions over `$window`."""

    good: WindowedExpression | None = Field(
        None, description="PromQL over `$window` that yields the good events in it."
    )
    bad: WindowedExpression | None = Field(
        None, description="PromQL over `$window` that yields the bad events; instead of `good`."
    )
    total: WindowedExpression = Field(
        description="PromQL over `$window` that yields all events in it."
    )

    @model_validator(mode="after")
    def _differ(self) -> Self:
        word = "bad" if self.good is None else "good"
        if self.total in (self.good, self.bad):
            message = f"`{word}` and `total` are the same: every event would be {word}"
            raise Mistake("good-is-total", f"{message}; count only the {word} ones", at=(word,))
        return self


class SliDocument(Document):
    """What is measured: exactly one kind of SLI."""

    model_config = ConfigDict(json_schema_extra={"minProperties": 1, "maxProperties": 1})

    ratio: RatioDocument | None = Field(
        None, description="Good or bad events of all events, from counters."
    )
    latency: LatencyDocument | None = Field(
        None, description="Events that are fast enough, from a histogram."
    )
    quantile: QuantileDocument | None = Field(
        None, description="A quantile of a histogram, with a bound."
    )
    rate: RateDocument | None = Field(None, description="Events per second, with a bound.")
    value: ValueDocument | None = Field(
        None, description="A number from any expression, with bounds."
    )
    up: UpDocument | None = Field(None, description="A gauge that is 1 while something is up.")
    promql: PromqlDocument | None = Field(
        None, description="Good or bad events of all events, from free expressions."
    )

    @model_validator(mode="before")
    @classmethod
    def _one_at_most(cls, data: Any) -> Any:  # noqa: ANN401  whatever stands in the file
        kinds = [key for key in data if key in SLI_KINDS] if isinstance(data, dict) else []
        if len(kinds) > 1:
            named = " and ".join(f"`{kind}`" for kind in kinds)
            message = f"an SLI has one kind, not {named}: keep one, or write two SLOs"
            raise Mistake("one-sli-kind", message, at=(kinds[1],))
        return data

    @model_validator(mode="after")
    def _one_at_least(self) -> Self:
        if not self.model_fields_set:
            message = f"an SLI needs a kind: add one of {', '.join(f'`{k}`' for k in SLI_KINDS)}"
            raise Mistake("one-sli-kind", message)
        return self
