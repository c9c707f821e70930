"""Markdown for a pull request: short first, the rest folded, and nothing of a run is Markdown."""

import re
from dataclasses import replace
from html import unescape

import pytest
from hypothesis import given
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from slowatch.reports.markdown import MOST_ROWS, MOST_SIGNS, escaped, markdown
from slowatch.reports.readable import plain
from tests.reports.making import HOSTILE, RUNS, SUCCESS, made_line, made_run

AS_ON_GITHUB = MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"])
OURS = re.compile(
    r"</?(?:h3|p|strong|br|blockquote|table|thead|tbody|tr|t[hd]|b|ul|li|details|summary)"
    r"(?: style=\"text-align:right\")?(?: /)?>"
)


def rendered(name: str) -> str:
    """The HTML that comes of it."""
    return str(AS_ON_GITHUB.render(markdown(RUNS[name]())))


def test_what_did_not_pass_stands_in_a_table_of_two_columns() -> None:
    text = markdown(RUNS["bad"]())
    assert text.startswith("### ❌ reflection-api/load-50: failed\n")
    assert "**22 checks: 3 fail, 3 inconclusive, 1 warn, 15 pass**" in text
    row = "| ❌ <b>analyze-p95-change</b><br>route=/reflection/analyze<br>REQ-6 "
    assert row + "| <b>790 ms (+64.6%)</b><br>at most 720 ms |" in text


def test_the_rest_is_folded() -> None:
    text = markdown(RUNS["bad"]())
    assert re.findall("<summary>(.*)</summary>", text) == ["Why", "15 checks passed", "The run"]
    before = text.partition("<details>")[0]
    assert "✅" not in before


@pytest.mark.parametrize("name", RUNS)
def test_no_tag_is_made_but_ours(name: str) -> None:
    assert re.findall(r"<[^>]*>", OURS.sub("", rendered(name))) == []


def test_hostile_words_are_shown_as_they_are() -> None:
    html = rendered("hostile")
    assert "<a" not in html
    assert "<code" not in html
    shown = unescape(html).replace("\u2060", "")
    assert plain(HOSTILE) in shown


def test_nobody_is_mentioned_and_nothing_referred_to() -> None:
    """What makes mentions looks at the text, in which entities stand for nothing else."""
    shown = unescape(rendered("hostile"))
    assert not re.search(r"@\w|#\d|\w://\w", shown)
    assert "@\u2060everyone" in shown
    assert "://" not in markdown(RUNS["hostile"]())


@given(st.text(max_size=40))
def test_any_text_stays_text(words: str) -> None:
    told = plain(words)
    html = str(AS_ON_GITHUB.render(f"| a |\n|---|\n| x{escaped(told)}x |"))
    cell = html.partition("<td>")[2].partition("</td>")[0]
    assert "<" not in cell
    assert unescape(cell).replace("\u2060", "") == f"x{told.replace(chr(0x2060), '')}x"


def test_a_long_text_is_cut() -> None:
    assert escaped("x" * 1000) == "x" * (MOST_SIGNS - 1) + "…"


def test_a_thousand_lines_fit_into_a_comment() -> None:
    lines = [replace(made_line(verdict="fail"), group={"route": f"/{i}"}) for i in range(500)]
    passed = [replace(SUCCESS, group={"route": f"/{i}"}) for i in range(500)]
    text = markdown(made_run(*lines, *passed))
    assert text.count(f"and {500 - MOST_ROWS} more") == 3
    assert len(text) < 60_000


def test_a_run_that_is_blocked_says_why() -> None:
    text = markdown(RUNS["unfit"]())
    assert text.startswith("### ❔ reflection-api/load-50: inconclusive\n")
    assert "> ❔ the load was not reached: 31 users, and the run declares 50" in text
