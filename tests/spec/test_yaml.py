"""What YAML may do in a spec, and what it may not."""

import time

import pytest

from slowatch.spec.reading import Reading, read_text
from tests.spec.documents import compiled, spec_text

SPEC = spec_text("name: orders")


def codes(text: str | bytes) -> list[str]:
    """The codes of a text's problems."""
    return [problem.code for problem in read_text(text, "spec.yaml").problems]


def test_file_may_hold_several_documents() -> None:
    """Blank ones are passed over."""
    text = f"{SPEC}---\n---\n{SPEC.replace('shop', 'bank')}---\n"
    assert [slo.id for slo in read_text(text, "x").slos] == ["shop/orders", "bank/orders"]


def test_document_before_a_syntax_error_still_counts() -> None:
    """And the error is reported with its line."""
    reading = read_text(f"{SPEC}---\na: b: c\n", "x")
    assert [slo.id for slo in reading.slos] == ["shop/orders"]
    assert [(p.code, p.line) for p in reading.problems] == [("yaml-syntax", 8)]


def test_same_id_twice_is_a_problem_of_the_second() -> None:
    """The message says where the first one stands."""
    reading = read_text(f"{SPEC}---\n{SPEC}", "x.yaml")
    assert [slo.line for slo in reading.slos] == [4]
    assert [(p.code, p.line) for p in reading.problems] == [("duplicate-slo", 11)]
    assert "x.yaml:4:11" in reading.problems[0].message


def test_byte_order_mark_is_passed_over() -> None:
    """Some editors write one."""
    assert codes(b"\xef\xbb\xbf" + SPEC.encode()) == []


def test_windows_line_ends_are_line_ends() -> None:
    """Places stay right."""
    text = SPEC.replace("99.9%", "99.9").replace("\n", "\r\n")
    assert [(p.code, p.line) for p in read_text(text, "x").problems] == [
        ("percent-sign-missing", 5)
    ]


def test_merge_key_gives_way_to_own_keys() -> None:
    """As YAML's merge does everywhere."""
    text = """
apiVersion: slowatch/v1
service: shop
slos:
  - &base
    name: a
    objective: 99%
    sli: {ratio: {bad: e, total: t}}
  - {<<: *base, name: b, objective: 95%}
  - {<<: [*base], name: c}
"""
    slos = read_text(text, "x").slos
    assert [(slo.name, str(slo.objective.ratio)) for slo in slos] == [
        ("a", "0.99"),
        ("b", "0.95"),
        ("c", "0.99"),
    ]


@pytest.mark.parametrize("word", ["on", "yes", "no", "1.2.3", "0x1f", "2024-01-01", "1:30"])
def test_only_yaml_1_2_words_are_special(word: str) -> None:
    """A name that reads like a date is a name."""
    assert compiled(f"nfr: {word}").nfr == word


@pytest.mark.parametrize("word", ["true", "12", "1.5", "1e3"])
def test_text_that_yaml_takes_for_something_else_needs_quotes(word: str) -> None:
    """It is not guessed back."""
    assert codes(spec_text(f"nfr: {word}")) == ["wrong-type"]
    assert compiled(f"nfr: '{word}'").nfr == word
    assert compiled(f"nfr: !!str {word}").nfr == word


@pytest.mark.parametrize(
    "text",
    [
        "[" * 200_000,
        "- " * 100_000 + "a",
        "{a: " * 100_000,
        "a: &x [*x]",
        "a: *nothing",
        "&a [" + "*a," * 1000 + "]",
        "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)),
        "a0: &a0 [x]\n"
        + "\n".join(f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 30)),
        "a0: &a0 [x]\n" + "\n".join(f"a{n}: &a{n} [*a{n - 1}]" for n in range(1, 100)),
        "? [a, b]\n: c",
        "!!python/object/apply:os.system [ls]",
    ],
)
def test_bomb_is_a_quick_problem(text: str) -> None:
    """Deep nesting and aliases that multiply are stopped while they are read."""
    started = time.monotonic()
    assert codes(text)
    assert time.monotonic() - started < 2


def test_reading_many_mistakes_ends_soon() -> None:
    """Fifty thousand unknown keys are not looked up one by one."""
    started = time.monotonic()
    found = codes(spec_text("\n".join(f"k{n}: x" for n in range(30_000))))
    assert found.count("too-many-problems") == 1
    assert time.monotonic() - started < 5


def test_empty_document_says_so() -> None:
    """An empty file is no spec."""
    assert codes("") == codes("---\n") == codes("# a\n") == ["empty-file"]


@pytest.mark.parametrize("text", ["- a", "text", "5", "[]"])
def test_document_must_be_a_mapping(text: str) -> None:
    """Whatever else it is."""
    assert codes(text) == ["wrong-type"]


def test_text_with_lone_surrogates_is_not_utf_8() -> None:
    """It cannot have come from a file."""
    assert codes("a: \ud800") == ["not-utf-8"]


def test_nothing_but_problems_leaves_nothing() -> None:
    """A reading is a value."""
    assert read_text(SPEC, "x") == read_text(SPEC.encode(), "x")
    assert isinstance(read_text("", "x"), Reading)
