"""A verdict as JUnit XML: a test suite for the run, and a test case for each line.

What fails is a failure and what shows nothing an error; a warning passes, and says so.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, indent, tostring

from slowatch.reports.readable import readable
from slowatch.reports.saying import outcome, said
from slowatch.reports.shown import full_name
from slowatch.verify.result import Judged, Line

RUN = "the run"
"""The test case of what the run as a whole comes to, where no line says it."""


def junit(judged: Judged) -> str:
    """The whole document, as text."""
    shown = readable(judged)
    suite = _suite(shown)
    root = Element("testsuites", {"name": "slowatch"} | _counts(suite))
    root.append(suite)
    indent(root)
    return f'<?xml version="1.0" encoding="UTF-8"?>\n{tostring(root, encoding="unicode")}\n'


def _suite(judged: Judged) -> Element:
    suite = Element("testsuite", {"name": judged.title})
    properties = SubElement(suite, "properties")
    for name, value in _properties(judged):
        SubElement(properties, "property", {"name": name, "value": value})
    for line in judged.lines:
        suite.append(_case(judged, line))
    blocking = [notice.text for notice in judged.notices if notice.blocks]
    if blocking or not judged.lines:
        case = _empty_case(judged, RUN)
        message = "; ".join(blocking) or "nothing was judged"
        SubElement(case, "error", {"type": "inconclusive", "message": message})
        suite.append(case)
    told = "\n".join(notice.text for notice in judged.notices)
    if told:
        SubElement(suite, "system-out").text = told
    began = datetime.fromtimestamp(judged.span.start_s, UTC)
    suite.attrib |= _counts(suite) | {
        "skipped": "0",
        "time": str(judged.span.length_s),
        # Without a zone, as readers of such files want it; UTC.
        "timestamp": began.strftime("%Y-%m-%dT%H:%M:%S"),
    }
    return suite


def _case(judged: Judged, line: Line) -> Element:
    case = _empty_case(judged, full_name(line))
    sentences = list(said(line))
    message = line.reason or outcome(line)
    if line.verdict in ("fail", "inconclusive"):
        kind = "failure" if line.verdict == "fail" else "error"
        told = SubElement(case, kind, {"type": line.verdict, "message": message})
        told.text = "\n".join(sentences)
    else:
        SubElement(case, "system-out").text = "\n".join([line.verdict, *sentences])
    return case


def _empty_case(judged: Judged, name: str) -> Element:
    # Without a time: readers add those up, and all lines are of the same stretch.
    return Element("testcase", {"classname": judged.title, "name": name})


def _counts(element: Element) -> dict[str, str]:
    counted = {"tests": "testcase", "failures": "failure", "errors": "error"}
    return {name: str(sum(1 for _ in element.iter(tag))) for name, tag in counted.items()}


def _properties(judged: Judged) -> Iterator[tuple[str, str]]:
    yield "verdict", judged.verdict
    found = {
        "run_id": judged.id,
        "nfr": judged.nfr,
        "users": judged.users,
        "scale": f"{judged.scale:g}",
        "time_scale": f"{judged.time_scale:g}",
        "confidence": f"{judged.confidence:g}",
        "digest": judged.digest,
        "command": " ".join(judged.command),
        "exit_code": judged.exit_code,
    }
    for name, value in found.items():
        if value not in (None, ""):
            yield name, str(value)
