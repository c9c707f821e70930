"""A Locust environment that a test plays by hand."""

from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass
class Hook:
    """Calls everybody who listens."""

    handlers: list[Callable[..., None]] = field(default_factory=list)

    def add_listener(self, handler: Callable[..., None]) -> Callable[..., None]:
        """Call the handler whenever it is fired."""
        self.handlers.append(handler)
        return handler

    def fire(self, **told: object) -> None:
        """Let it happen."""
        for handler in self.handlers:
            handler(**told)


@dataclass
class Events:
    """Those that the plug-in hears."""

    test_start: Hook = field(default_factory=Hook)
    spawning_complete: Hook = field(default_factory=Hook)
    test_stopping: Hook = field(default_factory=Hook)
    test_stop: Hook = field(default_factory=Hook)
    quitting: Hook = field(default_factory=Hook)


@dataclass
class LocalRunner:
    """As many users as a test says."""

    user_count: int = 0
    has_stopped: bool = False
    has_quit: bool = False

    def stop(self) -> None:
        """Stop."""
        self.has_stopped = True

    def quit(self) -> None:
        """End."""
        self.has_quit = True


class WorkerRunner(LocalRunner):
    """That of a worker."""


class StopTest(Exception):
    """`locust.exception.StopTest`, by which a listener ends a test."""


@dataclass
class Options:
    """Those of the command line that the plug-in knows."""

    headless: bool = False
    autostart: bool = False


@dataclass(eq=False)
class Environment:
    """`locust.env.Environment`, as far as the plug-in needs it."""

    events: Events = field(default_factory=Events)
    runner: LocalRunner | None = field(default_factory=LocalRunner)
    process_exit_code: int | None = None
    parsed_options: Options | None = None

    def users(self, count: int) -> None:
        """Have so many users from now on."""
        assert self.runner is not None
        self.runner.user_count = count
