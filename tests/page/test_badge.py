"""Badges: state, compliance and budget in one small picture."""

from xml.etree import ElementTree

import pytest

from slowatch.page.badge import COLOURS
from tests.api.standing import Client
from tests.page.standing import reader, shop

SVG = "{http://www.w3.org/2000/svg}"


def words(text: str) -> list[str]:
    """What can be read on a badge."""
    return [one.text or "" for one in ElementTree.fromstring(text).iter(f"{SVG}text")]  # noqa: S314  ours


@pytest.mark.parametrize(
    ("path", "told"),
    [
        ("checkout.svg", ["checkout", "80% · spent 2×"]),
        ("checkout.svg?label.region=eu", ["checkout", "80% · spent 2×"]),
        ("search.svg", ["search", "99.995% · 95% left"]),
        ("silent.svg", ["silent", "no data"]),
        ("nothing.svg", ["nothing", "unknown"]),
    ],
)
def test_badge_says_how_an_slo_stands(pages: Client, path: str, told: list[str]) -> None:
    """Of several groups it is the worst."""
    answer = pages.get(f"/badge/shop/{path}")
    assert answer.headers["content-type"] == "image/svg+xml"
    assert answer.headers["cache-control"] == "max-age=30"
    assert words(answer.text) == told


def test_badge_can_be_heard(pages: Client) -> None:
    picture = ElementTree.fromstring(pages.get("/badge/shop/checkout.svg").text)  # noqa: S314  ours
    title = picture.findtext(f"{SVG}title")
    assert title == "shop/checkout (region=eu): exhausted, 80% · spent 2×"
    assert (picture.get("role"), picture.get("aria-label")) == ("img", title)


def test_badge_has_the_colour_of_the_state(pages: Client) -> None:
    assert COLOURS["exhausted"] in pages.get("/badge/shop/checkout.svg").text
    assert COLOURS["ok"] in pages.get("/badge/shop/search.svg").text


@pytest.mark.parametrize("name", ["checkout", "search", "silent"])
def test_badge_is_grey_while_slowatch_sees_nothing(name: str) -> None:
    paged = shop()
    paged.reasons = ("Prometheus does not answer",)
    told = reader(paged).get(f"/badge/shop/{name}.svg").text
    assert words(told) == [name, "not known"]
    assert COLOURS["no_data"] in told
    assert COLOURS["ok"] not in told


def test_badge_is_grey_when_the_newest_slot_is_old() -> None:
    paged = shop()
    paged.stale_after_s = -(10**9)
    assert words(reader(paged).get("/badge/shop/search.svg").text) == ["search", "not known"]


def test_badge_of_a_hostile_name_is_a_picture_still(pages: Client) -> None:
    answer = pages.get("/badge/shop/%3Cscript%3E%22&.svg")
    assert answer.status_code == 404
    assert words(answer.text)[0] == '<script>"&'


def test_badge_refuses_what_it_does_not_know(pages: Client) -> None:
    assert pages.get("/badge/shop/search.svg?colour=red").status_code == 400


@pytest.mark.parametrize("colour", COLOURS.values())
def test_white_is_read_on_every_colour(colour: str) -> None:
    """A contrast of 4.5 at least, by the formula of WCAG 2."""
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
    light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
    assert 1.05 / (light + 0.05) >= 4.5
