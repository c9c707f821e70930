"""What the plug-in needs of Locust, which need not be installed where slowatch is."""

from collections.abc import Callable
from typing import Protocol


class Hook(Protocol):
    """Something that happens."""

    def add_listener(self, handler: Callable[..., None]) -> object:
        """Call the handler whenever it happens."""


class Events(Protocol):
    """What happens in a load test."""

    @property
    def test_start(self) -> Hook:
        """It starts."""

    @property
    def spawning_complete(self) -> Hook:
        """All users are there."""

    @property
    def test_stopping(self) -> Hook:
        """It is about to stop: the users are still there."""

    @property
    def test_stop(self) -> Hook:
        """It has stopped."""

    @property
    def quitting(self) -> Hook:
        """Locust is about to end."""


class Runner(Protocol):
    """Who runs the users."""

    @property
    def user_count(self) -> int:
        """How many users there are, those of all workers together."""


class Environment(Protocol):
    """`locust.env.Environment`."""

    process_exit_code: int | None

    @property
    def events(self) -> Events:
        """What happens in its load tests."""

    @property
    def runner(self) -> Runner | None:
        """Who runs its users."""


def is_worker(environment: Environment) -> bool:
    """Whether it is that of a worker, whose master is the one to judge."""
    return "WorkerRunner" in (kind.__name__ for kind in type(environment.runner).__mro__)
