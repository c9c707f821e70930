"""What settings are made of: durations, addresses, texts that may be secret."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr
from pydantic_settings import NoDecode

from slowatch.evaluate.snapshot import AlertingMode
from slowatch.source.connection import is_encoded, split_address
from slowatch.spec.mistake import Mistake
from slowatch.spec.units import read_duration


def _seconds(value: object) -> object:
    if isinstance(value, str):
        try:
            return read_duration(value)
        except Mistake as mistake:
            raise ValueError(str(mistake)) from mistake
    return value


def _paths(value: object) -> object:
    paths = [part for part in value.split(":") if part] if isinstance(value, str) else value
    if not paths:
        raise ValueError("name at least one spec file or folder")
    return paths


def _word(value: object) -> object:
    """YAML takes an `off` without quotes for false."""
    return "off" if value is False else value


def _addresses(value: object) -> object:
    """One address, or several as a JSON list, as a variable holds them."""
    if not isinstance(value, str):
        return value
    if not value.lstrip().startswith("["):
        return [value] if value.strip() else []
    try:
        return json.loads(value)
    except ValueError:
        # What decoding it said may hold a password.
        raise ValueError('this is no JSON: write ["http://one:9093", "http://two:9093"]') from None


def _address_of(whose: str, example: str) -> Callable[[str], str]:
    """A check that `urlsplit` can take an address apart.

    Messages never hold the address: there may be a password.
    """

    def check(value: str) -> str:
        scheme, credentials, rest = split_address(value)
        try:
            parts = urlsplit(scheme + rest)
            is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
            if is_address and is_encoded(credentials):
                return value
        except ValueError:
            pass
        raise ValueError(
            f"this is no address of {whose}: write {example}; "
            "a password must be percent-encoded: "
            "write @ as %40, / as %2F, : as %3A, # as %23 and ? as %3F"
        )

    return check


def _secret_address(secret: SecretStr) -> SecretStr:
    _address_of("a webhook", "https://chat.example.org/hooks/1")(secret.get_secret_value())
    return secret


def _without_end(url: str) -> str:
    if split_address(url)[1]:
        raise ValueError("people are shown this address: it cannot hold a password")
    return url.rstrip("/")


def _header_text(secret: SecretStr) -> SecretStr:
    """What may stand in a header; a library's message about what may not would hold the secret."""
    text = secret.get_secret_value().strip()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a header cannot hold this: use printable ASCII characters")
    return SecretStr(text)


LEAST_TOKEN = 16
"""Characters of a token: one that is shorter can be guessed."""


def check_token(text: str) -> str:
    """A token that cannot be guessed and can be sent. Raises ValueError, without the token."""
    if len(text) < LEAST_TOKEN or not (text.isascii() and text.isprintable()) or " " in text:
        raise ValueError(
            f"a token has {LEAST_TOKEN} printable ASCII characters or more, and no spaces: "
            "openssl rand -hex 32"
        )
    return text


def _token(secret: SecretStr) -> SecretStr:
    return SecretStr(check_token(secret.get_secret_value().strip()))


SettingName = Annotated[str, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")]
"""What tells entries of a setting apart."""
PrometheusUrl = Annotated[str, AfterValidator(_address_of("a Prometheus", "http://localhost:9090"))]
AlertmanagerUrl = Annotated[
    str, AfterValidator(_address_of("an Alertmanager", "http://localhost:9093"))
]
ExternalUrl = Annotated[
    str,
    AfterValidator(_address_of("slowatch", "https://slo.example.org")),
    AfterValidator(_without_end),
]
PrometheusLink = Annotated[
    str,
    AfterValidator(_address_of("a Prometheus", "https://prometheus.example.org")),
    AfterValidator(_without_end),
]
AlertmanagerUrls = Annotated[tuple[AlertmanagerUrl, ...], NoDecode, BeforeValidator(_addresses)]
SecretUrl = Annotated[SecretStr, AfterValidator(_secret_address)]
"""An address that is a secret as a whole: whoever knows a chat's hook may write into it."""
Alerting = Annotated[AlertingMode, BeforeValidator(_word)]
HeaderText = Annotated[SecretStr, AfterValidator(_header_text)]
TokenText = Annotated[SecretStr, AfterValidator(_token)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
WholeSeconds = Annotated[int, BeforeValidator(_seconds)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_paths)]


def without_credentials(url: str) -> tuple[str, str | None, str | None]:
    """An address, and the user and password that it held: no library sees them in it."""
    scheme, credentials, rest = split_address(url)
    user, has_password, password = credentials.partition(":")
    return scheme + rest, unquote(user) or None, unquote(password) if has_password else None


def plain(secret: SecretStr | None) -> str | None:
    """The text of a secret, if there is one."""
    return secret.get_secret_value() if secret is not None else None
