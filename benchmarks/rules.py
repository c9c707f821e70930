"""What rules cost Prometheus, and how true the ratio of the whole window is.

    python -m benchmarks.rules [--days 10]

The rules that slowatch renders for one SLO, beside the shapes that Sloth and Pyrra generate for it,
over a trace with known truth: samples that Prometheus reads to evaluate all of them once, by its
own statistics. Then the error of the bad share over the trace, as each way tells it in the end, for
forty pairs of counters. What rules record is made by `promtool tsdb create-blocks-from rules`, from
the rule file, a layer of it after the other.
"""

import argparse
import subprocess
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import httpx
import promql_parser
import yaml

from slowatch.render.rule import Recording, RuleGroup
from slowatch.slo.slot import Span
from tests.evaluate.truth import by_series, compiled, deviations
from tests.support.openmetrics import serve, store_text
from tests.traces.openmetrics import METRIC, Trace, write_trace

MINUTE_S, TEN_MINUTES_S = 60, 600
SERVED = ("--query.max-samples=500000000", "--query.lookback-delta=30s")
"""Blocks hold no staleness markers: a short look-back lets what a rule no longer yields end."""
LOOK_BACKS = ("5m", "30m", "1h", "2h", "6h", "1d", "3d")
BAD, TOTAL = f'{METRIC}{{series="20",result="bad"}}', f'{METRIC}{{series="20"}}'
ONE = f"""
apiVersion: slowatch/v1
service: one
slos:
  - name: one
    objective: 99%
    sli: {{ratio: {{bad: '{BAD}', total: '{TOTAL}'}}}}
"""


@dataclass(frozen=True, slots=True)
class Way:
    """A way to watch one SLO by rules: what is recorded, and what an evaluation asks for."""

    name: str
    recordings: Sequence[Recording]
    expressions: Sequence[str]


def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=10)
    days = parser.parse_args().days
    ways = [_slowatch(), _sloth(days), _pyrra(days)]
    everything = _groups(by_series(f"{days}d"))
    with TemporaryDirectory() as folder:
        text = Path(folder) / "trace.om"
        trace = write_trace(text, days=days)
        storage = store_text(Path(folder), text.read_text())
        recorded = [rule for way in ways for rule in way.recordings]
        recorded += [r for group in everything for r in group.rules if isinstance(r, Recording)]
        recorded.append(_five_minutes(by="series"))
        backfill(storage, recorded, trace.span)
        with serve(storage, *SERVED) as url:
            at_s = _last_evaluation_s(url, trace.span.end_s)
            _print_samples(url, ways, at_s)
            _print_errors(url, trace, days, at_s)


def _slowatch() -> Way:
    rules = [rule for group in _groups(ONE) for rule in group.rules]
    recordings = [rule for rule in rules if isinstance(rule, Recording)]
    return Way("slowatch", recordings, [rule.expr for rule in rules])


def _sloth(days: int) -> Way:
    """Seven look-backs over raw series, and the mean of five-minute ratios for the window.

    The alerts and the other rules of its set read a handful of recorded samples.
    """
    ratio = "sum(rate({bad}[{over}]))\n/\nsum(rate({total}[{over}]))"
    raw = [ratio.format(bad=BAD, total=TOTAL, over=over) for over in LOOK_BACKS]
    five = 'slo:sli_error:ratio_rate5m{sloth_id="one"}'
    mean = f"sum_over_time({five}[{days}d]) / count_over_time({five}[{days}d])"
    recording = Recording("slo:sli_error:ratio_rate5m", raw[0], {"sloth_id": "one"})
    return Way("Sloth's shapes", [recording], [*raw, mean])


def _pyrra(days: int) -> Way:
    """Seven burn rates over raw series, and the increase over the window in one go."""
    burns = [
        f"sum(rate({BAD}[{over}])) / sum(rate({TOTAL}[{over}]))"
        for over in ("5m", "30m", "1h", "2h", "6h", "1d", "4d")
    ]
    whole = f"sum by (result) (increase({TOTAL}[{days}d]))"
    return Way("Pyrra's shapes", [], [*burns, whole])


def _five_minutes(by: str) -> Recording:
    """Sloth's error ratio of five minutes, for every pair."""
    ratio = (
        f'sum by ({by}) (rate({METRIC}{{result="bad"}}[5m])) / sum by ({by}) (rate({METRIC}[5m]))'
    )
    return Recording("slo:sli_error:ratio_rate5m", f"({ratio}) >= 0", {"sloth_id": "all"})


def _groups(text: str) -> Sequence[RuleGroup]:
    from slowatch.render.groups import rule_groups

    return rule_groups(compiled(text))


def _print_samples(url: str, ways: Iterable[Way], at_s: float) -> None:
    print(
        f"{'rules for one SLO, evaluated once':<36} {'rules':>6} {'samples':>10} {'of Sloth':>10}"
    )
    found = {way.name: sum(_samples(url, e, at_s) for e in way.expressions) for way in ways}
    for way in ways:
        share = found[way.name] / found["Sloth's shapes"]
        row = f"{len(way.expressions):>6} {found[way.name]:>10,} {share:>10.2%}"
        print(f"{way.name:<36} {row}", flush=True)


def _last_evaluation_s(url: str, end_s: int) -> float:
    """When the last rules were evaluated: at some second of a minute, as a rule group is."""
    (series,) = _ask(url, 'slowatch:info{service="one"}[20m]', end_s)["result"]
    at_s, _ = series["values"][-1]
    return float(at_s)


def _print_errors(url: str, trace: Trace, days: int, at_s: float) -> None:
    over = f"{days}d"
    shares = {
        "slowatch, rendered rules": f'slowatch:error:ratio{{service="trace",look_back="{over}"}}',
        "mean of 5-minute ratios (Sloth)": (
            f'avg_over_time(slo:sli_error:ratio_rate5m{{sloth_id="all"}}[{over}])'
        ),
        "increase in one go (Pyrra)": (
            f'sum by (series) (increase({METRIC}{{result="bad"}}[{over}]))'
            f" / sum by (series) (increase({METRIC}[{over}]))"
        ),
    }
    print(f"\n{'bad share of the window':<36} {'worst':>10} {'no outage':>10} {'mean':>10}")
    for name, query in shares.items():
        answer = _ask(url, query, at_s)
        share = {one["metric"]["series"]: float(one["value"][1]) for one in answer["result"]}
        counts = {pair.name: _of_share(share.get(pair.name, 0.0)) for pair in trace.pairs}
        found = deviations(trace, counts)
        calm = max(one.relative for one in found if not one.had_outage)
        mean = sum(one.relative for one in found) / len(found)
        row = "".join(f" {error:>10.4%}" for error in (found[0].relative, calm, mean))
        print(f"{name:<36}{row}", flush=True)


def _of_share(share: float) -> tuple[float, float]:
    return 1 - share, share


def _samples(url: str, query: str, at_s: float) -> int:
    """Samples that Prometheus read to answer."""
    return int(_ask(url, query, at_s)["stats"]["samples"]["totalQueryableSamples"])


def _ask(url: str, query: str, at_s: float) -> Mapping[str, Any]:
    form = {"query": query, "time": str(at_s), "stats": "all"}
    answer = httpx.post(f"{url}/api/v1/query", data=form, timeout=600).json()
    assert answer["status"] == "success", answer  # noqa: S101  else there is nothing to compare
    data: Mapping[str, Any] = answer["data"]
    return data


def backfill(storage: Path, recordings: Sequence[Recording], span: Span) -> None:
    """Write what rules would have recorded over a span into a storage, layer by layer."""
    file = storage.parent / "layer.yaml"  # always this: its name decides on the second of a minute
    for layer in layers(recordings):
        file.write_text(yaml.safe_dump({"groups": [_group(layer)]}))
        with serve(storage, *SERVED) as url:
            command = ["promtool", "tsdb", "create-blocks-from", "rules", f"--url={url}"]
            command += [f"--start={span.start_s}", f"--end={span.end_s}"]
            command.append(f"--eval-interval={_interval_s(layer)}s")
            subprocess.run(
                [*command, f"--output-dir={storage}", str(file)], check=True, capture_output=True
            )


def _interval_s(layer: Iterable[Recording]) -> int:
    """A minute for what is added up over time; what is only read at its end has time."""
    is_added_up = any("look_back" not in rule.labels for rule in layer)
    return MINUTE_S if is_added_up else TEN_MINUTES_S


def _group(layer: Iterable[Recording]) -> Mapping[str, object]:
    rules = [{"record": r.record, "expr": r.expr, "labels": dict(r.labels)} for r in layer]
    return {"name": "layer", "interval": "60s", "rules": rules}


def layers(recordings: Iterable[Recording]) -> Iterator[list[Recording]]:
    """Rules in their order, cut wherever one reads what another of the same layer records."""
    layer: list[Recording] = []
    for rule in recordings:
        is_other_kind = layer and ("look_back" in rule.labels) != ("look_back" in layer[0].labels)
        if is_other_kind or any(_reads(rule, other) for other in layer):
            yield layer
            layer = []
        layer.append(rule)
    if layer:
        yield layer


def _reads(rule: Recording, other: Recording) -> bool:
    """Whether a rule reads what another records; the look-back tells equal names apart."""
    look_back = other.labels.get("look_back")
    return any(
        name == other.record and (over is None or look_back is None or over == look_back)
        for name, over in _selected(rule.expr)
    )


def _selected(expression: str) -> Iterator[tuple[str | None, str | None]]:
    found: list[tuple[str | None, str | None]] = []

    def visit(node: object) -> None:
        if isinstance(node, promql_parser.MatrixSelector):
            node = node.vector_selector
        if isinstance(node, promql_parser.VectorSelector):
            equal = (m for m in node.matchers.matchers if str(m.op) == "MatchOp.Equal")
            found.append((node.name, {m.name: m.value for m in equal}.get("look_back")))

    promql_parser.walk(promql_parser.parse(expression), visit)
    yield from found


if __name__ == "__main__":
    main()
