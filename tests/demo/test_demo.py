"""The demo ends as cleanly as it can, above all when a part of it does not start."""

import json
import os
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from slowatch.demo.demo import rules_folder, run_demo

STAND_IN = """
import http.server, os
class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b'{"as_of": "12:00", "slos": []}')
host, port = os.environ["SLOWATCH_LISTEN"].split(":")
http.server.HTTPServer((host, int(port)), Handler).serve_forever()
"""


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder that temporary folders are made in."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


def test_packs_of_the_checkout_are_found() -> None:
    """One for each system."""
    assert len(list(rules_folder().glob("*.yaml"))) == 5


def test_missing_prometheus_is_told_and_nothing_is_left(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Exit code 1, a message that helps, no folder."""
    monkeypatch.setenv("PATH", "")
    assert run_demo(1.0, as_json=True) == 1
    told = capsys.readouterr()
    assert told.out == ""
    assert "apt-get install prometheus" in told.err
    assert list(scratch.iterdir()) == []


def test_a_daemon_that_does_not_start_is_told_and_nothing_is_left(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it said last is in the message."""
    monkeypatch.setattr("slowatch.demo.daemon.RUN", "raise SystemExit('no such thing')")
    assert run_demo(1.0, as_json=False) == 1
    assert "no such thing" in capsys.readouterr().err
    assert list(scratch.iterdir()) == []


def test_json_is_the_last_answer_and_nothing_else(
    scratch: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Where to look goes to stderr."""
    monkeypatch.setattr("slowatch.demo.daemon.RUN", STAND_IN)
    assert run_demo(0.5, as_json=True) == 0
    told = capsys.readouterr()
    assert json.loads(told.out) == {"as_of": "12:00", "slos": []}
    assert "/docs" in told.err
    assert list(scratch.iterdir()) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_it_all(tmp_path: Path, number: signal.Signals) -> None:
    """Exit code 0, no folder, and no process that still holds the output open."""
    code = (
        "import sys; from slowatch.demo import daemon, demo\n"
        "daemon.RUN = sys.argv[1]; sys.exit(demo.run_demo(None, as_json=False))"
    )
    with subprocess.Popen(
        [sys.executable, "-c", code, STAND_IN],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"},
    ) as demo:
        assert demo.stdout is not None
        while "Ctrl-C" not in demo.stdout.readline():
            assert demo.poll() is None
        demo.send_signal(number)
        assert demo.stdout.read().endswith("stopped\n")
        assert demo.wait() == 0
    assert list(tmp_path.iterdir()) == []
