"""Asking many expressions together: chains of one template as one query, the rest in batches."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from slowatch.source.answer import Answer, Grid, Refusal, Series
from slowatch.source.asking import Asker, Gate
from slowatch.source.chains import Chain, chain_of
from slowatch.source.planning import Census, Group, grouped
from slowatch.spec.compiled import Matcher


@dataclass(frozen=True, slots=True)
class _Link:
    """An expression that is a chain."""

    expression: str
    chain: Chain

    @property
    def metric(self) -> str:
        return self.chain.metric

    @property
    def matchers(self) -> tuple[Matcher, ...]:
        return self.chain.matchers

    @property
    def template(self) -> str:
        return self.chain.template


def ask_together(
    asker: Asker,
    expressions: Iterable[str],
    grid: Grid,
    gate: Gate = None,
    *,
    census: Census = lambda *_: None,
) -> dict[str, Answer]:
    """The answer to each expression, as `Asker.ask` gives it, with fewer and larger queries.

    Where a grouped query is refused, its expressions are asked one by one.
    """
    distinct = list(dict.fromkeys(expressions))
    chains = {expression: chain_of(expression) for expression in distinct}
    links = [_Link(expression, chain) for expression, chain in chains.items() if chain]
    groups = [group for group in grouped(links, census) if len(group.members) > 1]
    told = {link.expression for group in groups for link in group.members.values()}
    queries = [_query(group) for group in groups]
    weights = {query: len(group.members) for group, query in zip(groups, queries, strict=True)}
    alone = [e for e in distinct if e not in told]
    answers = asker.ask([*queries, *alone], grid, gate, weights=weights)
    refused = [g for g, q in zip(groups, queries, strict=True) if isinstance(answers[q], Refusal)]
    found = {e: answers[e] for e in distinct if e in answers}
    for group, query in zip(groups, queries, strict=True):
        answer = answers[query]
        if not isinstance(answer, Refusal):
            found.update(_handed_back(group, answer))
    again = [link.expression for group in refused for link in group.members.values()]
    return found | asker.ask(again, grid, gate)


def _query(group: Group[_Link]) -> str:
    return group.first.chain.render(group.matchers, group.varying)


def _handed_back(group: Group[_Link], answer: Sequence[Series]) -> dict[str, Answer]:
    back: dict[str, list[Series]] = {link.expression: [] for link in group.members.values()}
    for series in answer:
        link = group.member_of(series.labels)
        if link is not None:
            labels = link.chain.labels
            dropped = () if labels is None else set(group.varying) - labels
            own = {k: v for k, v in series.labels.items() if k not in dropped}
            back[link.expression].append(Series(own, series.points))
    return {expression: tuple(series) for expression, series in back.items()}
