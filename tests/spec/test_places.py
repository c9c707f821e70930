"""Problems point at the text that is wrong, whatever way YAML writes it."""

import pytest

from tests.spec.documents import pointed_at, problems


@pytest.mark.parametrize(
    ("slo", "expected"),
    [
        ("objctive: 1%", "objctive: 1%"),
        ("labels: {1a: x}", "1a: x}"),
        ("labels: {tier: 1}", "1}"),
        ("by: [a, le]", "le]"),
        ("by: [a, a]", "a]"),
        ("nfr:", "nfr:"),
        ("nfr: a\nnfr: b", "nfr: b"),
        ("objective: 99.9", "99.9"),
        ("window: {calendar: month, zone: Mars}", "Mars}"),
        ("window: {calendar: moon}", "moon}"),
        ("alerts: [{severity: page}]", "{severity: page}]"),
        ("sli: {ratio: {good: h, bad: h, total: h}}", "{good: h, bad: h, total: h}}"),
        ("sli: {ratio: {good: h, total: h}}", "h, total: h}}"),
        ("sli: {up: {metric: up}, ratio: {bad: h, total: t}}", "{bad: h, total: t}}"),
        ("sli: {latency: {histogram: h_bucket, under: 1}}", "h_bucket, under: 1}}"),
        ("slice_target: 95%", "95%"),
    ],
)
def test_problem_points_at_the_key_or_the_value(slo: str, expected: str) -> None:
    """Keys for what is about keys, values for what is about values."""
    assert [text for _, text in pointed_at(slo)] == [expected]


@pytest.mark.parametrize(
    ("written", "expected"),
    [
        ("query: max(m) b", "b"),
        ("query: 'max(m) b'", "b'"),
        ("query: 'max(m{a=\"''\"}) b'", "b'"),
        ('query: "max(m{a=\\"x\\"}) b"', 'b"'),
        ('query: "max(m)\\tb"', 'b"'),
        ("query: |\n  max(m)\n    b\n", "b"),
        ("query: |2\n  max(m)\n\n\n  b\n", "b"),
        ("query: >-\n  max(m)\n  b\n", "b"),
        ("query: max(m)\n  b", "b"),
        ("query: &anchor 'max(m) b'", "b'"),
        ("query: rate(m)", "rate(m)"),
        ("query: sum(rate(m[5m])) + rate(m)", "rate(m)"),
        ("query: abs(frob(m))", "frob(m))"),
        ("query: m[$foo]", "$foo]"),
        ("query: max(m{a=~'('})", "'('})"),
    ],
)
def test_promql_problem_points_into_the_expression(written: str, expected: str) -> None:
    """The mapping is exact unless an escape hides a character."""
    query = written.replace("\n", "\n    ")
    found = pointed_at(f"sli:\n  value:\n    at_most: 1\n    {query}")
    assert [text for _, text in found] == [expected]


def test_hidden_characters_make_the_problem_point_at_the_start() -> None:
    """An escape such as `\\x20` stands for something that is not seen in the file."""
    slo = 'sli: {value: {at_most: 1, query: "max(m\\x7b\\x7d) b"}}'
    assert [text for _, text in pointed_at(slo)] == ['"max(m\\x7b\\x7d) b"}}']


def test_expression_that_ends_too_early_points_behind_its_end() -> None:
    """The missing text belongs there."""
    problem = problems("name: x\nsli: {value: {at_most: 1, query: 'sum(rate(m[5m])'}}")[0]
    line = "    sli: {value: {at_most: 1, query: 'sum(rate(m[5m])'}}"
    assert (problem.line, problem.column) == (5, line.index("'}}") + 1)
    assert "add the missing `)`" in problem.message


def test_problem_of_an_alias_points_at_its_anchor() -> None:
    """The text that is wrong stands there."""
    slo = "name: x\nby: &labels [1a]\nlabels: {x: a}\nalerts: []\ndescription: *labels"
    assert {problem.line for problem in problems(slo)} == {5}


@pytest.mark.parametrize("template", ["{{ .x }}", "'{{ .x }}'", "{% x %}", "'{% x %}'"])
def test_template_text_is_told_from_a_syntax_error(template: str) -> None:
    """A chart's author must render it, not repair it."""
    found = problems(f"objective: {template}")
    assert [(p.code, p.line, p.column) for p in found] == [("template-text", 4, 16)]


def test_template_line_between_keys_is_template_text() -> None:
    """A condition of a chart stands on a line of its own."""
    found = problems("name: x\n{{- if .Values.on }}\nobjective: 99%")
    assert [(p.code, p.line) for p in found] == [("template-text", 5)]


def test_braces_inside_text_are_fine() -> None:
    """A label's value may hold them, and a description anything."""
    slo = """description: '{{ $labels.x }}'
sli: {ratio: {bad: 'h{p="{{id}}"}', total: h}}
by: [1]"""
    assert [code for code, _ in pointed_at(slo)] == ["wrong-type"]
