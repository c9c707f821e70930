"""A bound as JSON and back, with every digit that it has."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from slowatch.spec.compiled_runs import Bound, Change, Limits, Recovery


def document_of_bound(bound: Bound) -> dict[str, object]:
    """Its kind, and what it says; exact numbers as texts, in the measure's own unit."""
    if isinstance(bound, Recovery):
        change = document_of_bound(bound.change)
        return change | {"kind": "recovery", "within_s": bound.within_s, "after": bound.after}
    limits = {"at_least": _text(bound.at_least), "at_most": _text(bound.at_most)}
    if isinstance(bound, Change):
        return {"kind": "change", **limits, "floor": _text(bound.floor)}
    return {"kind": "limits", **limits}


def bound_of(document: Mapping[str, Any]) -> Bound:
    """The bound that a document tells of. Raises KeyError, ValueError, ArithmeticError."""
    limits = Limits(_exact(document["at_least"]), _exact(document["at_most"]))
    if document["kind"] == "limits":
        return limits
    change = Change(limits.at_least, limits.at_most, Decimal(document["floor"]))
    if document["kind"] == "change":
        return change
    if document["kind"] == "recovery":
        return Recovery(document["within_s"], change, document["after"])
    raise ValueError(f"no bound is a {document['kind']!r}")


def _text(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _exact(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
