"""HTTPS by settings, with certificates of an authority that is made for the test."""

import os
import socket
import ssl
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization
from fastapi import Response

from slowatch.app.serving import how_to_serve
from slowatch.app.settings import Settings, SettingsError
from slowatch.app.tls import Certificate, certificate
from slowatch.demo.child import free_port
from tests.api.standing import Standing
from tests.support.daemon import wait_for
from tests.support.serving import running

AUTHORITY = trustme.CA()


def issue(folder: Path) -> tuple[Path, Path]:
    """A new certificate for this host, and its key, in place of those that were there."""
    issued = AUTHORITY.issue_cert("127.0.0.1", "localhost")
    for name, blob in (
        ("tls.crt", issued.cert_chain_pems[0]),
        ("tls.key", issued.private_key_pem),
    ):
        blob.write_to_path(str(folder / f"{name}.new"))
        (folder / f"{name}.new").replace(folder / name)
    return folder / "tls.crt", folder / "tls.key"


def trusting() -> ssl.SSLContext:
    """What trusts the authority, and nobody else."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    AUTHORITY.configure_trust(context)
    return context


@contextmanager
def served(certified: Certificate) -> Iterator[int]:
    """The port, while it is served as the daemon does."""
    config = how_to_serve(Standing().app(), most=10, certified=certified)
    config.port = free_port()
    with running(config):
        yield config.port


def shown(port: int, context: ssl.SSLContext, *, names: bool = True) -> bytes:
    """The certificate that the server shows."""
    host = "localhost" if names else None
    context.check_hostname = names
    with (
        socket.create_connection(("127.0.0.1", port), timeout=10) as plain,
        context.wrap_socket(plain, server_hostname=host) as made,
    ):
        found = made.getpeercert(binary_form=True)
        assert found is not None
        return found


def test_it_answers_over_tls_and_over_nothing_else(tmp_path: Path) -> None:
    with served(Certificate(*issue(tmp_path))) as port:
        answer = httpx.get(f"https://localhost:{port}/slo", verify=trusting(), trust_env=False)
        assert answer.status_code == 200
        # Whether a host is read over HTTPS alone is for who runs others under its name to say.
        assert "strict-transport-security" not in answer.headers
        with pytest.raises(httpx.TransportError):
            httpx.get(f"http://localhost:{port}/slo", trust_env=False)


@pytest.mark.filterwarnings("ignore:ssl.TLSVersion:DeprecationWarning")
def test_it_speaks_no_tls_that_is_older_than_1_2(tmp_path: Path) -> None:
    old = trusting()
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    with served(Certificate(*issue(tmp_path))) as port, pytest.raises(ssl.SSLError):
        shown(port, old)


@pytest.mark.parametrize("names", [True, False])
def test_a_certificate_that_is_renewed_is_shown_without_a_restart(
    tmp_path: Path, *, names: bool
) -> None:
    with served(Certificate(*issue(tmp_path))) as port:
        before = shown(port, trusting(), names=names)
        assert shown(port, trusting(), names=names) == before
        issue(tmp_path)
        after = shown(port, trusting(), names=names)
        assert after != before
        (tmp_path / "tls.crt").write_text("half of a cert")
        assert shown(port, trusting(), names=names) == after
        (tmp_path / "tls.crt").unlink()
        assert shown(port, trusting(), names=names) == after
        issue(tmp_path)
        assert shown(port, trusting(), names=names) not in (before, after)


def test_a_client_that_breaks_its_handshake_off_does_no_harm(tmp_path: Path) -> None:
    with served(Certificate(*issue(tmp_path))) as port:
        for said in (b"", b"\x16\x03", b"GET / HTTP/1.1\r\n\r\n", os.urandom(1000)):
            with socket.create_connection(("127.0.0.1", port), timeout=10) as plain:
                plain.sendall(said)
        assert shown(port, trusting())


def gone(path: Path) -> None:
    """No file any more."""
    path.unlink()


def nonsense(path: Path) -> None:
    """Something else."""
    path.write_text("nothing")


def other_key(key: Path) -> None:
    """The key of another certificate."""
    AUTHORITY.issue_cert("localhost").private_key_pem.write_to_path(str(key))


def with_passphrase(key: Path) -> None:
    """The same key, encrypted."""
    loaded = serialization.load_pem_private_key(key.read_bytes(), None)
    key.write_bytes(
        loaded.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"secret"),
        )
    )


@pytest.mark.parametrize(
    ("name", "change", "told"),
    [
        ("tls.crt", gone, "cannot read"),
        ("tls.key", gone, "cannot read"),
        ("tls.crt", nonsense, "use PEM files"),
        ("tls.key", nonsense, "use PEM files"),
        ("tls.key", other_key, "the key is of another certificate"),
        ("tls.key", with_passphrase, "has a passphrase"),
    ],
)
def test_what_cannot_be_served_with_is_told_at_the_start(
    tmp_path: Path, name: str, change: Callable[[Path], None], told: str
) -> None:
    cert, key = issue(tmp_path)
    change(tmp_path / name)
    with pytest.raises(SettingsError, match=told) as error:
        certificate(Settings.from_flags({"tls_cert": cert, "tls_key": key}))
    assert "tls_key: " in str(error.value)
    assert "PRIVATE" not in str(error.value)


def test_an_answer_that_is_not_taken_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("slowatch.app.connections.LOOK_EVERY_S", 0.2)
    app = Standing().app()

    @app.get("/much")
    def much() -> Response:
        return Response(b"x" * 16_000_000)

    config = how_to_serve(app, most=10, certified=Certificate(*issue(tmp_path)))
    config.port = free_port()
    with (
        running(config) as server,
        socket.create_connection(("127.0.0.1", config.port), timeout=10) as plain,
        trusting().wrap_socket(plain, server_hostname="localhost") as made,
    ):
        made.sendall(b"GET /much HTTP/1.1\r\nHost: slowatch\r\n\r\n")
        assert made.recv(12) == b"HTTP/1.1 200"
        wait_for(lambda: not server.server_state.connections, within_s=20)


def test_without_settings_there_is_no_tls() -> None:
    assert certificate(Settings.from_flags({})) is None
