"""Real users are those that called of late; a rush of them slows a system down for a while."""

import pytest

from slowatch.demo.systems.users import RealUsers


class Clock:
    """Seconds, moved on by hand together with what they pass for."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        """Now."""
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


def come(users: RealUsers, first: int, count: int) -> None:
    for nth in range(first, first + count):
        users.saw(f"user {nth}")


def pass_by(users: RealUsers, clock: Clock, seconds: int, *, stay: int = 0) -> None:
    """Tick second by second; the first `stay` users call in each."""
    for _ in range(seconds):
        clock.now_s += 1
        come(users, 0, stay)
        users.tick(1.0)


def test_users_are_those_who_called_of_late(clock: Clock) -> None:
    """Three are seen; the one who calls again stays."""
    users = RealUsers(clock, most=10, seen_for_s=5)
    come(users, 0, 3)
    assert (users.count, users.share) == (3, 0.3)
    pass_by(users, clock, 6, stay=1)
    assert (users.count, users.share) == (1, 0.1)


def test_users_who_come_slowly_are_taken_in(clock: Clock) -> None:
    """Four of a hundred each second are fewer than five: nothing but their number tells."""
    users = RealUsers(clock, most=100, seen_for_s=100)
    for second in range(25):
        come(users, 4 * second, 4)
        pass_by(users, clock, 1)
        assert users.overload == pytest.approx(1 + 0.05 * users.share)


def test_rush_is_over_within_ten_seconds_in_health(clock: Clock) -> None:
    """100 come in ten seconds: over 1.5 times as slow, and then within 10 % of what is usual."""
    users = RealUsers(clock, most=100, seen_for_s=100)
    for second in range(10):
        come(users, 10 * second, 10)
        pass_by(users, clock, 1)
    assert users.overload > 1.5
    pass_by(users, clock, 10, stay=100)
    assert users.overload < 1.1


def test_rush_lasts_where_a_system_is_slow_to_recover(clock: Clock) -> None:
    """A minute later it is still twice as slow."""
    users = RealUsers(clock, most=100, seen_for_s=100, settles_s=120)
    for second in range(10):
        come(users, 10 * second, 10)
        pass_by(users, clock, 1)
    pass_by(users, clock, 60, stay=100)
    assert users.overload > 2
