"""What is wrong with a file: a value with a place, a stable code, and what to do."""

from dataclasses import dataclass
from typing import Literal

ProblemCode = Literal[
    # files
    "file-not-found",
    "unreadable-file",
    "no-spec-files",
    "not-utf-8",
    "too-large",
    "too-deep",
    "too-many-problems",
    "empty-file",
    "yaml-syntax",
    "yaml-tag",
    "template-text",
    "unknown-api-version",
    # keys and values
    "duplicate-key",
    "unknown-key",
    "missing-key",
    "empty-value",
    "empty-list",
    "wrong-type",
    "unknown-value",
    "bad-share",
    "percent-sign-missing",
    "bad-duration",
    "bad-quantity",
    "bad-link",
    "out-of-range",
    "unknown-zone",
    # names
    "invalid-name",
    "invalid-label",
    "reserved-label",
    "duplicate-label",
    "duplicate-slo",
    "duplicate-alert",
    "duplicate-run",
    "duplicate-check",
    "duplicate-phase",
    "unknown-source",
    "unknown-slo",
    "unknown-run",
    "unknown-phase",
    # what must agree
    "one-sli-kind",
    "good-or-bad",
    "good-is-total",
    "good-not-in-total",
    "bounds-missing",
    "bounds-swapped",
    "bounds-conflict",
    "slice-target",
    "unknown-policy",
    "policy-cycle",
    "look-backs-swapped",
    "histogram-suffix",
    # what must agree in a run
    "empty-run",
    "nothing-left",
    "one-measure",
    "one-baseline",
    "baseline-missing",
    "bound-not-possible",
    # what is right and hardly meant
    "alert-never-fires",
    "pair-too-slow",
    "look-back-too-long",
    "look-back-too-short",
    "objective-too-tight",
    # PromQL
    "promql-syntax",
    "promql-function",
    "promql-type",
    "promql-too-long",
    "not-a-counter",
    "modifier-not-allowed",
    "metric-name-missing",
    "window-missing",
]
"""Every code of the native format; `docs/problems.md` has a section for each."""


@dataclass(frozen=True, slots=True, order=True)
class Problem:
    """One mistake in a spec file, or a warning about what is hardly meant.

    `line` and `column` count from 1 and point at the offending text; `code` is stable and listed in
    `docs/problems.md`; `message` says what is wrong and what to do about it. An SLO with a mistake
    is left out; one with a warning is used.
    """

    path: str
    line: int
    column: int
    code: str
    message: str
    severity: Literal["error", "warning"] = "error"

    @property
    def is_mistake(self) -> bool:
        """Whether it is more than a warning."""
        return self.severity == "error"

    def __str__(self) -> str:
        word = "warning: " if self.severity == "warning" else ""
        return f"{self.path}:{self.line}:{self.column}: {word}{self.message} [{self.code}]"
