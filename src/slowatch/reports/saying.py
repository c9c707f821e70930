"""What there is to say of a line beside its row: what it is for, why, and who has to do with it."""

from collections.abc import Iterator

from slowatch.reports.bounds import bound_words, change_words, interval_words, measured_words
from slowatch.reports.figures import change_interval_figure, figure
from slowatch.slo.figures import NOTHING
from slowatch.verify.result import Contributor, Line


def said(line: Line) -> Iterator[str]:
    """Sentences on a line, the reason and what contributed to it last."""
    if line.description:
        yield line.description
    yield outcome(line)
    if line.reason:
        yield line.reason
    yield from map(contributor_words, line.contributors)


def outcome(line: Line) -> str:
    """What was measured and what it was held against, with all that there is to it."""
    measured = measured_words(line)
    if measured == NOTHING:
        return f"nothing measured; bound: {bound_words(line)}"
    between = interval_words(line)
    found = f"measured {measured}" + (f" ({between})" if between else "")
    change, lies = change_words(line), change_interval_figure(line.change_interval)
    if change:
        found += f", {change} ({lies})" if lies else f", {change}"
    return f"{found}; bound: {bound_words(line)}"


def contributor_words(one: Contributor) -> str:
    """What a label's value has to do with what is bad."""
    bad, total = figure(one.bad_share, "ratio"), figure(one.total_share, "ratio")
    return f"{one.label}={one.value}: {bad} of what is bad, {total} of everything"
