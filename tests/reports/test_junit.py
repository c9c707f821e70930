"""JUnit XML as a reader of such files understands it."""

from xml.etree import ElementTree

import pytest
from junitparser import Error, Failure, JUnitXml, TestSuite

from slowatch.reports.junit import junit
from tests.reports.making import RUNS


def read(name: str) -> TestSuite:
    """The suite that a reader finds; there is one."""
    (suite,) = list(JUnitXml.fromstring(junit(RUNS[name]()).encode()))
    return suite


def test_a_suite_counts_its_lines() -> None:
    suite = read("bad")
    assert (suite.name, suite.tests, suite.failures, suite.errors, suite.skipped) == (
        *("reflection-api/load-50", 22, 3, 3, 0),
    )
    assert (suite.time, suite.timestamp) == (300.0, "2026-11-21T09:40:00")
    whole = JUnitXml.fromstring(junit(RUNS["bad"]()).encode())
    assert (whole.tests, whole.failures, whole.errors) == (22, 3, 3)


def test_properties_say_how_it_was_played() -> None:
    root = ElementTree.fromstring(junit(RUNS["bad"]()))  # noqa: S314  our own
    told = {one.attrib["name"]: one.attrib["value"] for one in root.iter("property")}
    assert told == {
        "verdict": "fail",
        "run_id": "14",
        "nfr": "REQ-6",
        "users": "5",
        "scale": "0.1",
        "time_scale": "0.5",
        "confidence": "0.95",
        "digest": "4f1c" * 8,
        "command": "k6 run spike.js",
        "exit_code": "99",
    }


def test_a_failure_says_what_was_measured_and_who_has_to_do_with_it() -> None:
    case = next(one for one in read("bad") if one.name.startswith("analyze-p95-change"))
    assert (case.classname, case.name) == (
        *("reflection-api/load-50", "analyze-p95-change route=/reflection/analyze"),
    )
    (failure,) = case.result
    assert isinstance(failure, Failure)
    assert failure.message.startswith("measured 790 ms (750 – 822 ms), +64.6%")  # noqa: RUF001
    assert "pod=reflection-7f6b-x2: 81% of what is bad" in failure.text


def test_inconclusive_is_an_error_of_its_own_type() -> None:
    case = next(one for one in read("bad") if one.name == "errors")
    (error,) = case.result
    assert isinstance(error, Error)
    assert error.type == "inconclusive"
    assert error.message.startswith("the interval lies on both sides of the limit")


def test_a_warning_passes_and_says_so() -> None:
    case = next(one for one in read("warned") if one.name == "memory-growth worker=3")
    assert case.is_passed
    assert case.system_out.startswith("warn\nMemory is stable\nmeasured 1.93 GB, +7.22%")


@pytest.mark.parametrize("name", ["unfit", "empty"])
def test_a_run_that_shows_nothing_does_not_pass(name: str) -> None:
    """Even where each of its lines does."""
    suite = read(name)
    assert suite.errors == 1
    assert [one.name for one in suite if not one.is_passed] == ["the run"]


def test_hostile_words_are_still_xml() -> None:
    suite = read("hostile")
    assert suite.failures == 1
    assert "<script>alert(1)</script>" in suite.name


@pytest.mark.parametrize("name", RUNS)
def test_it_is_a_file_that_utf8_can_hold(name: str) -> None:
    ElementTree.fromstring(junit(RUNS[name]()).encode())  # noqa: S314  our own
