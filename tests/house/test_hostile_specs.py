"""Values from specs are quoted wherever PromQL is made of them: none of it ends a string."""

import json
import re
import subprocess
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

import promql_parser
import pytest
import yaml
from hypothesis import example, given, settings
from hypothesis import strategies as st

from slowatch.dashboards.rendering import documents
from slowatch.dashboards.subject import Addresses
from slowatch.evaluate.asked import asked_of
from slowatch.evaluate.expressions import Lengths
from slowatch.evaluate.question import question_of
from slowatch.render.formats import rules_text
from slowatch.render.groups import Manner, rule_groups
from slowatch.render.over_daemon import daemon_groups
from slowatch.render.rule import RuleGroup
from slowatch.source.chains import chain_of
from slowatch.source.planning import grouped
from slowatch.spec.compiled import CompiledSlo
from slowatch.spec.reading import read_text

HARMLESS = "harmless"
PIECES = (
    *"\"'`\\{}[]()|.+*?^$,=~!#%-_: \n\r\t\0\x7f",
    "a",
    "é",
    "𝄞",
    "\u2028",
    '"} or vector(1) or up{a="',
    "$__interval",
    "${datasource}",
    "{{ $value }}",
    "{{",
    "\\n",
    "\\",
    '", "", "")',
)
OF_GRAFANA = re.compile(r'("(?:\\.|[^"\\])*")|\$__(?:rate_)?interval')
"""Strings, and the variables outside of them that Grafana fills in."""
HOSTILE = st.lists(st.sampled_from(PIECES), min_size=1, max_size=8).map("".join)


def spec(value: str) -> str:
    """A spec in which a value stands wherever a value may."""
    quoted = json.dumps(value, ensure_ascii=False)
    one = f"done_total{{ok='1',who={quoted}}}"
    slo: dict[str, Any] = {"objective": "99%", "labels": {"team": value}, "description": value}
    counters = {"ratio": {"good": one, "total": f"done_total{{who={quoted}}}"}}
    latency = {"latency": {"histogram": f"took_seconds{{who={quoted}}}", "under": "1s"}}
    level = {"value": {"query": f"max(queue{{who={quoted}}})", "at_most": 5}}
    up = {"up": {"metric": f"up{{who!={quoted}}}"}}
    free = {
        "promql": {
            "good": f"sum(increase({one}[$window]))",
            "total": f"sum(increase(all_total{{who={quoted}}}[$window]))",
        }
    }
    document = {
        "apiVersion": "slowatch/v1",
        "service": "shop",
        "labels": {"owner": value},
        "slos": [
            {"name": name, **slo, "sli": sli, "nfr": "N1"}
            for name, sli in (
                ("ratio", counters),
                ("latency", latency),
                ("level", level),
                ("up", up),
                ("free", free),
            )
        ],
    }
    return yaml.safe_dump(document)


def slos(value: str) -> tuple[CompiledSlo, ...]:
    """What is read of it."""
    reading = read_text(spec(value), "rules.yaml")
    assert [str(problem) for problem in reading.problems if problem.severity == "error"] == []
    return tuple(reading.slos)


def expressions(value: str) -> Iterator[str]:
    """All PromQL that is made of it: asked, recorded, alerted on, drawn."""
    read = slos(value)
    for slo in read:
        for asked in asked_of(question_of(slo, 60), Lengths(60, 15)):
            yield asked.promql
    for groups in (rule_groups(read), daemon_groups(read, Manner())):
        for group in groups:
            yield from (rule.expr for rule in group.rules)
    for source in ("prometheus", "slowatch"):
        yield from drawn(documents(read, source, Addresses()))


def drawn(found: Any) -> Iterator[str]:  # noqa: ANN401  any JSON
    """The expressions of dashboards."""
    if isinstance(found, Mapping):
        for name, inner in found.items():
            if name == "expr":
                yield OF_GRAFANA.sub(lambda one: one[1] or "5m", inner)
            else:
                yield from drawn(inner)
    elif isinstance(found, list | tuple):
        for inner in found:
            yield from drawn(inner)


class Selector(NamedTuple):
    """A metric, and the label, operator and value of each matcher."""

    metric: str
    matchers: tuple[tuple[str, str, str], ...]


def parts(expression: str) -> list[object]:
    """An expression's nodes in order, with the names, operators and strings in them."""
    found: list[object] = []

    def visit(node: promql_parser.Expr) -> None:
        match node:
            case promql_parser.VectorSelector():
                own = [(m.name, str(m.op), m.value) for m in node.matchers.matchers]
                found.append(Selector(node.name or "", tuple(sorted(own))))
            case promql_parser.StringLiteral():
                found.append(node.val)
            case promql_parser.AggregateExpr():
                labels = node.modifier.labels if node.modifier else []
                found.append((str(node.op), *labels))
            case promql_parser.Call():
                found.append(node.func.name)
            case _:
                found.append(type(node).__name__)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def swapped(part: object, value: str) -> object:
    """The same with the harmless value in place of another."""
    if isinstance(part, tuple):
        return tuple(swapped(one, value) for one in part)
    return HARMLESS if part == value else part


USUAL = [parts(one) for one in expressions(HARMLESS)]


@settings(max_examples=25, deadline=None)
@given(HOSTILE)
@example('"} or vector(1) or up{who="')
@example("\\")
@example("$__interval")
def test_a_value_changes_nothing_of_an_expression_but_itself(value: str) -> None:
    made = [parts(one) for one in expressions(value)]
    assert len(made) == len(USUAL)
    for one, usual in zip(made, USUAL, strict=True):
        assert [swapped(part, value) for part in one] == usual


@settings(max_examples=200, deadline=None)
@given(st.lists(HOSTILE, min_size=2, max_size=5, unique=True))
def test_values_that_are_asked_together_are_those_and_no_others(values: list[str]) -> None:
    """One pattern names them all: it matches each as a whole, and nothing else."""
    found = [
        chain_of(f"sum(rate(done_total{{who={json.dumps(v, ensure_ascii=False)}}}[1m]))")
        for v in values
    ]
    (group,) = grouped([chain for chain in found if chain is not None])
    asked = group.first.render(group.matchers, group.varying)
    selectors = [part for part in parts(asked) if isinstance(part, Selector)]
    ((label, _, pattern),) = selectors[0].matchers
    assert (len(selectors), label) == (1, "who")
    for value in values:
        assert re.fullmatch(pattern, value, re.DOTALL)
        for other in (value + "x", "x" + value, value[:-1], HARMLESS):
            assert bool(re.fullmatch(pattern, other, re.DOTALL)) == (other in values)


@pytest.mark.parametrize("groups", [rule_groups, daemon_groups])
def test_prometheus_takes_rules_of_hostile_values(
    tmp_path: Path, groups: Callable[..., tuple[RuleGroup, ...]]
) -> None:
    """Labels and annotations are templates, too: what stands in them is checked with them."""
    for number, value in enumerate(PIECES):
        rules = tmp_path / f"{number}.yml"
        rules.write_text(rules_text(groups(slos(value), Manner()), "prometheus"))
    found = sorted(str(path) for path in tmp_path.glob("*.yml"))
    done = subprocess.run(["promtool", "check", "rules", *found], capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
