"""A process that serves HTTPS to who has a token: to a browser, to probes, and to nobody else."""

import json
from collections.abc import Callable
from pathlib import Path

import httpx
import pytest

from slowatch.demo.child import Child, free_port
from slowatch.demo.demo import rules_folder
from tests.app.test_serving_tls import issue, trusting
from tests.support.browser import chromium
from tests.support.daemon import RUN, surroundings, wait_for

TOKEN = "t" * 32


def serving(folder: Path, **more: str) -> tuple[Child, int]:
    """A daemon with a certificate and a token that may write."""
    cert, key = issue(folder)
    (folder / "token").write_text(f"{TOKEN}\n")
    port = free_port()
    settings = {
        "rules": str(rules_folder().resolve()),
        "prometheus_url": "http://127.0.0.1:1",
        "tls_cert": str(cert),
        "tls_key": str(key),
        "tokens": json.dumps([{"name": "ci", "token_file": "token", "may": "write"}]),
        "read_access": "token",
    }
    environment = surroundings(**settings | more)
    command = [*RUN, "run", "--listen", f"127.0.0.1:{port}"]
    return Child(command, log_path=folder / "log", env=environment, cwd=folder), port


@pytest.mark.slow
def test_it_is_served_over_https_to_who_has_the_token(tmp_path: Path) -> None:
    """Pages live in a browser that knows the token; whoever does not is told to show one."""
    child, port = serving(tmp_path)
    url = f"https://localhost:{port}"
    with httpx.Client(base_url=url, verify=trusting(), trust_env=False) as client:
        try:
            wait_for(answering(lambda: client.get("/healthz").status_code == 200), within_s=20)
            assert client.get("/").status_code == 401
            bearer = {"Authorization": f"Bearer {TOKEN}"}
            assert client.get("/slo", headers=bearer).status_code == 200
            assert client.post("/-/reload", headers=bearer).status_code == 200
            seen_in_a_browser(url)
        finally:
            assert child.stop(within_s=10) == 0
    told = (tmp_path / "log").read_text()
    assert TOKEN not in told
    assert "Traceback" not in told
    lines = [json.loads(line) for line in told.splitlines()]
    assert [line["tls"] for line in lines if line["event"] == "started"] == [True]
    writes = [(one["token"], one["status"]) for one in lines if one["event"] == "write"]
    assert writes == [("ci", 200)]


def seen_in_a_browser(url: str) -> None:
    """The overview is shown, and hears of news."""
    with chromium() as browser:
        context = browser.new_context(
            ignore_https_errors=True, http_credentials={"username": "me", "password": TOKEN}
        )
        page = context.new_page()
        with page.expect_request("**/events") as asked:
            answer = page.goto(url)
        assert answer is not None
        assert answer.status == 200
        heard = asked.value.response()
        assert heard is not None
        assert heard.status == 200
        context.close()


@pytest.mark.parametrize(
    ("more", "told"),
    [
        ({"tls_key": "nowhere.key"}, "tls_cert, tls_key: cannot read nowhere.key"),
        ({"tokens": '[{"name": "ci", "token_file": "gone"}]'}, "cannot read gone"),
        ({"tokens": '[{"name": "ci", "token": "short"}]'}, "16 printable ASCII characters"),
    ],
)
def test_a_start_that_would_serve_nobody_fails_with_a_sentence(
    tmp_path: Path, more: dict[str, str], told: str
) -> None:
    child, _ = serving(tmp_path, **more)
    wait_for(lambda: not child.is_running, within_s=20)
    said = child.log_tail()
    assert told in said
    assert "Traceback" not in said
    assert "short" not in said


def answering(check: Callable[[], bool]) -> Callable[[], bool]:
    """A check that fails where nobody listens yet."""

    def tried() -> bool:
        try:
            return check()
        except httpx.TransportError:
            return False

    return tried
