"""Whatever stands in a file, reading it yields SLOs and problems, never an exception."""

import json
import random
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from slowatch.spec.reading import Reading, read_text
from tests.spec.documents import spec_text
from tests.spec.test_problems import EXAMPLES

FULL = (Path(__file__).parent / "full.yaml").read_text()
SEEDS = [FULL, *(spec_text(block) for blocks in EXAMPLES.values() for block in blocks)]
PIECES = [
    *("{{ x }}", "{% x %}", "&a ", "*a", "<<: *a\n", "!!str ", "!x ", "? ", "- ", ": ", "\t"),
    *("|\n", ">\n", "'", '"', "\\", "[", "]", "{", "}", "#", "\n", "null", "~", "1e999", ".inf"),
    *(
        "99.9",
        "-1",
        "0",
        "true",
        "$window",
        "$slot",
        "[1e99]",
        "((((",
        "\x00",
        "\x85",
        "é",
        "\ufeff",
    ),
    *("offset 1e99", "@ 1e300", "`", "0x1f", "9" * 60, "1e-400", "...\n", "---\n", "%YAML 3\n"),
]


def check(reading: Reading) -> None:
    """What holds for every reading."""
    assert list(reading.problems) == sorted(reading.problems)
    for problem in reading.problems:
        assert problem.line >= 1
        assert problem.column >= 1
        assert problem.message


def mutated(text: str, chance: random.Random) -> str:
    """The text after a few random edits."""
    for _ in range(chance.randint(1, 4)):
        at = chance.randrange(len(text) + 1)
        width = chance.choice((0, 0, 1, 1, 3, 20, 200))
        piece = chance.choice(("", chance.choice(PIECES), chr(chance.randrange(0x250))))
        text = text[:at] + piece + text[at + width :]
    return text


@pytest.mark.parametrize("seed", range(8))
def test_mutated_file_never_raises(seed: int) -> None:
    """Files that were right once are the likeliest to reach deep code."""
    chance = random.Random(seed)  # noqa: S311  a test repeats itself
    for _ in range(60):
        check(read_text(mutated(chance.choice(SEEDS), chance), "spec.yaml"))


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.binary(max_size=200))
@example(b"\xff\xfe")
@example(b"")
def test_any_bytes_never_raise(content: bytes) -> None:
    """A spec folder may hold anything."""
    check(read_text(content, "spec.yaml"))


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=4), inner, max_size=3)
    ),
    max_leaves=6,
)


@settings(max_examples=80, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_value_of_another_type_never_raises(data: st.DataObject) -> None:
    """Each key meets each type."""
    lines = FULL.splitlines()
    keyed = [number for number, line in enumerate(lines) if ": " in line]
    number = data.draw(st.sampled_from(keyed))
    key = lines[number].partition(": ")[0]
    lines[number] = f"{key}: {data.draw(_JSON)!r}".replace("\n", " ")
    check(read_text("\n".join(lines), "spec.yaml"))


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(
        st.sampled_from(
            [
                *"()[]{}+-*/^@,:=",
                "a",
                "rate",
                "sum",
                "by",
                "5m",
                "1e99",
                "offset",
                '"s"',
                "or",
                "x=",
                "$window",
                "=~",
            ]
        ),
        max_size=12,
    )
)
@example(["a", "[", "1e99", "]"])
@example(["("] * 200 + ["a"] + [")"] * 200)
@example(["-"] * 5000 + ["a"])
@example(["a"] + ["+", "a"] * 3000)
def test_any_expression_never_raises(pieces: list[str]) -> None:
    """The parser's own stack and panics are kept away from users."""
    expression = " ".join(pieces).replace("'", "''")
    for sli in (
        f"value: {{query: '{expression}', at_most: 1}}",
        f"rate: {{counter: '{expression}'}}",
    ):
        check(read_text(spec_text(f"sli: {{{sli}}}"), "spec.yaml"))


@pytest.mark.parametrize(
    "expression",
    [
        "rate(a[1e99])",
        "a[NaN]",
        "max_over_time(a[5m:1e99])",
        "a[99999999999999999999]",
        "a offset 1e99",
        "a OFFSET - Inf",
        "a offset # c\n 1e99",
        "2 offset 1e99 * (b",
    ],
)
def test_panic_of_the_parser_is_a_problem_and_stays_silent(
    expression: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """The parser panics on such a duration, and prints a traceback when it does."""
    query = json.dumps(expression)
    reading = read_text(spec_text(f"sli: {{value: {{query: {query}, at_most: 1}}}}"), "spec.yaml")
    assert {problem.code for problem in reading.problems} <= {"promql-type", "promql-syntax"}
    assert reading.problems
    assert capfd.readouterr().err == ""
