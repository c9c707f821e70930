"""Tokens: what a request shows, and whose it is."""

import base64
import binascii
import hmac
import secrets
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

ReadAccess = Literal["open", "token"]
"""Whether everybody may read, or who shows a token."""
May = Literal["read", "write"]
"""What a token is good for; who may write may read, too."""


class Token(Protocol):
    """A token; its name is for the log, and its text may change while slowatch runs."""

    @property
    def name(self) -> str:
        """Whose it is."""
        ...

    @property
    def may(self) -> May:
        """What it is good for."""
        ...

    def text(self) -> str | None:
        """What has to be shown; None while nobody can show it."""
        ...


@dataclass(frozen=True, slots=True)
class Given:
    """What a request shows."""

    scheme: Literal["bearer", "basic"]
    text: bytes


def given(headers: Iterable[tuple[bytes, bytes]]) -> Given | None:
    """The token in a request's headers, if there is one that can be read, and no second."""
    values = [value for name, value in headers if name == b"authorization"]
    if len(values) != 1:
        return None
    scheme, _, rest = values[0].strip().partition(b" ")
    if scheme.lower() == b"bearer":
        return Given("bearer", rest.strip())
    if scheme.lower() == b"basic":
        return _password(rest.strip())
    return None


def _password(encoded: bytes) -> Given | None:
    try:
        _name, colon, password = base64.b64decode(encoded, validate=True).partition(b":")
    except binascii.Error:
        return None
    return Given("basic", password) if colon else None


class Holders:
    """Finds whose a token is, in a time that does not tell how much of it was right."""

    def __init__(self, tokens: Sequence[Token]) -> None:
        self._tokens = tokens
        self._key = secrets.token_bytes(32)
        self._nobodys = secrets.token_bytes(32)

    def find(self, shown: Given) -> Token | None:
        """The token that is shown: all are compared, whichever it is.

        Digests are compared, by a key of this process: they are of one length, whatever the tokens.
        """
        digest = self._digest(shown.text)
        found = None
        for token in self._tokens:
            text = token.text()
            known = self._nobodys if text is None else self._digest(text.encode())
            if hmac.compare_digest(known, digest):
                found = token
        return found

    def _digest(self, text: bytes) -> bytes:
        return hmac.digest(self._key, text, "sha256")
