"""Spec texts for tests, from the few keys that a test is about."""

import re
from textwrap import dedent, indent

from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.problem import Problem
from slowatch.spec.reading import read_text

_BASE = {
    "name": "example",
    "objective": "99.9%",
    "sli": "{ratio: {good: 'hits_total{code=\"200\"}', total: hits_total}}",
}


def spec_text(slo: str) -> str:
    """A document with one SLO that has the given keys, and those it needs besides."""
    slo = dedent(slo).strip("\n")
    if slo.startswith("apiVersion"):
        return slo
    rest = [f"{k}: {v}" for k, v in _BASE.items() if not re.search(rf"^{k}:", slo, re.MULTILINE)]
    lines = indent("\n".join([slo, *rest]), "    ").strip()
    return f"apiVersion: slowatch/v1\nservice: shop\nslos:\n  - {lines}\n"


def compiled(slo: str) -> CompiledSlo:
    """The only SLO of a document that has no problem."""
    reading = read_text(spec_text(slo), "spec.yaml")
    assert reading.problems == ()
    return reading.slos[0]


def problems(slo: str) -> list[Problem]:
    """The problems of a document with one SLO; none of it may be used."""
    reading = read_text(spec_text(slo), "spec.yaml")
    assert reading.slos == ()
    return list(reading.problems)


def pointed_at(slo: str) -> list[tuple[str, str]]:
    """Each problem's code, and the text from the place on that it points at."""
    lines = spec_text(slo).splitlines()
    return [(p.code, lines[p.line - 1][p.column - 1 :]) for p in problems(slo)]
