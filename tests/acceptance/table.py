"""The table: row by row what was required and measured, and what else each variant failed."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from slowatch.demo.systems.variants import VariantName
from tests.acceptance.catalogue import IDS
from tests.acceptance.expected import FAILS
from tests.acceptance.outcomes import Outcome

HEADS = ("system", "row", "requirement", "measured in health", "verdict")


@dataclass(frozen=True, slots=True)
class Difference:
    """A row of a variant that is not as it should be."""

    variant: VariantName
    outcome: Outcome

    @property
    def told(self) -> str:
        """In a line."""
        one = self.outcome
        should = "fail" if one.row.id in FAILS[self.variant] else "pass"
        why = f" ({one.reason})" if one.reason else ""
        return f"{self.variant}: {one.row.id} is {one.verdict}, not {should}: {one.measured}{why}"


def differences(found: Mapping[VariantName, Sequence[Outcome]]) -> list[Difference]:
    """All that is not as expected."""
    return [
        Difference(variant, one)
        for variant, outcomes in found.items()
        for one in outcomes
        if one.verdict != ("fail" if one.row.id in FAILS[variant] else "pass")
    ]


def markdown(found: Mapping[VariantName, Sequence[Outcome]]) -> str:
    """Both tables and the differences, which a terminal shows as well."""
    return "\n".join((*_rows(found), "", *_variants(found), "", *_differences(found), ""))


def document(found: Mapping[VariantName, Sequence[Outcome]]) -> dict[str, object]:
    """The same for programs."""
    return {
        "accepted": not differences(found),
        "variants": {
            variant: [
                {
                    "system": one.row.system,
                    "row": one.row.id,
                    "requirement": one.row.says,
                    "measured": one.measured,
                    "verdict": one.verdict,
                    "expected": "fail" if one.row.id in FAILS[variant] else "pass",
                    "reason": one.reason,
                }
                for one in outcomes
            ]
            for variant, outcomes in found.items()
        },
    }


def _rows(found: Mapping[VariantName, Sequence[Outcome]]) -> Iterator[str]:
    healthy = found.get("healthy") or next(iter(found.values()))
    cells = [
        (one.row.system, one.row.id, one.row.says, one.measured, one.verdict) for one in healthy
    ]
    yield from _lined_up([HEADS, *cells])


def _variants(found: Mapping[VariantName, Sequence[Outcome]]) -> Iterator[str]:
    cells = []
    for variant, outcomes in found.items():
        ids = {one.row.id for one in outcomes}
        failed = [one.row.id for one in outcomes if one.verdict == "fail"]
        is_right = not any(one.variant == variant for one in differences(found))
        assert FAILS[variant] <= IDS
        should = len(FAILS[variant] & ids)
        told = ", ".join(failed) or "none"
        cells.append((variant, f"{len(failed)} of {should}", told, "yes" if is_right else "NO"))
    yield from _lined_up([("variant", "failed", "rows that fail", "as expected"), *cells])


def _differences(found: Mapping[VariantName, Sequence[Outcome]]) -> Iterator[str]:
    wrong = differences(found)
    yield f"{len(wrong)} rows are not as expected" if wrong else "every row is as expected"
    yield from (f"- {one.told}" for one in wrong)


def _lined_up(cells: Sequence[Sequence[str]]) -> Iterator[str]:
    widths = [max(len(row[nth]) for row in cells) for nth in range(len(cells[0]))]
    for nth, row in enumerate(cells):
        padded = (cell.ljust(width) for cell, width in zip(row, widths, strict=True))
        yield f"| {' | '.join(padded)} |"
        if nth == 0:
            yield f"|{'|'.join('-' * (width + 2) for width in widths)}|"
