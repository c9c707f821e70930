"""Alert policies as they are written: what a policy does not say, the one below it does."""

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from slowatch.spec.fields import (
    BudgetShare,
    Confidence,
    Events,
    Hold,
    Labels,
    LookBack,
    Name,
    Seconds,
)
from slowatch.spec.mistake import Mistake
from slowatch.spec.sli_documents import Document

Raised = Literal["page", "ticket", "none"]
_NAMED, _WRITTEN = "(named)", "(written here)"


class BurnPairDocument(Document):
    """Two look-backs that must both burn too fast."""

    short: LookBack = Field(description="The look-back that says it still goes on.")
    long: LookBack = Field(description="The look-back that says it matters.")
    budget: BudgetShare = Field(
        description="The share of the window's budget that is gone when the long one has burnt so."
    )

    @model_validator(mode="after")
    def _check_order(self) -> Self:
        if self.short >= self.long:
            message = "`short` must be shorter than `long`: swap them, or make it shorter"
            raise Mistake("look-backs-swapped", message, at=("short",))
        return self


class BurnDocument(Document):
    """When burns of one severity are raised, and the labels of its alerts."""

    pairs: list[BurnPairDocument] | None = Field(
        None, description="Pairs of look-backs, of which any is enough; `[]` raises none."
    )
    hold: Hold | None = Field(
        None, alias="for", description="How long a pair must hold; `0s` by default."
    )
    labels: Labels = Field(
        default_factory=dict,
        description="Labels that all alerts of this severity get, for routing.",
    )


class LowTrafficDocument(Document):
    """What few events must show before they count as a burn."""

    bad_events: Events | None = Field(
        None, description="The fewest bad events in the long look-back; 3 by default."
    )
    confidence: Confidence | None = Field(
        None,
        description="How sure it must be that the true bad share is above the threshold; `95%` by "
        "default, and `50%` asks for nothing.",
    )


class BudgetExhaustedDocument(Document):
    """Whether an exhausted budget is raised."""

    severity: Raised = Field(description="`page`, `ticket`, or `none` to raise nothing.")


class BudgetLowDocument(Document):
    """Whether a budget that is nearly used up is raised."""

    severity: Raised | None = Field(
        None, description="`page`, `ticket`, or `none` to raise nothing."
    )
    below: BudgetShare | None = Field(
        None, description="The share that is left of it; `10%` by default."
    )


class BudgetEndingDocument(Document):
    """Whether a budget that ends soon at the present burn is raised."""

    severity: Raised | None = Field(
        None, description="`page`, `ticket`, or `none` to raise nothing."
    )
    within: Seconds | None = Field(
        None, description="The time until it is used up; `1d` by default."
    )


class SliAbsentDocument(Document):
    """Whether an SLI that is not measured is raised."""

    severity: Raised | None = Field(
        None, description="`page`, `ticket`, or `none` to raise nothing."
    )
    hold: LookBack | None = Field(
        None, alias="for", description="How long nothing was measured; `15m` by default."
    )


class PolicyDocument(Document):
    """What is raised, and how."""

    based_on: Name | None = Field(
        None, description="The policy that says what this one does not; `default` by default."
    )
    page: BurnDocument | None = Field(None, description="Burns that wake someone.")
    ticket: BurnDocument | None = Field(None, description="Burns that can wait for the day.")
    low_traffic: LowTrafficDocument | None = Field(
        None, description="What few events must show, before a burn of them is believed."
    )
    budget_exhausted: BudgetExhaustedDocument | None = Field(
        None, description="The budget is used up; a ticket by default."
    )
    budget_low: BudgetLowDocument | None = Field(
        None, description="Little is left of the budget; a ticket by default."
    )
    budget_ending: BudgetEndingDocument | None = Field(
        None, description="The budget ends soon at the present burn; a ticket by default."
    )
    sli_absent: SliAbsentDocument | None = Field(
        None, description="Nothing is measured; a ticket by default."
    )
    keep_firing_for: Hold | None = Field(
        None, description="How long an alert goes on after its condition; `5m` by default."
    )


def _form(value: object) -> str:
    return _WRITTEN if isinstance(value, dict | PolicyDocument) else _NAMED


PolicyChoice = Annotated[
    Annotated[Name, Tag(_NAMED)] | Annotated[PolicyDocument, Tag(_WRITTEN)],
    Discriminator(_form),
]
