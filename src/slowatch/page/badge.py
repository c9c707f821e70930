"""A badge: an SLO's state in a small SVG, for a README or a wiki."""

from xml.sax.saxutils import escape, quoteattr

from slowatch.evaluate.judging import State, Status
from slowatch.evaluate.wording import named
from slowatch.page.shown import STATE_WORDS, left
from slowatch.slo.figures import compliance

COLOURS: dict[State, str] = {
    "ok": "#1b7a48",
    "ticket": "#8f5a00",
    "page": "#b8410a",
    "exhausted": "#b3261e",
    "no_data": "#5b6072",
}
"""White is read on each of them: their contrast to it is above 4.5."""
_NARROW, _WIDE = frozenset("filjtI.,:;|!'()[] -1"), frozenset("mwMW@%&")
PADDING = 6
HEIGHT = 20


def badge(status: Status, *, is_known: bool) -> str:
    """The badge of a status; `is_known` says whether slowatch sees how things are now."""
    if not is_known:
        told = f"{named(status.slo.id, status.group)}: slowatch does not know how it stands now"
        return _drawn(status.slo.name, "not known", told, COLOURS["no_data"])
    right = _figures(status)
    told = f"{named(status.slo.id, status.group)}: {STATE_WORDS[status.state]}, {right}"
    return _drawn(status.slo.name, right, told, COLOURS[status.state])


def unknown_badge(name: str) -> str:
    """The badge of what does not exist."""
    return _drawn(name[:60], "unknown", f"{name[:60]}: no such SLO", COLOURS["no_data"])


def _figures(status: Status) -> str:
    if status.state == "no_data":
        return "no data"
    ratio = compliance(status.compliance_ratio, status.slo.objective.ratio)
    remaining = status.budget.remaining_ratio
    word = " left" if remaining is not None and remaining >= 0 else ""
    return f"{ratio} · {left(remaining)}{word}"


def _drawn(name: str, right: str, told: str, colour: str) -> str:
    """Two fields with words; each text is held to the width that is meant for it."""
    left_px, right_px = _width(name) + 2 * PADDING, _width(right) + 2 * PADDING
    width = left_px + right_px
    words = "".join(
        f'<text x="{x + PADDING}" y="14" textLength="{px - 2 * PADDING}">{escape(text)}</text>'
        for x, px, text in ((0, left_px, name), (left_px, right_px, right))
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{HEIGHT}" role="img"'
        f" aria-label={quoteattr(told)}><title>{escape(told)}</title>"
        f'<clipPath id="r"><rect width="{width}" height="{HEIGHT}" rx="4"/></clipPath>'
        f'<g clip-path="url(#r)"><rect width="{left_px}" height="{HEIGHT}" fill="#3d3a36"/>'
        f'<rect x="{left_px}" width="{right_px}" height="{HEIGHT}" fill="{colour}"/></g>'
        '<g fill="#fff" font-family="Verdana,DejaVu Sans,Geneva,sans-serif" font-size="11">'
        f"{words}</g></svg>"
    )


def _width(text: str) -> int:
    """About how many pixels a text takes in Verdana at 11 px."""
    return round(sum(4.2 if c in _NARROW else 10.2 if c in _WIDE else 7.0 for c in text))
