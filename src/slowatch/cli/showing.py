"""`slowatch status`: a running daemon's answer as a table, or as it is."""

import sys
import time
from collections.abc import Mapping
from typing import Any

from slowatch.cli.failing import CannotRun

LOOK_AGAIN_S = 5.0


def show_status(url: str | None, *, watch: bool, as_json: bool) -> int:
    """Print the answer once, or for as long as nobody interrupts; the exit code."""
    address = url or _configured_url()
    if as_json:
        sys.stdout.write(_get(address).text + "\n")
        return 0
    if watch and sys.stdout.isatty():
        _follow(address)
        return 0
    from rich.console import Console

    from slowatch.terminal.table import slo_table

    console = Console(highlight=False)
    while True:
        console.print(slo_table(_answer(address)))
        if not watch:
            return 0
        time.sleep(LOOK_AGAIN_S)


def _follow(address: str) -> None:
    from rich.console import Console
    from rich.live import Live

    from slowatch.terminal.table import slo_table

    console = Console(highlight=False)
    with Live(console=console, screen=True, auto_refresh=False) as live:
        while True:
            rows = max(5, console.height - 8)
            live.update(slo_table(_answer(address), rows=rows), refresh=True)
            time.sleep(LOOK_AGAIN_S)


def _configured_url() -> str:
    from slowatch.app.settings import read_settings

    host, port = read_settings().listen_address()
    return f"http://{'127.0.0.1' if host in ('0.0.0.0', '::') else host}:{port}"  # noqa: S104


def _answer(address: str) -> Mapping[str, Any]:
    try:
        answer: Mapping[str, Any] = _get(address).json()
    except ValueError as error:
        raise CannotRun(f"{address} does not answer like a slowatch") from error
    return answer


def _get(address: str) -> Any:  # noqa: ANN401
    import httpx

    try:
        response = httpx.get(f"{address.rstrip('/')}/slo", timeout=10.0, trust_env=False)
    except (httpx.TransportError, httpx.InvalidURL) as error:
        message = f"no slowatch answers at {address}: {error}; start one with `slowatch run`"
        raise CannotRun(message) from error
    if response.status_code != 200:
        raise CannotRun(f"{address} answers HTTP {response.status_code}")
    return response
