"""The report in HTML: one file, that asks nobody for anything and runs nothing."""

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest

from slowatch.reports.html import html
from tests.reports.making import HOSTILE, RUNS

EMPTY_TAGS = {"meta", "link"}


class Outline(HTMLParser):
    """The tags of a page with their attributes, its ids, and whether tags close in order."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it, and that it is open."""
        self.tags.append((tag, dict(attrs)))
        if tag not in EMPTY_TAGS:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note it."""
        self.tags.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        """Check that it is the one that was opened last."""
        assert self.open.pop() == tag

    @property
    def ids(self) -> list[str]:
        """In their order."""
        return [value for _, attrs in self.tags if (value := attrs.get("id"))]


@pytest.mark.parametrize("name", RUNS)
def test_page_is_whole_and_asks_for_nothing(name: str) -> None:
    outline = Outline(html(RUNS[name]()))
    assert outline.open == []
    assert not {tag for tag, _ in outline.tags} & {"script", "img", "iframe", "object", "form"}
    links = [attrs["href"] for _, attrs in outline.tags if "href" in attrs]
    assert all(link and (link.startswith("#") or link == "data:,") for link in links)
    assert not [attrs for _, attrs in outline.tags if {"src", "style", "onload"} & attrs.keys()]


@pytest.mark.parametrize("name", RUNS)
def test_every_row_leads_to_its_line(name: str) -> None:
    outline = Outline(html(RUNS[name]()))
    targets = {attrs["href"] for tag, attrs in outline.tags if tag == "a"}
    assert targets == {f"#{one}" for one in outline.ids if one.startswith("check-")}
    assert len(outline.ids) == len(set(outline.ids))


def test_only_its_own_style_counts() -> None:
    """The policy names the style by its digest, and allows nothing else."""
    text = html(RUNS["bad"]())
    (style,) = re.findall("<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    (policy,) = re.findall('Content-Security-Policy" content="([^"]*)"', text)
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; ")
    assert "unsafe" not in policy


def test_hostile_words_are_only_words() -> None:
    text = html(RUNS["hostile"]())
    assert "<script" not in text
    assert HOSTILE not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in text


def test_passing_lines_are_folded_and_others_are_open() -> None:
    outline = Outline(html(RUNS["bad"]()))
    folded = [attrs for tag, attrs in outline.tags if tag == "details"]
    assert ["open" in attrs for attrs in folded] == [True] * 7 + [False] * 15


def test_the_verdict_is_a_word_in_the_title() -> None:
    assert "<title>fail: reflection-api/load-50 · slowatch</title>" in html(RUNS["bad"]())
    assert "<title>inconclusive: every SLO · slowatch" not in html(RUNS["every-slo"]())
    assert "Nothing can be shown by this run:" in html(RUNS["unfit"]())
    assert "Nothing was judged." in html(RUNS["empty"]())
