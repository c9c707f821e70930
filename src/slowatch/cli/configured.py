"""The settings as commands need them: a variable that sets nothing is said."""

from pathlib import Path
from typing import TYPE_CHECKING

from slowatch.cli.failing import tell

if TYPE_CHECKING:
    from slowatch.app.settings import Settings


def configured(file: Path | None = None, **flags: object) -> "Settings":
    """The settings; misspelt variables are told on standard error. Raises SettingsError."""
    from slowatch.app.reading import read_settings, unknown_variables

    for sentence in unknown_variables():
        tell(sentence)
    return read_settings(file, **flags)
