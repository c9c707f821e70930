"""Input series of unit tests: scraped counters, and what is fed to SLOs of other kinds."""

from collections.abc import Iterator, Mapping, Sequence

from slowatch.render.minutes import TOTAL, counted_part, family_of
from slowatch.render.names import MARGIN
from slowatch.render.notation import Value, series_text, values_text
from slowatch.render.rule import MINUTE_S
from slowatch.render.scenarios import Minute
from slowatch.render.worlds import RawSeries, World
from slowatch.spec.alert_rules import published_label
from slowatch.spec.compiled import CompiledSlo, Level

BASE = 1000
"""What a counter has counted before a scenario begins: it must not be taken for new."""
SAMPLE_S = 20

Input = Mapping[str, str]


def step_s(scrape_s: int) -> int:
    """Seconds between samples: minutes begin and end between two of them, as they mostly do."""
    return SAMPLE_S if scrape_s < SAMPLE_S else scrape_s


def scraped(world: World, scrape_s: int) -> Iterator[Input]:
    """The counters of a world, and the targets that they come from, which are up throughout."""
    step = step_s(scrape_s)
    minutes = max((len(one.growth) for one in world.series), default=0)
    samples = minutes * MINUTE_S // step + 1
    targets = {(one.labels.get("job", ""), one.labels.get("instance", "")) for one in world.series}
    for job, instance in sorted(targets):
        up = {"job": job, "instance": instance}
        yield _input(series_text("up", up), [1] * samples)
    for one in world.series:
        yield _input(series_text(one.metric, one.labels), _samples(one, samples, step, scrape_s))


def fed(slo: CompiledSlo, groups: Mapping[str, Sequence[Minute | None]]) -> Iterator[Input]:
    """What an SLO's own rule would record, as it is not played by raw series."""
    for group, minutes in groups.items():
        labels = {"service": slo.service, "slo": slo.name}
        labels |= {published_label(name): group for name in slo.by}
        for metric, outcome, row in _recorded(slo, minutes):
            named = {**labels, "outcome": outcome}
            yield _input(series_text(metric, named), _marked([None, *row]))


def _recorded(
    slo: CompiledSlo, minutes: Sequence[Minute | None]
) -> Iterator[tuple[str, str, list[Value]]]:
    if isinstance(slo.sli, Level):
        yield MARGIN, "", [_margin(minute) for minute in minutes]
        return
    counted = "bad" if counted_part(slo) == "bad" else "good"
    family = family_of(slo)
    yield family, TOTAL, [None if m is None else m.good + m.bad for m in minutes]
    yield family, counted, [None if m is None else getattr(m, counted) for m in minutes]


def _margin(minute: Minute | None) -> Value:
    if minute is None:
        return None
    if minute.good + minute.bad == 0:
        return "NaN"
    return 1 if minute.good else -1


def _input(series: str, values: Sequence[Value]) -> Input:
    return {"series": series, "values": values_text(values)}


def _samples(one: RawSeries, samples: int, step: int, scrape_s: int) -> list[Value]:
    """A counter's samples; in its minute a growth is spread over them."""
    minutes = [-(-(at * step + scrape_s) // MINUTE_S) for at in range(samples)]
    value = 0 if one.is_late else BASE
    found: list[Value] = []
    for at, minute in enumerate(minutes):
        growth = one.growth[minute - 1] if minute <= len(one.growth) else 0
        if growth is None:
            found.append(None)
            continue
        value += _share(growth, at, minutes)
        found.append(None if one.is_late and value == 0 else value)
    return _marked(found)


def _marked(values: list[Value]) -> list[Value]:
    """Series that end leave a mark, after which there is nothing."""
    before = [None, *values]
    return [
        "stale" if value is None and last is not None else value
        for last, value in zip(before, values, strict=False)
    ]


def _share(growth: int, at: int, minutes: Sequence[int]) -> int:
    """What a sample of a minute grows by."""
    place, count = at - minutes.index(minutes[at]), minutes.count(minutes[at])
    return growth * (place + 1) // count - growth * place // count
