"""From plain data to documents, or to findings: what pydantic says, in our words."""

from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

from slowatch.spec.documents import SpecDocument
from slowatch.spec.mistake import Finding, Location, Mistake, nearest
from slowatch.spec.plain_data import Plain

MAX_FINDINGS = 500
_MAPPING = "a mapping: write `key: value` pairs below it"
_EXPECTED = {
    "list_type": "a list: put `- ` in front of each entry",
    "dict_type": _MAPPING,
    "model_type": _MAPPING,
    "model_attributes_type": _MAPPING,
}


@dataclass(frozen=True, slots=True)
class Validated:
    """What is right in a document: its SLOs and runs that are, and their places in its lists.

    `document` is None where no SLO is right, or something that all of them need is not.
    """

    document: SpecDocument | None
    indexes: tuple[int, ...]
    findings: tuple[Finding, ...]
    run_indexes: tuple[int, ...] = ()


def validate(data: dict[str, Plain], earlier: list[Finding]) -> Validated:
    """Validate a document's data; `earlier` findings about the same places stand for new ones."""
    document, new = _model_or_findings(data)
    known = {finding.location for finding in earlier}
    unknown = [finding for finding in new if finding.location not in known]
    findings = limited(earlier) + unknown
    if not isinstance(data.get("slos"), list) or not all(map(_is_of_a_part, findings)):
        return Validated(None, (), tuple(findings))
    slos, indexes = _right(data, "slos", findings)
    runs, run_indexes = _right(data, "runs", findings)
    if findings:
        document, _ = _model_or_findings({**data, "slos": slos, "runs": runs})
    return Validated(document, indexes, tuple(findings), run_indexes)


def _is_of_a_part(finding: Finding) -> bool:
    """Whether a finding is about an SLO or about runs: the others do not need those."""
    match finding.location:
        case ("slos", int(), *_) | ("runs", *_):
            return True
    return False


def _right(
    data: dict[str, Plain], key: str, findings: list[Finding]
) -> tuple[list[Plain], tuple[int, ...]]:
    """The entries of a list that nothing is wrong with, and their places in it."""
    written = data.get(key)
    wrong = {finding.location[1:2] for finding in findings if finding.location[:1] == (key,)}
    if not isinstance(written, list) or () in wrong:
        return [], ()
    indexes = tuple(index for index in range(len(written)) if (index,) not in wrong)
    return [written[index] for index in indexes], indexes


def _model_or_findings(data: dict[str, Plain]) -> tuple[SpecDocument | None, list[Finding]]:
    try:
        return SpecDocument.model_validate(data), []
    except ValidationError as error:
        details = error.errors(include_url=False, include_input=False)
    return None, limited([_finding(detail) for detail in details[: MAX_FINDINGS + 1]])


def limited(findings: list[Finding]) -> list[Finding]:
    """The first findings of a document; more than a person reads are not worth the time."""
    if len(findings) <= MAX_FINDINGS:
        return findings
    message = f"there are more than {MAX_FINDINGS} problems in this document: fix the others first"
    return [*findings[:MAX_FINDINGS], Finding((), "too-many-problems", message)]


def _finding(detail: ErrorDetails) -> Finding:
    location, context = detail["loc"], detail.get("ctx", {})
    mistake = context.get("error")
    if isinstance(mistake, Mistake):
        return _from_mistake(location, mistake)
    match detail["type"]:
        case "extra_forbidden":
            return _unknown_key(location)
        case "missing":
            return _missing_key(location)
        case "literal_error":
            expected = str(context.get("expected", ""))
            message = f"this value is not known: write {expected.replace(chr(39), '`')}"
            return Finding(location, "unknown-value", message)
        case "too_short" | "too_long":
            return _wrong_length(location, context)
    expected = _EXPECTED.get(detail["type"], f"something else ({detail['msg']})")
    return Finding(location, "wrong-type", f"this should be {expected}")


def _from_mistake(location: Location, mistake: Mistake) -> Finding:
    if location and location[-1] == "[key]":
        return Finding(location[:-1], mistake.code, mistake.message, at_key=True)
    return Finding(location + mistake.at, mistake.code, mistake.message, mistake.offset)


def _unknown_key(location: Location) -> Finding:
    hint = nearest(str(location[-1]), list(_fields_at(location[:-1])))
    message = f"the key `{location[-1]}` is not known here{hint}"
    return Finding(location, "unknown-key", message, at_key=True)


def _missing_key(location: Location) -> Finding:
    field = _fields_at(location[:-1]).get(str(location[-1]))
    purpose = f" ({field.description})" if field is not None else ""
    message = f"the key `{location[-1]}` is missing: add it{purpose}"
    return Finding(location[:-1], "missing-key", message, at_key=True)


def _wrong_length(location: Location, context: dict[str, Any]) -> Finding:
    minimum, actual = context.get("min_length", 0), context.get("actual_length", 0)
    if actual == 0:
        message = "this list is empty: add an entry or remove what holds it"
        return Finding(location, "empty-list", message, at_key=True)
    message = f"this list should have {minimum or 'other'} entries, not {actual}"
    return Finding(location, "wrong-type", message)


def _fields_at(location: Location) -> dict[str, FieldInfo]:
    """The fields of the mapping at a location, by the keys that they have in a file."""
    annotation: Any = SpecDocument
    for part in location:
        fields = _fields_of(annotation)
        if isinstance(part, str) and part in fields:
            annotation = fields[part].annotation
    return _fields_of(annotation)


def _fields_of(annotation: Any) -> dict[str, FieldInfo]:  # noqa: ANN401  an annotation is anything
    return {
        field.alias or name: field
        for model in _models_in(annotation)
        for name, field in model.model_fields.items()
    }


def _models_in(annotation: Any) -> list[type[BaseModel]]:  # noqa: ANN401  an annotation is anything
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for inner in get_args(annotation) for model in _models_in(inner)]
