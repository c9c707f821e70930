"""TLS: the certificate that slowatch serves with, taken over anew when its files change."""

import ssl
from pathlib import Path

import structlog

from slowatch.app.settings import Settings, SettingsError
from slowatch.spec.versions import Version, version_of

log = structlog.get_logger(__name__)


class Certificate:
    """A certificate and its key; raises SettingsError when they cannot be used.

    Their files are looked at for every handshake. One that cannot be used any more changes nothing:
    the last good one is served on.
    """

    def __init__(self, cert: Path, key: Path) -> None:
        self._cert, self._key = cert, key
        self._seen = self._versions()
        self.context = self._newest = _context(cert, key)
        self.context.sni_callback = self._choose

    def _versions(self) -> tuple[Version, Version]:
        return version_of(self._cert), version_of(self._key)

    def _choose(self, handshake: ssl.SSLObject, _host: str | None, _first: ssl.SSLContext) -> None:
        """Python calls it for each handshake, also of a client that names no host."""
        versions = self._versions()
        if versions != self._seen:
            self._seen = versions
            self._renew()
        handshake.context = self._newest

    def _renew(self) -> None:
        try:
            self._newest = _context(self._cert, self._key)
        except SettingsError as error:
            log.error("certificate_not_read", error=str(error))
        else:
            log.info("certificate_read")


def certificate(settings: Settings) -> Certificate | None:
    """What to serve with, where it is set. Raises SettingsError when it cannot be used."""
    if settings.tls_cert is None or settings.tls_key is None:
        return None
    return Certificate(settings.tls_cert, settings.tls_key)


def _context(cert: Path, key: Path) -> ssl.SSLContext:
    """TLS 1.2 and 1.3, with what Python takes for safe ciphers."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    texts = [_content(path) for path in (cert, key)]
    if b"ENCRYPTED" in texts[1]:
        # Python would ask for it on the terminal.
        raise SettingsError(f"tls_key: {key} has a passphrase: save it without one")
    try:
        context.load_cert_chain(cert, key)
    except (ssl.SSLError, OSError) as error:
        told = f"tls_cert, tls_key: {cert} and {key} are no certificate and its key: "
        raise SettingsError(told + _why(error)) from error
    return context


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise SettingsError(f"tls_cert, tls_key: cannot read {path}: {error.strerror}") from error


def _why(error: OSError) -> str:
    if getattr(error, "reason", None) == "KEY_VALUES_MISMATCH":
        return "the key is of another certificate"
    return "use PEM files"
