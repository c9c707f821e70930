"""A throw-away PostgreSQL: its own cluster, in a temporary folder, on a free loopback port."""

import os
import pwd
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

PASSWORD = "correct-horse"  # noqa: S105  a test's own server
# Nothing here has to survive a crash of the machine.
_FAST = ("fsync=off", "synchronous_commit=off", "full_page_writes=off", "max_connections=40")
_MISSING = "PostgreSQL is missing: run `scripts/install-debian postgresql`"


@dataclass(slots=True)
class PostgresServer:
    """A running server; every database is made by `create_database`."""

    port: int
    _names: Iterator[int] = field(default_factory=count)

    def url(self, database: str) -> str:
        """The URL of a database, as a user of slowatch would write it."""
        return f"postgresql://slowatch:{PASSWORD}@127.0.0.1:{self.port}/{database}"

    def create_database(self) -> str:
        """The URL of a new, empty database."""
        import psycopg

        name = f"ledger_{next(self._names)}"
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(f"CREATE DATABASE {name}".encode())
        return self.url(name)


@contextmanager
def postgres() -> Iterator[PostgresServer]:
    """Start a server, and stop it and delete its folder at the end."""
    folder = Path(tempfile.mkdtemp(prefix="slowatch-postgres-"))
    try:
        _create_cluster(folder)
        port = _free_port()
        with _running(folder, port):
            yield PostgresServer(port)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


@contextmanager
def _running(folder: Path, port: int) -> Iterator[None]:
    settings = [*_FAST, "listen_addresses=127.0.0.1", f"unix_socket_directories={folder}"]
    options = [option for setting in settings for option in ("-c", setting)]
    command = [_program("postgres"), "-D", str(folder / "data"), "-p", str(port), *options]
    with (folder / "log").open("wb") as log:
        server = subprocess.Popen([*_unprivileged(), *command], stdout=log, stderr=log)
    try:
        _wait_until_ready(server, port, folder / "log")
        yield
    finally:
        # SIGINT is PostgreSQL's fast shutdown: it does not wait for clients.
        server.send_signal(2)
        server.wait(30)


def _create_cluster(folder: Path) -> None:
    if os.geteuid() == 0:
        user = pwd.getpwnam("postgres")
        os.chown(folder, user.pw_uid, user.pw_gid)
    secret = folder / "password"
    secret.write_text(PASSWORD)
    secret.chmod(0o644)
    arguments = ["-U", "slowatch", f"--pwfile={secret}", "--auth=scram-sha-256", "--no-sync"]
    command = [_program("initdb"), "-D", str(folder / "data"), *arguments, "--encoding=UTF8"]
    subprocess.run([*_unprivileged(), *command], check=True, capture_output=True, cwd=folder)


def _unprivileged() -> list[str]:
    # PostgreSQL refuses to run as root.
    if os.geteuid() != 0:
        return []
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--init-groups"]


def _program(name: str) -> str:
    installed = sorted(
        Path("/usr/lib/postgresql").glob(f"*/bin/{name}"), key=lambda path: int(path.parts[4])
    )
    found = str(installed[-1]) if installed else shutil.which(name)
    if not found:
        raise RuntimeError(_MISSING)
    return found


def _wait_until_ready(server: subprocess.Popen[bytes], port: int, log: Path) -> None:
    import psycopg

    url = PostgresServer(port).url("postgres")
    for _ in range(600):
        if server.poll() is not None:
            break
        try:
            psycopg.connect(url, connect_timeout=1).close()
        except psycopg.OperationalError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
