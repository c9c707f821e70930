"""Markdown for a pull request: short first, the rest folded, and nothing of a run is Markdown."""

import re
from dataclasses import replace
from decimal import Decimal
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from slowatch.reports.markdown import MOST_CHARACTERS, MOST_ROWS, MOST_SIGNS, escaped, markdown
from slowatch.reports.readable import plain
from slowatch.slo.verdict import WORST_FIRST
from slowatch.spec.compiled_runs import Bound, Change
from slowatch.verify.result import Contributor, Line, Notice
from tests.reports.making import AT_MOST_1S, HOSTILE, RUNS, SUCCESS, made_line, made_run

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
    assert text.count(f"\n… and {500 - MOST_ROWS} more\n") == 3
    assert len(text) < MOST_CHARACTERS


@settings(max_examples=25, deadline=None)
@given(st.data())
@pytest.mark.slow
def test_whatever_a_run_holds_fits_into_a_comment(data: st.DataObject) -> None:
    """However many lines, whatever their texts: a sign may be written with twelve."""
    texts = st.sampled_from(["", "p95", "@" * 300, "#://" * 80, "雪" * 250, HOSTILE])
    bounds: st.SearchStrategy[Bound] = st.sampled_from(
        [AT_MOST_1S, Change(at_most=Decimal("1e70000"))]
    )
    lines: list[Line] = []
    for verdict in WORST_FIRST:
        line = replace(
            made_line(verdict=verdict),
            name=data.draw(texts),
            description=data.draw(texts),
            group={"route": data.draw(texts)},
            reason=data.draw(texts),
            bound=data.draw(bounds),
            at_most=None,
            contributors=(Contributor("pod", data.draw(texts), 0.5, 0.1),)
            * data.draw(st.sampled_from([0, 5, 60])),
        )
        lines += [line] * data.draw(st.sampled_from([0, 1, 120]))
    notices = (Notice(data.draw(texts)),) * data.draw(st.sampled_from([0, 1, 90]))
    run = replace(made_run(*lines), description=data.draw(texts), notices=notices)
    assert len(markdown(run)) < MOST_CHARACTERS


def test_what_did_not_pass_has_the_first_room() -> None:
    """Of 300 long lines that failed, and as many that passed."""
    long = replace(made_line(verdict="fail"), description="d" * 200, group={"route": "_" * 200})
    lines = [long] * 300 + [replace(long, verdict="pass")] * 300
    text = markdown(made_run(*lines))
    table, why, passed, run = text.split("<details>")
    shown = [part.count("\n| ❌ ") + part.count("\n- ❌ ") for part in (table, why)]
    assert shown[0] > shown[1] > 0
    for part, count in zip((table, why), shown, strict=True):
        assert f"… and {300 - count} more" in part
    assert f"… and {300 - passed.count('| ✅ ')} more" in passed
    assert "- When: " in run


def test_what_blocks_a_run_is_told_before_the_rest() -> None:
    notices = (*[Notice("n" * 200)] * 99, Notice("the load was not reached", blocks=True))
    text = markdown(replace(made_run(made_line()), notices=notices))
    quoted = re.findall("> (.*)", text)
    assert quoted[0] == "❔ the load was not reached"
    assert f"\n… and {100 - len(quoted)} more\n" in text


def test_a_run_that_is_blocked_says_why() -> None:
    text = markdown(RUNS["unfit"]())
    assert text.startswith("### ❔ reflection-api/load-50: inconclusive\n")
    assert "> ❔ the load was not reached: 31 users, and the run declares 50" in text
