"""How a command answers to arguments that it does not understand."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import typer
from typer.core import TyperCommand

COULD_NOT_VERIFY = 3
_UsageError: Any = typer.BadParameter.__mro__[1]
"""What all wrong arguments raise; Typer has no public name for it."""


class VerifyCommand(TyperCommand):
    """A command whose 2 is a verdict, so that wrong arguments have another exit code."""

    def parse_args(self, ctx: Any, args: list[str]) -> list[str]:  # noqa: ANN401  Typer's context
        """Parse arguments; raises what wrong ones raise, with the exit code 3."""
        with _told_apart():
            return super().parse_args(ctx, args)


@contextmanager
def _told_apart() -> Iterator[None]:
    try:
        yield
    except _UsageError as error:
        error.exit_code = COULD_NOT_VERIFY
        raise
