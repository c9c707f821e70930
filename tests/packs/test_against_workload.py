"""What the packs ask for is what the systems expose: names, labels, buckets."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import promql_parser
from prometheus_client.samples import Sample
from promql_parser import MatchOp, VectorSelector

from slowatch.spec.run_documents import MEASURES
from tests.packs.conftest import Exposed, Pack

FROM_PROMETHEUS = {"up"}


def expressions(sli: Mapping[str, object]) -> Iterator[str]:
    """The PromQL of an SLI, histograms as their buckets."""
    for key, value in sli.items():
        if isinstance(value, dict):
            yield from expressions(value)
        elif key == "histogram":
            yield re.sub(r"^(\w+)", r"\1_bucket", str(value))
        elif key in {"good", "bad", "total", "counter", "events", "while", "query", "metric"}:
            yield str(value).replace("$window", "1m")


def selectors(expression: str) -> list[VectorSelector]:
    """All vector selectors of an expression, however deep."""
    found: list[VectorSelector] = []

    def visit(node: promql_parser.Expr) -> None:
        if isinstance(node, VectorSelector):
            found.append(node)

    promql_parser.walk(promql_parser.parse(expression), visit)
    return found


def matches(selector: VectorSelector, sample: Sample, job: str) -> bool:
    """Whether the sample, scraped under the job, is one that the selector means."""
    labels = {**sample.labels, "job": job}
    return sample.name == selector.name and all(
        _accepts(matcher.op, matcher.value, labels.get(matcher.name, ""))
        for matcher in selector.matchers.matchers
    )


def _accepts(op: MatchOp, wanted: str, value: str) -> bool:
    is_same = (
        bool(re.fullmatch(wanted, value))
        if op in (MatchOp.Re, MatchOp.NotRe)
        else (wanted == value)
    )
    return is_same == (op in (MatchOp.Equal, MatchOp.Re))


def meant(selector: VectorSelector, exposed: Exposed) -> list[tuple[str, Sample]]:
    """The systems and samples that a selector means."""
    return [
        (system, sample)
        for system, samples in exposed.items()
        for sample in samples
        if matches(selector, sample, system)
    ]


def measured(pack: Pack) -> Iterator[tuple[str, Mapping[str, Any], Mapping[str, Any]]]:
    """The name, the measure and the keys of every SLO, and of every check of a run."""
    for slo in pack["slos"]:
        yield slo["name"], slo["sli"], slo
    for run in pack["runs"]:
        for check in (*run.get("requires", ()), *run.get("checks", ())):
            kinds = {key: check[key] for key in MEASURES if key in check}
            yield f"{run['name']}/{check.get('name', check.get('slo'))}", kinds, check


def asked(pack: Pack) -> Iterator[tuple[str, Mapping[str, Any], VectorSelector]]:
    """Every selector of a pack for a system's metric, with what asks for it."""
    for name, measure, keys in measured(pack):
        for expression in expressions(measure):
            for selector in selectors(expression):
                if selector.name not in FROM_PROMETHEUS:
                    yield name, keys, selector


def bounds(pack: Pack) -> Iterator[tuple[str, str, float]]:
    """The name, histogram and bound in seconds of everything over a histogram with a bound."""
    for name, measure, keys in measured(pack):
        for kind, key in (("latency", "under"), ("quantile", "at_most")):
            bound = measure.get(kind, {}).get(key) or keys.get(key)
            if kind in measure and bound and not bound.startswith("+"):
                yield name, measure[kind]["histogram"], seconds(bound)


def seconds(duration: str) -> float:
    """`500ms` and `2.5s` in seconds."""
    if duration.endswith("ms"):
        return float(duration.removesuffix("ms")) / 1000
    return float(duration.removesuffix("s"))


def test_every_selector_finds_series_of_its_own_system_only(
    packs: list[Pack], exposed: Exposed
) -> None:
    """Names that several systems use are pinned to the job."""
    for pack in packs:
        for name, _, selector in asked(pack):
            systems = {system for system, _ in meant(selector, exposed)}
            assert systems == {pack["service"]}, f"{name}: {selector}"


def test_every_label_of_by_is_on_the_series(packs: list[Pack], exposed: Exposed) -> None:
    """A budget per app needs the app on every series asked for."""
    for pack in packs:
        for name, keys, selector in asked(pack):
            for _, sample in meant(selector, exposed):
                assert set(keys.get("by", [])) <= sample.labels.keys(), f"{name}: {selector}"


def test_every_bound_is_a_bucket(packs: list[Pack], exposed: Exposed) -> None:
    """Between two buckets a latency could only be guessed."""
    for pack in packs:
        for name, histogram, bound_s in bounds(pack):
            buckets = re.sub(r"^(\w+)", r"\1_bucket", histogram)
            selector = selectors(buckets)[0]
            found = {float(sample.labels["le"]) for _, sample in meant(selector, exposed)}
            assert bound_s in found, name
