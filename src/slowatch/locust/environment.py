"""What the plug-in needs of Locust, which need not be installed where slowatch is."""

import sys
import threading
from collections.abc import Callable
from typing import NoReturn, Protocol


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

    def stop(self) -> None:
        """Stop what runs."""

    def quit(self) -> None:
        """Stop what runs, and let Locust end."""


class Environment(Protocol):
    """`locust.env.Environment`."""

    process_exit_code: int | None

    @property
    def events(self) -> Events:
        """What happens in its load tests."""

    @property
    def parsed_options(self) -> object | None:
        """What the command line says: None where Locust is a library."""

    @property
    def runner(self) -> Runner | None:
        """Who runs its users."""


def is_worker(environment: Environment) -> bool:
    """Whether it is that of a worker, whose master is the one to judge."""
    return _is_run_by(environment, "WorkerRunner")


def plays_at_once(environment: Environment) -> bool:
    """Whether a test starts as soon as Locust is ready, since the command line says so."""
    return _has_option(environment, "headless") or _has_option(environment, "autostart")


def refuse_test(environment: Environment, exit_code: int) -> NoReturn:
    """End the test that is about to start, before it has a user; Locust ends with the exit code.

    A runner on its own ends the caller with the test. Else it raises what ends a test in Locust.
    """
    environment.process_exit_code = environment.process_exit_code or exit_code
    runner, is_headless = environment.runner, _has_option(environment, "headless")
    if runner is not None:
        # Not from here: the runner would end itself halfway.
        ending = threading.Thread(target=runner.quit if is_headless else runner.stop, daemon=True)
        ending.start()
        ending.join()
    if is_headless:
        sys.exit(environment.process_exit_code)
    from locust.exception import StopTest

    raise StopTest("this test is not played")


def _has_option(environment: Environment, name: str) -> bool:
    return bool(getattr(environment.parsed_options, name, False))


def _is_run_by(environment: Environment, name: str) -> bool:
    return name in (kind.__name__ for kind in type(environment.runner).__mro__)
