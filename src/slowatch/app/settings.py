"""Settings of a daemon: a file, environment variables over it, flags over both."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, BeforeValidator, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from slowatch.source.connection import Connection, is_encoded, split_address
from slowatch.spec.mistake import Mistake
from slowatch.spec.units import read_duration

SETTINGS_FILE = "slowatch.yaml"
PREFIX = "SLOWATCH_"


class SettingsError(Exception):
    """Settings that cannot be used; the message says which, where they came from, what to do."""


def _seconds(value: object) -> object:
    if isinstance(value, str):
        try:
            return read_duration(value)
        except Mistake as mistake:
            raise ValueError(str(mistake)) from mistake
    return value


def _paths(value: object) -> object:
    return [part for part in value.split(":") if part] if isinstance(value, str) else value


def _prometheus_url(value: str) -> str:
    """A value that `urlsplit` can take apart; messages never hold it: there may be a password."""
    scheme, credentials, rest = split_address(value)
    try:
        parts = urlsplit(scheme + rest)
        is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
        if is_address and is_encoded(credentials):
            return value
    except ValueError:
        pass
    raise ValueError(
        "this is no address of a Prometheus: write http://localhost:9090; "
        "a password must be percent-encoded: "
        "write @ as %40, / as %2F, : as %3A, # as %23 and ? as %3F"
    )


def _header_text(secret: SecretStr) -> SecretStr:
    """What may stand in a header; a library's message about what may not would hold the secret."""
    text = secret.get_secret_value().strip()
    if not (text.isascii() and text.isprintable()):
        raise ValueError("a header cannot hold this: use printable ASCII characters")
    return SecretStr(text)


PrometheusUrl = Annotated[str, AfterValidator(_prometheus_url)]
HeaderText = Annotated[SecretStr, AfterValidator(_header_text)]
Seconds = Annotated[float, BeforeValidator(_seconds)]
WholeSeconds = Annotated[int, BeforeValidator(_seconds)]
Paths = Annotated[tuple[Path, ...], NoDecode, BeforeValidator(_paths)]


class Settings(BaseSettings):
    """Everything that can be set; durations are written like `30s`, `5m` or `90d`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, yaml_file=SETTINGS_FILE
    )

    prometheus_url: PrometheusUrl = Field(
        "http://localhost:9090",
        description="Address of Prometheus or what speaks its HTTP API; `user:password@` works.",
        repr=False,
    )
    prometheus_username: str | None = Field(None, description="User of basic authentication.")
    prometheus_password: SecretStr | None = Field(None, description="Its password.")
    prometheus_password_file: Path | None = Field(
        None, description="A file that holds the password, instead of the password itself."
    )
    prometheus_bearer_token: HeaderText | None = Field(None, description="A bearer token.")
    prometheus_bearer_token_file: Path | None = Field(
        None, description="A file that holds the bearer token; read again for each request."
    )
    prometheus_headers: dict[str, HeaderText] = Field(
        default_factory=dict,
        description='Further headers, as JSON, such as `{"X-Scope-OrgID": "team-a"}`.',
    )
    prometheus_ca_file: Path | None = Field(
        None, description="Certificate authority to trust, instead of the system's."
    )
    prometheus_client_cert: Path | None = Field(None, description="Client certificate (PEM).")
    prometheus_client_key: Path | None = Field(None, description="Its key (PEM), if separate.")
    prometheus_timeout: Seconds = Field(
        30.0, ge=1, le=600, description="The longest that one query may take."
    )
    prometheus_concurrency: int = Field(
        4,
        ge=1,
        le=32,
        description="Requests under way at once for a slot; for backfill half as many.",
    )
    rules: Paths = Field(
        (Path("rules"),), description="Spec files or folders, separated by `:` in a variable."
    )
    state: str = Field(
        "slowatch.db",
        description="The ledger: a file, `sqlite:///file`, or `postgresql://user:pass@host/db`.",
        repr=False,
    )
    state_file: Path | None = Field(
        None, description="A file that holds `state`, for an address with a password in it."
    )
    listen: str = Field("127.0.0.1:9710", description="Address and port of the API.")
    slot: WholeSeconds = Field(
        60, ge=10, le=300, description="Length of a slot; it must divide an hour."
    )
    settle: Seconds = Field(
        15.0,
        ge=0,
        le=600,
        description="How long after its end a slot is asked for, so that late scrapes are in.",
    )
    scrape_interval: WholeSeconds | None = Field(
        None,
        ge=1,
        le=300,
        description="Scrape interval of the targets; discovered from Prometheus if not given.",
    )
    retention: WholeSeconds = Field(
        400 * 86_400,
        ge=86_400,
        description="How long the ledger keeps facts; never shorter than the longest window.",
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged."
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="Lines for people on a terminal, JSON otherwise."
    )

    @model_validator(mode="after")
    def _slot_divides_an_hour(self) -> Self:
        if 3600 % self.slot:
            raise ValueError(
                f"a slot of {self.slot} s does not divide an hour: try 10s, 30s or 60s"
            )
        return self

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003  not one of ours
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003  not one of ours
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """Flags first, then variables, then the file."""
        return init_settings, env_settings, YamlConfigSettingsSource(settings_cls)

    @classmethod
    def from_flags(cls, flags: Mapping[str, object]) -> Self:
        """Settings in which flags go before everything. Raises pydantic's ValidationError."""
        build: Callable[..., Self] = cls
        return build(**flags)

    @property
    def ledger_address(self) -> str:
        """Where the ledger is. Raises SettingsError when the file that says so is unreadable."""
        return _secret_text(self.state_file) if self.state_file else self.state

    def connection(self) -> Connection:
        """How to reach Prometheus. Raises SettingsError when a secret's file is unreadable."""
        url, username, password = _without_credentials(self.prometheus_url)
        if self.prometheus_username is not None:
            username, password = self.prometheus_username, None
        if self.prometheus_password is not None:
            password = _plain(self.prometheus_password)
        if self.prometheus_password_file is not None:
            password = _secret_text(self.prometheus_password_file)
        return Connection(
            url=url,
            username=username,
            password=password,
            bearer_token=_plain(self.prometheus_bearer_token),
            bearer_token_file=self.prometheus_bearer_token_file,
            headers={k: v.get_secret_value() for k, v in self.prometheus_headers.items()},
            ca_file=self.prometheus_ca_file,
            client_cert=self.prometheus_client_cert,
            client_key=self.prometheus_client_key,
            timeout_s=self.prometheus_timeout,
            concurrency=self.prometheus_concurrency,
        )

    def listen_address(self) -> tuple[str, int]:
        """Host and port to listen on. Raises SettingsError when `listen` is neither."""
        host, colon, port = self.listen.rpartition(":")
        if not (colon and port.isdecimal() and int(port) <= 65_535):
            raise SettingsError(f"listen: {self.listen!r} is no address; write 127.0.0.1:9710")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  what `:9710` asks for


def _without_credentials(url: str) -> tuple[str, str | None, str | None]:
    """An address, and the user and password that it held: no library sees them in it."""
    scheme, credentials, rest = split_address(url)
    user, has_password, password = credentials.partition(":")
    return scheme + rest, unquote(user) or None, unquote(password) if has_password else None


def _plain(secret: SecretStr | None) -> str | None:
    return secret.get_secret_value() if secret is not None else None


def _secret_text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}: {_why(error)}") from error


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
