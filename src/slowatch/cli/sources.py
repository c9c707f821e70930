"""Who is asked about a run: the sources of its checks."""

import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from slowatch.cli.failing import tell

if TYPE_CHECKING:
    from slowatch.app.asked_source import AskedSource
    from slowatch.app.settings import Settings
    from slowatch.evaluate.measuring import Measuring
    from slowatch.spec.compiled_runs import CompiledRun


@contextmanager
def asked_sources(
    settings: "Settings", run: "CompiledRun", *, is_ahead: bool
) -> "Iterator[Mapping[str, Measuring]]":
    """Who is asked, by source; only those that checks are about.

    Where the run is still `is_ahead`, they have to answer now. Raises what sources raise.
    """
    from slowatch.app.asked_source import AskedSource

    names = {check.source for check in (*run.checks, *run.requires)}
    with ExitStack() as stack:
        found = []
        for name in sorted(names):
            source = AskedSource(name, settings.all_sources[name], now=time.time)
            stack.callback(source.close)
            source.discover_if_unknown()
            found.append(source)
        if is_ahead:
            _check_answering(found)
            _tell_assumed(found)
        yield {source.name: source.measuring for source in found}
        if not is_ahead:  # only now it is known that they answer at all
            _tell_assumed(found)


def _check_answering(sources: "Iterable[AskedSource]") -> None:
    """Check that they answer, so that no load is played for nothing. Raises what they raise."""
    from slowatch.source.answer import Grid

    now_s = int(time.time())
    for source in sources:
        grid = Grid(now_s, now_s, source.measuring.scrape_s)
        source.measuring.ask(["vector(1)"], grid)


def _tell_assumed(sources: "Iterable[AskedSource]") -> None:
    """Say what is assumed of scrapes that nobody tells of."""
    from slowatch.spec.compiled import DEFAULT_SOURCE

    for source in sources:
        if not source.knows_scrapes:
            first = source.name == DEFAULT_SOURCE
            who = "Prometheus" if first else f"the source {source.name}"
            what = "--scrape-interval" if first else "its scrape_interval in the settings"
            assumed = f"{source.measuring.scrape_s}s is assumed"
            tell(f"how often {who} scrapes is not known: {assumed}; give {what}")
