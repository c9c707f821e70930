"""The packs are read by slowatch without a complaint."""

from slowatch.spec.reading import read_paths
from tests.packs.conftest import RULES, Pack


def test_every_pack_reads_without_problems(packs: list[Pack]) -> None:
    """Each entry is an SLO, or a run."""
    reading = read_paths([RULES])
    assert reading.problems == ()
    assert len(reading.slos) == sum(len(pack["slos"]) for pack in packs)
    assert len(reading.runs) == sum(len(pack["runs"]) for pack in packs)


def test_every_slo_says_what_its_team_asked_for() -> None:
    """The requirement's id, and a sentence."""
    for slo in read_paths([RULES]).slos:
        assert slo.nfr, slo.id
        assert slo.description, slo.id
