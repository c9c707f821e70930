"""How true bad shares are: slowatch against other ways to count, over a trace with known truth.

    python -m benchmarks.accuracy [--days 10]

Forty pairs of counters, scraped every 15 s, with restarts, bursts, births and outages. What is
shown is the relative error of the bad share of the whole trace, worst and mean over all pairs, and
worst over those without an outage.
"""

import argparse
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from tempfile import TemporaryDirectory

import httpx

from slowatch.slo.slot import HOUR_S
from tests.evaluate.truth import by_series, counts_of, deviations, evaluated
from tests.support.prometheus import ServedTrace, serve_trace
from tests.traces.openmetrics import METRIC

Counts = dict[str, tuple[float, float]]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--days", type=int, default=10)
    days = parser.parse_args().days
    ways: Mapping[str, Callable[[ServedTrace], Counts]] = {
        "slowatch": lambda served: counts_of(evaluated(served, by_series())),
        "increase(x[60s]) summed": _summed,
        "mean of 5-minute ratios": _mean_of_ratios,
        f"increase(x[{days}d]) in one go": _in_one_go,
    }
    with TemporaryDirectory() as folder, serve_trace(Path(folder), days=days) as served:
        print(
            f"{'way of counting':<28} {'worst':>10} {'no outage':>10} {'mean':>10} {'seconds':>8}"
        )
        for name, count in ways.items():
            started = time.perf_counter()
            counts = count(served)
            _print_row(name, served, counts, time.perf_counter() - started)


def _print_row(name: str, served: ServedTrace, counts: Counts, seconds: float) -> None:
    found = deviations(served.trace, counts)
    calm = max(one.relative for one in found if not one.had_outage)
    mean = sum(one.relative for one in found) / len(found)
    row = "".join(f" {error:>10.4%}" for error in (found[0].relative, calm, mean))
    print(f"{name:<28}{row} {seconds:>8.1f}", flush=True)


def _summed(served: ServedTrace) -> Counts:
    """`increase` over each minute, added up: by the hour, as one answer is limited in points."""
    start_s, end_s = served.trace.span.start_s, served.trace.span.end_s
    counts: Counts = {}
    for hour_end_s in range(start_s + HOUR_S, end_s + 1, HOUR_S):
        for pair, (good, bad) in _asked(served, f"increase({METRIC}[60s])", hour_end_s).items():
            was_good, was_bad = counts.get(pair, (0.0, 0.0))
            counts[pair] = (was_good + good, was_bad + bad)
    return counts


def _asked(served: ServedTrace, expression: str, hour_end_s: int) -> Counts:
    query = f"sum_over_time(({expression})[{HOUR_S - 1}s:60s])"
    found = _query(served, f"sum by (series, result) ({query})", hour_end_s)
    return {
        pair: (found.get((pair, "good"), 0.0), found.get((pair, "bad"), 0.0))
        for pair in {name for name, _ in found}
    }


def _mean_of_ratios(served: ServedTrace) -> Counts:
    """What Sloth's period rule makes of its 5-minute error ratios, recorded every half minute."""
    bad = f'sum by (series) (rate({METRIC}{{result="bad"}}[5m]))'
    # No traffic is no ratio; left in, its NaN would be the whole answer.
    ratio = f"(({bad}) / sum by (series) (rate({METRIC}[5m]))) >= 0"
    query = f"avg_over_time(({ratio})[{served.trace.span.length_s}s:30s])"
    found = _query(served, query, served.trace.span.end_s)
    return {pair: (1 - share, share) for (pair, _), share in found.items()}


def _in_one_go(served: ServedTrace) -> Counts:
    """Pyrra's way: one look-back of the whole window."""
    query = f"sum by (series, result) (increase({METRIC}[{served.trace.span.length_s}s]))"
    found = _query(served, query, served.trace.span.end_s)
    pairs = {name for name, _ in found}
    return {p: (found.get((p, "good"), 0.0), found.get((p, "bad"), 0.0)) for p in pairs}


def _query(served: ServedTrace, query: str, at_s: int) -> dict[tuple[str, str], float]:
    form = {"query": query, "time": str(at_s)}
    answer = httpx.post(f"{served.url}/api/v1/query", data=form, timeout=600).json()
    return {
        (one["metric"]["series"], one["metric"].get("result", "")): float(one["value"][1])
        for one in answer["data"]["result"]
    }


if __name__ == "__main__":
    main()
