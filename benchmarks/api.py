"""How fast the API and the page answer, with 1,000 SLOs and thirty days of ledger.

    python -m benchmarks.api
    python -m benchmarks.api --slos 100 --seconds 3

Requests a second for `/slo`, beside a bare Starlette route that returns the same bytes, in turns,
over eight connections that stay open. Then the time until the overview is answered: as it was
rendered for the slot, and for a search that matches everything; and until it can be used in a real
browser.
"""

import argparse
import statistics
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from benchmarks.month import judging
from slowatch.demo.child import Child, free_port
from tests.support.browser import chromium

CONNECTIONS = 8
TURNS = 3
ROUNDS = 9
ANEW = tuple(f"/?q={'+'.join(['s'] * count)}" for count in range(1, ROUNDS + 1))
"""Searches that every SLO answers, each of them new to the daemon."""
BARE = """
import sys
from pathlib import Path
import uvicorn
from starlette.applications import Starlette
from starlette.responses import Response
from starlette.routing import Route

body = Path(sys.argv[1]).read_bytes()

async def same(request):
    return Response(body, media_type="application/json")

app = Starlette(routes=[Route("/slo", same)])
uvicorn.run(app, port=int(sys.argv[2]), access_log=False, log_config=None, server_header=False)
"""


def main() -> None:
    """Print the tables."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.api", description=__doc__)
    parser.add_argument("--slos", type=int, default=1_000, help="how many SLOs there are")
    parser.add_argument("--seconds", type=float, default=5.0, help="how long each turn takes")
    given = parser.parse_args()
    with judging(given.slos) as (daemon, folder):
        _compare(daemon.url, folder, given.seconds)
        _time_overview(daemon.url)
        _time_browser(daemon.url)


def _compare(url: str, folder: Path, seconds: float) -> None:
    body = folder / "body.json"
    body.write_bytes(_get(url, "/slo"))
    with _bare(body, folder) as bare_url:
        turns = [(_rate(bare_url, seconds), _rate(url, seconds)) for _ in range(TURNS)]
    bare, ours = (statistics.median(rates) for rates in zip(*turns, strict=True))
    print(f"/slo: {body.stat().st_size / 1e6:.2f} MB, over {CONNECTIONS} connections")
    print(f"{'bare Starlette route':<34} {bare:>8.0f} requests/s")
    print(f"{'slowatch':<34} {ours:>8.0f} requests/s")
    print(f"{'slowatch / bare':<34} {ours / bare:>8.2f}", flush=True)


@contextmanager
def _bare(body: Path, folder: Path) -> Iterator[str]:
    port = free_port()
    command = [sys.executable, "-c", BARE, str(body), str(port)]
    child = Child(command, log_path=folder / "bare.log", cwd=folder)
    url = f"http://127.0.0.1:{port}"
    try:
        _wait_for(partial(_get, url, "/slo"), child)
        yield url
    finally:
        child.stop()


def _wait_for(ask: Callable[[], object], child: Child) -> None:
    while child.is_running:
        try:
            ask()
        except ConnectionError:
            time.sleep(0.05)
        else:
            return
    raise SystemExit(child.log_tail())


def _rate(url: str, seconds: float) -> float:
    """Requests a second that `/slo` answers."""
    counts: list[int] = []

    def ask() -> None:
        connection = _connection(url)
        end, count = time.perf_counter() + seconds, 0
        while time.perf_counter() < end:
            _read(connection, "/slo")
            count += 1
        counts.append(count)

    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    started = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts) / (time.perf_counter() - started)


def _time_overview(url: str) -> None:
    page = _get(url, "/")
    print(f"\noverview: {len(page) / 1e6:.2f} MB of HTML")
    for what, paths in (("as it is kept", ["/"] * ROUNDS), ("rendered anew", ANEW)):
        taken = [_seconds(url, path) for path in paths]
        print(f"{what:<34} {statistics.median(taken) * 1e3:>8.0f} ms")


def _time_browser(url: str) -> None:
    """From the address to a list that a word has narrowed down, in a new tab each time."""
    with chromium() as browser:
        print()
        for what, act in (("in Chromium, loaded", _look), ("... and searched", _search)):
            taken = []
            for _ in range(ROUNDS):
                page = browser.new_page()
                started = time.perf_counter()
                page.goto(url, wait_until="load")
                act(page)
                taken.append(time.perf_counter() - started)
                page.close()
            print(f"{what:<34} {statistics.median(taken) * 1e3:>8.0f} ms", flush=True)


def _look(_page: Page) -> None:
    """Nothing more."""


def _search(page: Page) -> None:
    page.get_by_label("Search").fill("s17")
    page.wait_for_function("document.querySelectorAll('tr[id]:not([hidden])').length < 200")


def _seconds(url: str, path: str) -> float:
    started = time.perf_counter()
    _get(url, path)
    return time.perf_counter() - started


def _get(url: str, path: str) -> bytes:
    return _read(_connection(url), path)


def _connection(url: str) -> HTTPConnection:
    return HTTPConnection(urlsplit(url).netloc, timeout=60)


def _read(connection: HTTPConnection, path: str) -> bytes:
    connection.request("GET", path)
    answer = connection.getresponse()
    body = answer.read()
    if answer.status >= 400:
        raise SystemExit(f"GET {path}: {answer.status} {body[:200]!r}")
    return body


if __name__ == "__main__":
    main()
