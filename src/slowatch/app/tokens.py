"""The tokens that requests may show, as the settings name them."""

from dataclasses import dataclass, field
from pathlib import Path

import structlog

from slowatch.api.access import Access
from slowatch.api.credentials import May
from slowatch.app.settings import Settings, SettingsError, TokenSettings, secret_text
from slowatch.app.values import check_token
from slowatch.spec.versions import Version, version_of

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class GivenToken:
    """One whose text is in the settings."""

    name: str
    may: May
    known: str = field(repr=False)

    def text(self) -> str:
        """What has to be shown."""
        return self.known


@dataclass(slots=True)
class TokenFile:
    """One whose text is in a file, which is read again when it changes.

    While the file cannot be read or holds no token nobody can show it.
    """

    name: str
    may: May
    path: Path
    _version: Version = None
    _text: str | None = field(default=None, repr=False)

    def text(self) -> str | None:
        """What has to be shown."""
        version = version_of(self.path)
        if version != self._version:
            self._version = version
            try:
                self._text = self.read()
            except SettingsError as error:
                self._text = None
                log.error("token_not_read", token=self.name, error=str(error))
            else:
                log.info("token_read", token=self.name)
        return self._text

    def read(self) -> str:
        """What the file holds. Raises SettingsError where that is no token."""
        try:
            return check_token(secret_text(self.path))
        except ValueError as error:
            raise SettingsError(f"{self.path}: {error}") from error


def access(settings: Settings) -> Access:
    """Who may read and write. Raises SettingsError when a file holds no token, or two the same."""
    tokens = [_token(one) for one in settings.tokens]
    texts = [token.read() if isinstance(token, TokenFile) else token.text() for token in tokens]
    for index, text in enumerate(texts):
        if text in texts[:index]:
            both = f"{tokens[texts.index(text)].name} and {tokens[index].name}"
            raise SettingsError(f"tokens: {both} are the same: each has to be known by its own")
    return Access(tokens, settings.read_access)


def _token(one: TokenSettings) -> GivenToken | TokenFile:
    if one.token_file is not None:
        return TokenFile(one.name, one.may, one.token_file)
    if one.token is None:
        raise SettingsError(f"tokens: {one.name} has no token")
    return GivenToken(one.name, one.may, one.token.get_secret_value())
