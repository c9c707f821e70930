"""Settings of a daemon: a file, environment variables over it, flags over both."""

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Literal, Self

from pydantic import BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from slowatch.app.values import (
    Alerting,
    AlertmanagerUrls,
    ExternalUrl,
    HeaderText,
    Paths,
    PrometheusLink,
    PrometheusUrl,
    Seconds,
    SecretUrl,
    WholeSeconds,
    plain,
    without_credentials,
)
from slowatch.source.connection import Connection

SETTINGS_FILE = "slowatch.yaml"
PREFIX = "SLOWATCH_"


class SettingsError(Exception):
    """Settings that cannot be used; the message says which, where they came from, what to do."""


class Webhook(BaseModel):
    """An address that is told of each alert that fires or is over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")
    url: SecretUrl
    token: HeaderText | None = None
    token_file: Path | None = None


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
    alerting: Alerting = Field(
        "rules",
        description="Who raises alerts: `rules`, rendered rules do, and slowatch shows and exposes "
        "what they fire on; `notify`, slowatch sends them itself; `off`, nobody.",
    )
    alertmanagers: AlertmanagerUrls = Field(
        (),
        description="Addresses of Alertmanagers, each of which is sent every alert; in a variable "
        "one address, or a list as JSON. `user:password@` works.",
        repr=False,
    )
    alertmanager_username: str | None = Field(
        None, description="User of basic authentication, for all of them."
    )
    alertmanager_password: SecretStr | None = Field(None, description="Its password.")
    alertmanager_password_file: Path | None = Field(
        None, description="A file that holds the password."
    )
    alertmanager_bearer_token: HeaderText | None = Field(None, description="A bearer token.")
    alertmanager_bearer_token_file: Path | None = Field(
        None, description="A file that holds the bearer token; read again for each request."
    )
    alertmanager_ca_file: Path | None = Field(
        None, description="Certificate authority to trust, instead of the system's."
    )
    webhooks: tuple[Webhook, ...] = Field(
        (),
        description="Further addresses that are sent each alert that fires or is over: a list, as "
        "JSON in a variable, of `{name: chat, url: https://…}`; `token` or `token_file` may give a "
        "bearer token.",
    )
    external_url: ExternalUrl | None = Field(
        None, description="Address under which people reach slowatch, for links in alerts."
    )
    prometheus_link: PrometheusLink | None = Field(
        None,
        description="Address under which people reach Prometheus, for links on the status page; "
        "`prometheus_url` if not given.",
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

    @model_validator(mode="after")
    def _has_somebody_to_notify(self) -> Self:
        if self.alerting == "notify" and not (self.alertmanagers or self.webhooks):
            raise ValueError(
                "alerting: notify needs somebody to notify: set `alertmanagers` or `webhooks`, "
                "or `alerting: rules`"
            )
        names = [webhook.name for webhook in self.webhooks]
        if len(set(names)) < len(names):
            raise ValueError("webhooks: each needs a name of its own")
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
        return secret_text(self.state_file) if self.state_file else self.state

    def connection(self) -> Connection:
        """How to reach Prometheus. Raises SettingsError when a secret's file is unreadable."""
        url, username, password = without_credentials(self.prometheus_url)
        if self.prometheus_username is not None:
            username, password = self.prometheus_username, None
        if self.prometheus_password is not None:
            password = plain(self.prometheus_password)
        if self.prometheus_password_file is not None:
            password = secret_text(self.prometheus_password_file)
        return Connection(
            url=url,
            username=username,
            password=password,
            bearer_token=plain(self.prometheus_bearer_token),
            bearer_token_file=self.prometheus_bearer_token_file,
            headers={k: v.get_secret_value() for k, v in self.prometheus_headers.items()},
            ca_file=self.prometheus_ca_file,
            client_cert=self.prometheus_client_cert,
            client_key=self.prometheus_client_key,
            timeout_s=self.prometheus_timeout,
            concurrency=self.prometheus_concurrency,
        )

    @property
    def stale_after_s(self) -> float:
        """How long after its end, in seconds, a slot no longer tells of the present."""
        return 3 * self.slot + self.settle

    @property
    def prometheus_page(self) -> str:
        """Where people reach Prometheus; no credentials are in it."""
        return self.prometheus_link or without_credentials(self.prometheus_url)[0].rstrip("/")

    def listen_address(self) -> tuple[str, int]:
        """Host and port to listen on. Raises SettingsError when `listen` is neither."""
        host, colon, port = self.listen.rpartition(":")
        if not (colon and port.isdecimal() and int(port) <= 65_535):
            raise SettingsError(f"listen: {self.listen!r} is no address; write 127.0.0.1:9710")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  what `:9710` asks for


def secret_text(path: Path) -> str:
    """What a file holds, without white space around it. Raises SettingsError."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}: {_why(error)}") from error


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
