"""How to reach Prometheus: address, credentials, certificates, bounds."""

import re
import ssl
from collections.abc import Generator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from slowatch.source.errors import Misconfigured

if TYPE_CHECKING:
    import httpx
    import requests

ANSWER_WITHIN_S = 5.0
"""How much longer an answer is waited for than a query may take: the server gives up first."""
_DIRECT = 4
"""Requests of those who ask without a pool: a live slot, backfill, discovery, readiness."""
_SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*://")


@dataclass(frozen=True, slots=True)
class Connection:
    """Where Prometheus is and how to speak to it.

    A bearer token file is read again for each request, since tokens rotate. `timeout_s` bounds one
    query, `response_bytes` the body of one answer, `concurrency` the requests under way at once for
    a slot. Secrets do not show in `repr`.
    """

    url: str
    username: str | None = None
    password: str | None = field(default=None, repr=False)
    bearer_token: str | None = field(default=None, repr=False)
    bearer_token_file: Path | None = None
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    timeout_s: float = 30.0
    response_bytes: int = 256 * 1024 * 1024
    concurrency: int = 4

    @property
    def shown_url(self) -> str:
        """The address without credentials, for logs and messages."""
        scheme, _, rest = split_address(self.url)
        if not scheme:
            return rest
        try:
            parts = urlsplit(scheme + rest)
        except ValueError:
            return f"{scheme}…"
        return f"{scheme}{parts.netloc}{parts.path}".rstrip("/") if parts.netloc else f"{scheme}…"

    @property
    def gated_concurrency(self) -> int:
        """The requests under way at once, at most, that let a slot go first."""
        return max(1, self.concurrency // 2)

    def authorization(self) -> str | None:
        """The bearer header's value, or None. Raises Misconfigured if the file cannot be read."""
        token = self.bearer_token
        if self.bearer_token_file is not None:
            token = _read_secret(self.bearer_token_file)
        return f"Bearer {token}" if token else None


def split_address(url: str) -> tuple[str, str, str]:
    """Scheme, credentials and the rest of an address, as text; any of them may be empty.

    Whatever stands before the last `@` counts as credentials, also where a password that is not
    percent-encoded keeps them from being that by the rules: nothing of it may be shown.
    """
    found = _SCHEME.match(url)
    scheme = found.group() if found else ""
    credentials, _, rest = url[len(scheme) :].rpartition("@")
    return scheme, credentials, rest


def is_encoded(credentials: str) -> bool:
    """Whether credentials can stand in an address: what ends its host is not in them as it is."""
    return not set(credentials) & set("/?#")


def http_client(connection: Connection) -> "httpx.Client":
    """A client for queries: pooled, bounded, with the connection's credentials.

    Raises Misconfigured when the address or a certificate is unusable.
    """
    import httpx

    class _Bearer(httpx.Auth):
        def auth_flow(
            self, request: httpx.Request
        ) -> Generator[httpx.Request, httpx.Response, None]:
            value = connection.authorization()
            if value is not None:
                request.headers["Authorization"] = value
            yield request

    basic = (
        httpx.BasicAuth(connection.username, connection.password or "")
        if connection.username is not None
        else None
    )
    _check_url(connection)
    return httpx.Client(
        base_url=connection.url.rstrip("/"),
        auth=basic or (_Bearer() if _has_token(connection) else None),
        headers={"User-Agent": "slowatch", **connection.headers},
        verify=_ssl_context(connection),
        timeout=httpx.Timeout(
            connection.timeout_s,
            connect=min(5.0, connection.timeout_s),
            read=connection.timeout_s + ANSWER_WITHIN_S,
        ),
        limits=httpx.Limits(
            max_connections=connection.concurrency + connection.gated_concurrency + _DIRECT
        ),
        trust_env=False,
    )


def discovery_session(connection: Connection) -> "requests.Session":
    """The same credentials for the discovery client, which speaks through `requests`."""
    import requests

    session = requests.Session()
    session.trust_env = False
    session.headers.update(connection.headers)
    authorization = connection.authorization()
    if authorization is not None:
        session.headers["Authorization"] = authorization
    if connection.username is not None:
        session.auth = (connection.username, connection.password or "")
    if connection.ca_file is not None:
        session.verify = str(connection.ca_file)
    if connection.client_cert is not None:
        key = connection.client_key
        session.cert = (
            (str(connection.client_cert), str(key)) if key else str(connection.client_cert)
        )
    return session


def _has_token(connection: Connection) -> bool:
    return connection.bearer_token is not None or connection.bearer_token_file is not None


def _check_url(connection: Connection) -> None:
    scheme, credentials, rest = split_address(connection.url)
    if not is_encoded(credentials) or (credentials and not rest):
        raise Misconfigured(
            f"{connection.shown_url!r} is no address of a Prometheus with the credentials that "
            "were given in it; a password must be percent-encoded"
        )
    try:
        parts = urlsplit(scheme + rest)
        is_address = parts.scheme in {"http", "https"} and parts.hostname and parts.port != 0
    except ValueError:
        is_address = False
    if not is_address:
        raise Misconfigured(
            f"{connection.shown_url!r} is no address of a Prometheus; "
            "give one such as http://localhost:9090"
        )


def _ssl_context(connection: Connection) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(
            cafile=str(connection.ca_file) if connection.ca_file else None
        )
        if connection.client_cert is not None:
            context.load_cert_chain(
                str(connection.client_cert),
                str(connection.client_key) if connection.client_key else None,
            )
    except (OSError, ssl.SSLError) as error:
        raise Misconfigured(f"cannot use the certificates that were given: {error}") from error
    return context


def _read_secret(path: Path) -> str:
    try:
        secret = path.read_text(encoding="ascii").strip()
    except OSError as error:
        raise Misconfigured(f"cannot read the bearer token file {path}: {error}") from error
    except UnicodeDecodeError:
        secret = ""
    if not secret.isprintable() or not secret:
        # Neither the token nor what decoding it said may be shown.
        raise Misconfigured(f"the bearer token file {path} holds no token of printable ASCII")
    return secret
