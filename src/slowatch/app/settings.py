"""Settings of a daemon: a file, environment variables over it, flags over both."""

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, model_validator
from pydantic_settings import (
    BaseSettings,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    YamlConfigSettingsSource,
)

from slowatch.api.credentials import May, ReadAccess
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
    SettingName,
    TokenText,
    WholeSeconds,
    plain,
    without_credentials,
)
from slowatch.source.connection import Connection
from slowatch.spec.compiled import DEFAULT_SOURCE

SETTINGS_FILE = "slowatch.yaml"
PREFIX = "SLOWATCH_"


class SettingsError(Exception):
    """Settings that cannot be used; the message says which, where they came from, what to do."""


class SourceSettings(BaseModel):
    """Another Prometheus, or what speaks its HTTP API, and how to reach it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    url: PrometheusUrl = Field(repr=False)
    username: str | None = None
    password: SecretStr | None = None
    password_file: Path | None = None
    bearer_token: HeaderText | None = None
    bearer_token_file: Path | None = None
    headers: dict[str, HeaderText] = Field(default_factory=dict)
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    timeout: Seconds = Field(30.0, ge=1, le=600)
    concurrency: int = Field(4, ge=1, le=32)
    scrape_interval: WholeSeconds | None = Field(None, ge=1, le=300)
    link: PrometheusLink | None = None

    def connection(self) -> Connection:
        """How to reach it. Raises SettingsError when a secret's file is unreadable."""
        url, username, password = signed_in(
            self.url, self.username, self.password, self.password_file
        )
        return Connection(
            url=url,
            username=username,
            password=password,
            bearer_token=plain(self.bearer_token),
            bearer_token_file=self.bearer_token_file,
            headers={k: v.get_secret_value() for k, v in self.headers.items()},
            ca_file=self.ca_file,
            client_cert=self.client_cert,
            client_key=self.client_key,
            timeout_s=self.timeout,
            concurrency=self.concurrency,
        )

    @property
    def page(self) -> str:
        """Where people reach it; no credentials are in it."""
        return self.link or without_credentials(self.url)[0].rstrip("/")


def _not_the_first(sources: dict[str, SourceSettings]) -> dict[str, SourceSettings]:
    if DEFAULT_SOURCE in sources:
        raise ValueError(f"`{DEFAULT_SOURCE}` is what `prometheus_url` sets: choose another name")
    return sources


class Webhook(BaseModel):
    """An address that is told of each alert that fires or is over."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: SettingName
    url: SecretUrl
    token: HeaderText | None = None
    token_file: Path | None = None


class TokenSettings(BaseModel):
    """A token that requests to slowatch may show."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: SettingName
    token: TokenText | None = None
    token_file: Path | None = None
    may: May = "read"

    @model_validator(mode="after")
    def _has_one_text(self) -> Self:
        if (self.token is None) == (self.token_file is None):
            raise ValueError("give either a `token` or a `token_file`")
        return self


def _check_names(setting: str, named: Sequence[Webhook | TokenSettings]) -> None:
    if len({one.name for one in named}) < len(named):
        raise ValueError(f"{setting}: each needs a name of its own")


Sources = Annotated[
    dict[SettingName, SourceSettings],
    AfterValidator(_not_the_first),
]


class _File(YamlConfigSettingsSource):
    """What the file sets and nothing before it does."""

    def __call__(self) -> dict[str, Any]:
        return {k: v for k, v in super().__call__().items() if k not in self.current_state}


class Settings(BaseSettings):
    """Everything that can be set; durations are written like `30s`, `5m` or `90d`."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, extra="forbid", frozen=True, yaml_file=SETTINGS_FILE
    )

    prometheus_url: PrometheusUrl = Field(
        "http://localhost:9090",
        description="Address of Prometheus or what speaks its HTTP API; `user:password@` works.",
        repr=False,
        examples=["https://prometheus.example:9090"],
    )
    prometheus_username: str | None = Field(
        None, description="User of basic authentication.", examples=["slowatch"]
    )
    prometheus_password: SecretStr | None = Field(
        None, description="Its password.", examples=["s3cret"]
    )
    prometheus_password_file: Path | None = Field(
        None,
        description="A file that holds the password, instead of the password itself.",
        examples=["/run/secrets/prometheus"],
    )
    prometheus_bearer_token: HeaderText | None = Field(
        None, description="A bearer token.", examples=["eyJhbGciOiJIUzI1NiJ9"]
    )
    prometheus_bearer_token_file: Path | None = Field(
        None,
        description="A file that holds the bearer token; read again for each request.",
        examples=["/run/secrets/token"],
    )
    prometheus_headers: dict[str, HeaderText] = Field(
        default_factory=dict,
        description='Further headers, as JSON, such as `{"X-Scope-OrgID": "team-a"}`.',
        examples=['{"X-Scope-OrgID": "team-a"}'],
    )
    prometheus_ca_file: Path | None = Field(
        None,
        description="Certificate authority to trust, instead of the system's.",
        examples=["/etc/ssl/own-ca.pem"],
    )
    prometheus_client_cert: Path | None = Field(
        None, description="Client certificate (PEM).", examples=["/etc/slowatch/client.pem"]
    )
    prometheus_client_key: Path | None = Field(
        None, description="Its key (PEM), if separate.", examples=["/etc/slowatch/client.key"]
    )
    prometheus_timeout: Seconds = Field(
        30.0, ge=1, le=600, description="The longest that one query may take.", examples=["10s"]
    )
    prometheus_concurrency: int = Field(
        4,
        ge=1,
        le=32,
        description="Requests under way at once for a slot; for backfill half as many.",
        examples=["8"],
    )
    sources: Sources = Field(
        default_factory=dict,
        description="Further Prometheuses, by the name that SLOs give as their `source`: "
        "`{thanos: {url: https://…}}`, as JSON in a variable. Each may have what `prometheus_…` "
        "sets for the first: `username`, `password`, `bearer_token`, `headers` (a tenant), "
        "`ca_file`, `client_cert`, `timeout`, `concurrency`, and `scrape_interval`, `link`.",
        examples=['{"thanos": {"url": "https://thanos.example"}}'],
    )
    rules: Paths = Field(
        (Path("rules"),),
        description="Spec files or folders, separated by `:` in a variable.",
        examples=["/etc/slowatch/rules:extra.yaml"],
    )
    rules_poll: Seconds = Field(
        2.0,
        ge=0,
        le=3600,
        description="How often spec files are looked at for changes; `0s` is never: then SIGHUP "
        "and `POST /-/reload` have them read again.",
        examples=["30s"],
    )
    state: str = Field(
        "slowatch.db",
        description="The ledger: a file, `sqlite:///file`, or `postgresql://user:pass@host/db`.",
        repr=False,
        examples=["postgresql://slowatch@db/slowatch"],
    )
    state_file: Path | None = Field(
        None,
        description="A file that holds `state`, for an address with a password in it.",
        examples=["/run/secrets/state"],
    )
    listen: str = Field(
        "127.0.0.1:9710", description="Address and port of the API.", examples=["0.0.0.0:9710"]
    )
    tokens: tuple[TokenSettings, ...] = Field(
        (),
        description="Who may ask what slowatch answers: a list, as JSON in a variable, of "
        "`{name: ci, token_file: /run/secrets/ci, may: write}`; `token` gives the token itself, "
        "`may` is `read` or `write`. Without one that may write there are no writes. A file is "
        "read again when it changes; names are for the log.",
        examples=['[{"name": "ci", "token_file": "/run/secrets/ci", "may": "write"}]'],
    )
    read_access: ReadAccess = Field(
        "open",
        description="Who may read: `open`, everybody; `token`, who has one of `tokens`, in a "
        "browser as the password. `/healthz` and `/readyz` are always answered.",
        examples=["token"],
    )
    tls_cert: Path | None = Field(
        None,
        description="Certificate (PEM, with its chain) to serve HTTPS with; read again when it "
        "changes.",
        examples=["/etc/slowatch/tls.pem"],
    )
    tls_key: Path | None = Field(
        None, description="Its key (PEM), without a passphrase.", examples=["/etc/slowatch/tls.key"]
    )
    connections: int = Field(
        4000,
        ge=16,
        le=100_000,
        description="Connections at once; half of them may be pages that are open. A request over "
        "one more is answered 503.",
        examples=["1000"],
    )
    slot: WholeSeconds = Field(
        60, ge=10, le=300, description="Length of a slot; it must divide an hour.", examples=["30s"]
    )
    settle: Seconds = Field(
        15.0,
        ge=0,
        le=600,
        description="How long after its end a slot is asked for, so that late scrapes are in.",
        examples=["30s"],
    )
    scrape_interval: WholeSeconds | None = Field(
        None,
        ge=1,
        le=300,
        description="Scrape interval of the targets; discovered from Prometheus if not given.",
        examples=["30s"],
    )
    retention: WholeSeconds = Field(
        400 * 86_400,
        ge=86_400,
        description="How long the ledger keeps facts; never shorter than the longest window.",
        examples=["90d"],
    )
    alerting: Alerting = Field(
        "rules",
        description="Who raises alerts: `rules`, rendered rules do, and slowatch shows and exposes "
        "what they fire on; `notify`, slowatch sends them itself; `off`, nobody.",
        examples=["notify"],
    )
    alertmanagers: AlertmanagerUrls = Field(
        (),
        description="Addresses of Alertmanagers, each of which is sent every alert; in a variable "
        "one address, or a list as JSON. `user:password@` works.",
        repr=False,
        examples=['["http://one:9093", "http://two:9093"]'],
    )
    alertmanager_username: str | None = Field(
        None, description="User of basic authentication, for all of them.", examples=["slowatch"]
    )
    alertmanager_password: SecretStr | None = Field(
        None, description="Its password.", examples=["s3cret"]
    )
    alertmanager_password_file: Path | None = Field(
        None, description="A file that holds the password.", examples=["/run/secrets/alertmanager"]
    )
    alertmanager_bearer_token: HeaderText | None = Field(
        None, description="A bearer token.", examples=["eyJhbGciOiJIUzI1NiJ9"]
    )
    alertmanager_bearer_token_file: Path | None = Field(
        None,
        description="A file that holds the bearer token; read again for each request.",
        examples=["/run/secrets/token"],
    )
    alertmanager_ca_file: Path | None = Field(
        None,
        description="Certificate authority to trust, instead of the system's.",
        examples=["/etc/ssl/own-ca.pem"],
    )
    webhooks: tuple[Webhook, ...] = Field(
        (),
        description="Further addresses that are sent each alert that fires or is over: a list, as "
        "JSON in a variable, of `{name: chat, url: https://…}`; `token` or `token_file` may give a "
        "bearer token.",
        examples=['[{"name": "chat", "url": "https://chat.example/hooks/1"}]'],
    )
    external_url: ExternalUrl | None = Field(
        None,
        description="Address under which people reach slowatch, for links in alerts.",
        examples=["https://slo.example"],
    )
    prometheus_link: PrometheusLink | None = Field(
        None,
        description="Address under which people reach Prometheus, for links on the status page; "
        "`prometheus_url` if not given.",
        examples=["https://prometheus.example"],
    )
    log_level: Literal["debug", "info", "warning", "error"] = Field(
        "info", description="What is logged.", examples=["debug"]
    )
    log_format: Literal["auto", "console", "json"] = Field(
        "auto", description="Lines for people on a terminal, JSON otherwise.", examples=["json"]
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
        _check_names("webhooks", self.webhooks)
        return self

    @model_validator(mode="after")
    def _can_be_asked(self) -> Self:
        _check_names("tokens", self.tokens)
        if self.read_access == "token" and not self.tokens:
            raise ValueError("read_access: token needs somebody who may read: set `tokens`")
        if (self.tls_cert is None) != (self.tls_key is None):
            raise ValueError("tls_cert and tls_key: set both, or neither")
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
        """Flags first, then variables, then the file; each setting is from one of them as a whole.

        A password of the file must not go to an address of a variable.
        """
        return init_settings, env_settings, _File(settings_cls)

    @classmethod
    def from_flags(cls, flags: Mapping[str, object]) -> Self:
        """Settings in which flags go before everything. Raises pydantic's ValidationError."""
        build: Callable[..., Self] = cls
        return build(**flags)

    @property
    def ledger_address(self) -> str:
        """Where the ledger is. Raises SettingsError when the file that says so is unreadable."""
        return secret_text(self.state_file) if self.state_file else self.state

    @property
    def all_sources(self) -> Mapping[str, SourceSettings]:
        """What can be asked, by name."""
        prefix = "prometheus_"
        of_default = {
            name.removeprefix(prefix): getattr(self, name)
            for name in type(self).model_fields
            if name.startswith(prefix)
        }
        first = SourceSettings(**of_default, scrape_interval=self.scrape_interval)
        return {DEFAULT_SOURCE: first, **self.sources}

    def connection(self) -> Connection:
        """How to reach Prometheus. Raises SettingsError when a secret's file is unreadable."""
        return self.all_sources[DEFAULT_SOURCE].connection()

    @property
    def stale_after_s(self) -> float:
        """How long after its end, in seconds, a slot no longer tells of the present."""
        return 3 * self.slot + self.settle

    def listen_address(self) -> tuple[str, int]:
        """Host and port to listen on. Raises SettingsError when `listen` is neither."""
        host, colon, port = self.listen.rpartition(":")
        if not (colon and port.isdecimal() and int(port) <= 65_535):
            raise SettingsError(f"listen: {self.listen!r} is no address; write 127.0.0.1:9710")
        return host.strip("[]") or "0.0.0.0", int(port)  # noqa: S104  what `:9710` asks for


def signed_in(
    address: str, username: str | None, password: SecretStr | None, password_file: Path | None
) -> tuple[str, str | None, str | None]:
    """An address without credentials, the user and the password: what is set goes before its own.

    Raises SettingsError when the password's file is unreadable.
    """
    url, user, known = without_credentials(address)
    if username is not None:
        user, known = username, None
    if password is not None:
        known = plain(password)
    if password_file is not None:
        known = secret_text(password_file)
    return url, user, known


def secret_text(path: Path) -> str:
    """What a file holds, without white space around it. Raises SettingsError."""
    try:
        return path.read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(f"cannot read {path}: {_why(error)}") from error


def _why(error: OSError | UnicodeDecodeError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or "it is not UTF-8 text"
