"""Runs as they are written: a load, what must hold over it, and what it is compared with."""

from typing import Annotated, Any, Literal

from pydantic import Discriminator, Field, Tag, model_validator

from slowatch.spec.compiled_runs import DEFAULT_LEAST_EVENTS, Severity
from slowatch.spec.fields import (
    Always,
    ByLabels,
    Confidence,
    Count,
    Events,
    Flag,
    Hold,
    Limit,
    Magnitude,
    Name,
    ObjectiveText,
    Seconds,
    Text,
)
from slowatch.spec.measure_documents import (
    EventsChoice,
    MeanDocument,
    RunQuantileDocument,
    RunRateDocument,
    RunValueDocument,
)
from slowatch.spec.mistake import Mistake
from slowatch.spec.sli_documents import Document, LatencyDocument, PromqlDocument, RatioDocument

MEASURES = ("ratio", "latency", "promql", "quantile", "mean", "rate", "events", "value")
BASELINES = ("run", "offset", "phase")
_ONE, _LIST, _NAME, _MAPPING, _ALL = "(one)", "(list)", "(name)", "(mapping)", "(all)"


class PhaseDocument(Document):
    """A part of a run's load."""

    phase: Name = Field("load", description="Its name, unique within the run.")
    length: Seconds = Field(alias="for", description="How long it lasts.")
    users: Events | None = Field(None, description="How many users there are at its end.")


class BaselineDocument(Document):
    """What a change is relative to: exactly one of a run, a time before, and a phase."""

    run: Name | None = Field(
        None,
        description="A run of this document: the one marked as baseline, else the newest that "
        "passed.",
    )
    last: Count | None = Field(
        None, description="Of so many runs that passed, the median; only with `run`."
    )
    offset: Seconds | None = Field(None, description="The same stretch of time, so long before.")
    phase: Name | None = Field(None, description="A phase of the very same run.")

    @model_validator(mode="before")
    @classmethod
    def _one_kind(cls, data: Any) -> Any:  # noqa: ANN401  whatever stands in the file
        if isinstance(data, dict):
            if len(data.keys() & set(BASELINES)) != 1:
                message = "a baseline is one thing: write exactly one of `run`, `offset`, `phase`"
                raise Mistake("one-baseline", message)
            if "last" in data and "run" not in data:
                message = "`last` counts runs: write it with `run`, or remove it"
                raise Mistake("one-baseline", message, at=("last",))
        return data


def _load_form(value: object) -> str:
    return _LIST if isinstance(value, list) else _ONE


def _baseline_form(value: object) -> str:
    return _MAPPING if isinstance(value, dict | BaselineDocument) else _NAME


def _slos_form(value: object) -> str:
    return _LIST if isinstance(value, list) else _ALL


LoadChoice = Annotated[
    Annotated[PhaseDocument, Tag(_ONE)]
    | Annotated[Annotated[list[PhaseDocument], Field(min_length=1)], Tag(_LIST)],
    Discriminator(_load_form),
]
BaselineChoice = Annotated[
    Annotated[Name, Tag(_NAME)] | Annotated[BaselineDocument, Tag(_MAPPING)],
    Discriminator(_baseline_form),
]
SlosChoice = Annotated[
    Annotated[Literal["all"], Tag(_ALL)]
    | Annotated[Annotated[list[Name], Field(min_length=1)], Tag(_LIST)],
    Discriminator(_slos_form),
]


class RequirementDocument(Document):
    """What must hold for a run to be judged at all: a measure and its bound."""

    name: Name | None = Field(
        None, description="Its name, unique within the run; with `slo`, the SLO's by default."
    )
    nfr: Text | None = Field(
        None, description="The requirement that it stands for; the run's by default."
    )
    description: Text | None = Field(None, description="What must hold, in words.")
    slo: Name | None = Field(
        None,
        description="An SLO of this document, whose measure is taken, and without a bound its "
        "promise, too.",
    )
    ratio: RatioDocument | None = Field(None, description="A share of all events, from counters.")
    latency: LatencyDocument | None = Field(
        None, description="The share of events that are fast enough, from a histogram."
    )
    promql: PromqlDocument | None = Field(
        None, description="A share of events, from free expressions."
    )
    quantile: RunQuantileDocument | None = Field(
        None, description="A quantile of all observations of the run."
    )
    mean: MeanDocument | None = Field(None, description="The mean of all observations of the run.")
    rate: RunRateDocument | None = Field(None, description="Events per second.")
    events: EventsChoice | None = Field(None, description="How many events there were.")
    value: RunValueDocument | None = Field(
        None, description="A statistic of the values of any expression."
    )
    by: ByLabels | None = Field(
        None, description="Labels of which each set of values is checked on its own."
    )
    source: Name | None = Field(
        None, description="Which Prometheus is asked; that of the defaults by default."
    )
    at_least: Limit | None = Field(
        None, description="The lowest value that is right; of shares, of the good one."
    )
    at_most: Limit | None = Field(
        None, description="The highest value that is right; of shares, of the bad one."
    )
    objective: ObjectiveText | None = Field(
        None, description="Of a share of events: the share of good ones that is needed."
    )
    none: Always | None = Field(
        None,
        title="No events",
        description="Of events, or the bad ones of a share: there may be none.",
    )
    scales_with_load: Flag | None = Field(
        None,
        description="Whether the limits are multiplied by the scale that a run is played at; "
        "those of a `rate` always are.",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_measure(cls, data: Any) -> Any:  # noqa: ANN401  whatever stands in the file
        if isinstance(data, dict):
            found = [key for key in data if key in (*MEASURES, "slo")]
            if len(found) > 1:
                named = " and ".join(f"`{key}`" for key in found)
                message = f"a check has one measure, not {named}: keep one, or write two checks"
                raise Mistake("one-measure", message, at=(found[1],))
            if not found:
                choices = ", ".join(f"`{key}`" for key in ("slo", *MEASURES))
                raise Mistake("one-measure", f"a check needs a measure: add one of {choices}")
        return data


class CheckDocument(RequirementDocument):
    """What must hold over a run: a measure and its bound, which may be relative to a baseline."""

    recovers_within: Seconds | None = Field(
        None, description="How soon the measure must be back at its baseline, and stay there."
    )
    after: Name | None = Field(
        None,
        description="The phase whose end starts the clock of `recovers_within`; the first of "
        "several by default, or the start of the run.",
    )
    floor: Magnitude | None = Field(
        None, description="A difference from the baseline that does not count, however relative."
    )
    baseline: BaselineChoice | None = Field(
        None, description="What a change is relative to; that of the run by default."
    )
    severity: Severity = Field("fail", description="What it costs when it is broken.")


class RunDocument(Document):
    """A run: a load, and what must hold over it."""

    name: Name = Field(description="The run's name, unique within its service.")
    nfr: Text | None = Field(
        None, description="The requirement that it stands for, and its checks by default."
    )
    description: Text = Field("", description="What is played, in words.")
    load: LoadChoice | None = Field(
        None, description="The load that it stands for: one phase, or a list of them."
    )
    warm_up: Hold = Field(0, description="What is cut off at its start; `0s` by default.")
    cool_down: Hold = Field(0, description="What is cut off at its end; `0s` by default.")
    ends_within: Seconds | None = Field(None, description="How long it may last.")
    confidence: Confidence | None = Field(
        None, description="How sure a verdict must be, one-sided; `95%` by default."
    )
    least_events: Events = Field(
        DEFAULT_LEAST_EVENTS,
        description="The fewest events that a share, a quantile or a mean must rest on.",
    )
    baseline: BaselineChoice | None = Field(
        None, description="What changes are relative to, unless a check says otherwise."
    )
    requires: list[RequirementDocument] = Field(
        default_factory=list, description="What must hold for the run to be judged at all."
    )
    slos: SlosChoice | None = Field(
        None, description="SLOs of this document that must hold over the run; or `all`."
    )
    checks: list[CheckDocument] = Field(
        default_factory=list, description="What must hold over the run."
    )
