"""`slowatch status`: a running daemon's answer as a table, or as it is."""

import sys
import time
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from slowatch.cli.configured import configured
from slowatch.cli.failing import CannotRun, tell

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

LOOK_AGAIN_S = 5.0
UNKNOWN = 401
LINES_AROUND_TABLE = 8


def show_status(url: str | None, *, watch: bool, as_json: bool) -> int:
    """Print the answer once, or again and again until somebody interrupts; the exit code."""
    address = _address(url) if url else _configured_address()
    if watch and not as_json and sys.stdout.isatty():
        _follow(address)
    while True:
        _print(_body(address), address, as_json=as_json)
        if not watch:
            return 0
        time.sleep(LOOK_AGAIN_S)


def _print(body: str, address: str, *, as_json: bool) -> None:
    if as_json:
        sys.stdout.write(body + "\n")
        sys.stdout.flush()
        return
    from slowatch.terminal.table import print_answer

    print_answer(_read(body, address))
    for reason in _not_ready(address):
        tell(f"not up to date: {reason}")


def _not_ready(address: str) -> list[str]:
    """Why the numbers are not to be relied upon now, if they are not."""
    import httpx

    try:
        answer = httpx.get(f"{address}/readyz", timeout=10.0, trust_env=False).json()
    except (httpx.TransportError, ValueError):
        return []
    reasons = answer.get("reasons") if isinstance(answer, dict) else None
    return [str(reason) for reason in reasons] if isinstance(reasons, list) else []


def _follow(address: str) -> None:
    """Show the table in place, and go on when the daemon is away for a while."""
    from rich.console import Console
    from rich.live import Live

    console = Console(highlight=False)
    shown = _table(address, console)
    with Live(shown, console=console, screen=True, auto_refresh=False) as live:
        while True:
            time.sleep(LOOK_AGAIN_S)
            try:
                shown = _table(address, console)
            except CannotRun as away:
                live.update(_with_note(shown, str(away)), refresh=True)
            else:
                live.update(shown, refresh=True)


def _table(address: str, console: "Console") -> "RenderableType":
    from slowatch.terminal.table import slo_table

    rows = max(5, console.height - LINES_AROUND_TABLE)
    return slo_table(_read(_body(address), address), rows=rows)


def _with_note(shown: "RenderableType", note: str) -> "RenderableType":
    from rich.console import Group
    from rich.text import Text

    return Group(shown, Text(note, style="red"))


def _configured_address() -> str:
    settings = configured()
    host, port = settings.listen_address()
    scheme = "https" if settings.tls_cert else "http"
    anywhere = host in ("0.0.0.0", "::")  # noqa: S104  not listened on: compared with
    reached = "127.0.0.1" if anywhere else f"[{host}]" if ":" in host else host
    return f"{scheme}://{reached}:{port}"


def _address(url: str) -> str:
    return (url if "://" in url else f"http://{url}").rstrip("/")


def _shown(address: str) -> str:
    """The address without the token that may stand in it."""
    scheme, _, rest = address.partition("://")
    return f"{scheme}://{rest.rpartition('@')[2]}"


def _read(body: str, address: str) -> Mapping[str, Any]:
    import json

    try:
        answer = json.loads(body)
    except ValueError:
        answer = None
    if not (isinstance(answer, dict) and isinstance(answer.get("slos"), list)):
        raise CannotRun(f"{_shown(address)} does not answer like a slowatch")
    return answer


def _body(address: str) -> str:
    import httpx

    try:
        response = httpx.get(f"{address}/slo", timeout=10.0, trust_env=False)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        message = f"no slowatch answers at {_shown(address)}: {error}"
        raise CannotRun(f"{message}; start one with `slowatch run`") from error
    if response.status_code == UNKNOWN:
        message = "takes a token that it knows: --url http://any:TOKEN@…"
        raise CannotRun(f"{_shown(address)} {message}")
    if response.status_code != 200:
        told = f"answers HTTP {response.status_code}; is it a slowatch?"
        raise CannotRun(f"{_shown(address)} {told}")
    return response.text
