"""Incidents come in an order that the seed decides, and every system gets its share."""

from slowatch.demo.systems.incident import (
    CONDITIONS,
    HEALTHY,
    KINDS,
    SYSTEMS,
    condition_of,
    incident_at,
)


def test_nothing_goes_wrong_in_the_first_ten_seconds() -> None:
    """Health is seen first."""
    assert incident_at(9.9, seed=1) is None


def test_an_incident_lasts_half_a_minute_and_the_next_comes_after_a_minute() -> None:
    """10 s to 40 s is the first, 70 s to 100 s the second."""
    first, second = incident_at(10, seed=1), incident_at(70, seed=1)
    assert first is not None
    assert incident_at(39.9, seed=1) == first
    assert incident_at(40, seed=1) is None
    assert second is not None
    assert second.system != first.system


def test_the_same_seed_plays_the_same_incidents() -> None:
    """Two runs can be compared."""
    moments = range(0, 3600, 30)
    assert [incident_at(s, seed=7) for s in moments] == [incident_at(s, seed=7) for s in moments]
    assert [incident_at(s, seed=7) for s in moments] != [incident_at(s, seed=8) for s in moments]


def test_a_quarter_of_an_hour_shows_every_kind_on_every_system() -> None:
    """Five systems and three kinds: fifteen incidents, a minute apart."""
    seen = {incident_at(15 + 60 * index, seed=1) for index in range(15)}
    assert {(i.system, i.kind) for i in seen if i} == {(s, k) for s in SYSTEMS for k in KINDS}


def test_an_incident_changes_only_its_own_system() -> None:
    """The other four stay healthy."""
    now_s = 100.0
    conditions = {system: condition_of(system, lambda: now_s, 1) for system in SYSTEMS}
    now_s += 15
    incident = incident_at(15, seed=1)
    assert incident is not None
    for system, condition in conditions.items():
        ill = CONDITIONS[incident.kind]
        assert condition() == (ill if system == incident.system else HEALTHY)
