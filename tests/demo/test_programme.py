"""Programmes play every declared run of the packs, with as many users for as long."""

from itertools import groupby, pairwise

import pytest

from slowatch.demo.demo import rules_folder
from slowatch.demo.load.programme import (
    PROGRAMMES,
    RECORDINGS,
    STEADY,
    Stage,
    length_s,
    scaled,
)
from slowatch.demo.systems.incident import SYSTEMS
from slowatch.demo.systems.playing import KINDS
from slowatch.demo.systems.users import ABSORBED_AT_ONCE, ABSORBED_PER_S
from slowatch.spec.compiled_runs import CompiledRun
from slowatch.spec.reading import read_paths

MOST = {kind.name: kind.most_users for kind in KINDS}


def runs_of(system: str) -> tuple[CompiledRun, ...]:
    """The runs that its pack declares."""
    return read_paths([rules_folder() / f"{system}.yaml"]).runs


def test_every_system_has_a_programme() -> None:
    assert PROGRAMMES.keys() == set(SYSTEMS)


@pytest.mark.parametrize("system", SYSTEMS)
def test_only_spikes_and_bursts_come_faster_than_they_are_taken_in(system: str) -> None:
    """Five of a hundred users a second, and ten at once."""
    stages = [Stage(0, 0), *PROGRAMMES[system]]
    for before, stage in pairwise(stages):
        come = (stage.users - before.users) / MOST[system]
        is_fast = come > max(ABSORBED_AT_ONCE, ABSORBED_PER_S * stage.for_s)
        assert is_fast == (stage.phase == "ramp"), stage


def test_lengths_and_users_are_scaled_but_for_those_that_keep_their_time() -> None:
    """Users come to 1,000 in ten seconds, and a spike's minute remains."""
    full = PROGRAMMES["triflow-judgment"]
    small = scaled(full, scale=0.1, time_scale=0.1)
    assert [stage.users for stage in small] == [stage.users / 10 for stage in full]
    assert [one.for_s for one in small if one.run == "spike-1000"] == [30, 10, 60]
    assert [one.for_s for one in small if one.run == "stress-500"] == [12, 48]


@pytest.mark.parametrize("system", SYSTEMS)
def test_every_declared_run_is_played_as_it_is_declared(system: str) -> None:
    """With its phases, at least as many users, and as long; what keeps its time is never longer."""
    for run in runs_of(system):
        stages = [stage for stage in PROGRAMMES[system] if stage.run == run.name]
        if not run.length_s:
            continue
        names = [phase.name for phase in run.phases]
        assert [name for name, _ in groupby(stage.phase for stage in stages)] == names, run.id
        assert max(stage.users for stage in stages) >= (run.users or 0), run.id
        if not any(stage.keeps_time for stage in stages):
            assert length_s(stages) == run.length_s, run.id


@pytest.mark.parametrize("system", SYSTEMS)
def test_programme_plays_nothing_that_no_pack_declares(system: str) -> None:
    """But for what SLOs are judged by."""
    declared = {run.name for run in runs_of(system)} | {None, STEADY}
    assert {stage.run for stage in PROGRAMMES[system]} <= declared


def test_recordings_are_played_as_what_is_compared_with_them() -> None:
    for system, recorded in RECORDINGS.items():
        for run in {stage.run for stage in recorded} - {None}:
            assert [s for s in recorded if s.run == run] == [
                s for s in PROGRAMMES[system] if s.run == run
            ]


@pytest.mark.parametrize("system", SYSTEMS)
def test_programme_takes_less_than_five_minutes_at_a_tenth_of_its_lengths(system: str) -> None:
    assert length_s(scaled(PROGRAMMES[system], time_scale=0.1)) < 300
