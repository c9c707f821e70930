"""The native format as it is written: a service, its defaults, its SLOs."""

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from slowatch.slo.policy import Severity
from slowatch.slo.window import CalendarUnit, CalendarWindow, RollingWindow, Window
from slowatch.spec.compiled import NoData
from slowatch.spec.fields import (
    ByLabels,
    Flag,
    Hold,
    Labels,
    Link,
    Name,
    ObjectiveText,
    Rolling,
    SliceTarget,
    Text,
    Zone,
)
from slowatch.spec.policy_documents import PolicyChoice, PolicyDocument
from slowatch.spec.run_documents import RunDocument
from slowatch.spec.sli_documents import Document, SliDocument

API_VERSION = "slowatch/v1"
_ROLLING, _CALENDAR = "(rolling)", "(calendar)"
Budgeting = Literal["occurrences", "timeslices", "ratio_timeslices"]


class CalendarDocument(Document):
    """A window on the calendar."""

    calendar: CalendarUnit = Field(description="The unit whose present one is the window.")
    zone: Zone = Field("UTC", description="The time zone whose midnight starts the unit.")


def _window_form(value: object) -> str:
    return _CALENDAR if isinstance(value, dict | CalendarDocument) else _ROLLING


WindowDocument = Annotated[
    Annotated[Rolling, Tag(_ROLLING)] | Annotated[CalendarDocument, Tag(_CALENDAR)],
    Discriminator(_window_form),
]


def window_of(document: RollingWindow | CalendarDocument) -> Window:
    """The window that a document means."""
    if isinstance(document, RollingWindow):
        return document
    return CalendarWindow(document.calendar, document.zone)


class AlertDocument(Document):
    """A plain threshold alert on an SLI's own bound."""

    name: Name | None = Field(
        None, description="The alert's name; the SLO's with `-threshold` by default."
    )
    nfr: Text | None = Field(None, description="The requirement that the alert stands for.")
    hold: Hold = Field(
        alias="for", description="How long the bound must be broken without a pause."
    )
    severity: Severity = Field("ticket", description="Whether it wakes someone or can wait.")


class _Shared(Document):
    """What an SLO and the defaults of its file have in common."""

    objective: ObjectiveText | None = Field(
        None, description="The share of good events promised: `99.9%`, or `0.999`."
    )
    window: WindowDocument | None = Field(
        None, description="The span the objective is about; `30d` by default."
    )
    by: ByLabels | None = Field(
        None, description="Labels of which each set of values has its own budget."
    )
    budgeting: Budgeting | None = Field(
        None, description="Whether events are counted, or slots; `occurrences` by default."
    )
    slice_target: SliceTarget | None = Field(
        None, description="The share of good events that makes a slot good, for `timeslices`."
    )
    no_data: NoData | None = Field(
        None, description="What a slot without data counts as; `missing` by default."
    )
    labels: Labels = Field(
        default_factory=dict, description="Labels for routing and for choosing SLOs."
    )
    policy: PolicyChoice | None = Field(
        None,
        description="What is raised when: a policy's name, or what differs; `default` by default.",
    )
    runbook: Link | None = Field(None, description="What to do about its alerts, as a link.")
    dashboard: Link | None = Field(None, description="Where to look, as a link.")
    source: Name | None = Field(
        None,
        description="Which Prometheus is asked: a name under `sources` in the settings; `default`, "
        "that of `prometheus_url`, by default.",
    )


class DefaultsDocument(_Shared):
    """What the SLOs of the document say unless they say otherwise."""


class SloDocument(_Shared):
    """One SLO."""

    name: Name = Field(description="The SLO's name, unique within its service.")
    nfr: Text | None = Field(None, description="The requirement it watches, as its team calls it.")
    description: Text = Field("", description="What is promised, in words.")
    alerts: list[AlertDocument] = Field(
        default_factory=list, description="Plain threshold alerts, besides those on burn rates."
    )
    scales_with_load: Flag | None = Field(
        None,
        description="Whether the bounds of a `value` are multiplied by the scale that a run is "
        "played at.",
    )
    sli: SliDocument = Field(description="What is measured, as one of the kinds of SLI.")


class SpecDocument(Document):
    """A service, its SLOs and its runs."""

    api_version: Literal["slowatch/v1"] = Field(
        alias="apiVersion", description="The format; always `slowatch/v1`."
    )
    service: Name = Field(description="The service that the SLOs are about.")
    description: Text = Field("", description="What the service does, in words.")
    labels: Labels = Field(default_factory=dict, description="Labels that all its SLOs get.")
    policies: dict[Name, PolicyDocument] = Field(
        default_factory=dict, description="Alert policies that SLOs of this document may name."
    )
    defaults: DefaultsDocument = Field(
        default_factory=DefaultsDocument, description="What its SLOs say unless they say otherwise."
    )
    slos: Annotated[list[SloDocument], Field(min_length=1)] = Field(description="Its SLOs.")
    runs: list[RunDocument] = Field(
        default_factory=list, description="Its runs: stretches of load, and what must hold."
    )
