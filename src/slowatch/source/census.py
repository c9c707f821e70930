"""How much there is of what is asked for: combinations of labels, counted by the engine."""

from slowatch.source.answer import Grid, number_of
from slowatch.source.asking import Asker
from slowatch.source.planning import Census
from slowatch.spec.compiled import Matcher
from slowatch.spec.promql import selector_text

KEPT_FOR_S = 3600


class CountedCombinations:
    """Counts the combinations of labels that selectors have, each once an hour."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._known: dict[str, tuple[int, int | None]] = {}

    def at(self, at_s: int) -> Census:
        """A census taken about that moment."""
        return lambda metric, matchers, labels: self._count(metric, matchers, labels, at_s)

    def _count(
        self, metric: str, matchers: tuple[Matcher, ...], labels: tuple[str, ...], at_s: int
    ) -> int | None:
        expression = f"count(group by ({', '.join(labels)}) ({selector_text(metric, matchers)}))"
        counted_at_s, count = self._known.get(expression, (0, None))
        if abs(at_s - counted_at_s) >= KEPT_FOR_S or not count:
            answer = self._asker.ask([expression], Grid(at_s, at_s, 1))[expression]
            found = number_of(answer)
            count = None if found is None else round(found)
            self._known[expression] = (at_s, count)
        return count
