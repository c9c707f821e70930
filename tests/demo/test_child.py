"""A child process ends when it is told to, one way or the other."""

import signal
import sys
import time
from pathlib import Path

from slowatch.demo.child import Child

DEAF = """
import signal, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
print("up", flush=True)
time.sleep(60)
"""


def test_a_child_that_ignores_sigterm_is_killed(tmp_path: Path) -> None:
    """SIGKILL after the time it was given."""
    child = Child([sys.executable, "-c", DEAF], log_path=tmp_path / "log")
    while child.log_tail() != "up":
        time.sleep(0.01)
    assert child.stop(within_s=0.2) == -signal.SIGKILL
    assert not child.is_running


def test_what_a_child_says_is_in_its_log(tmp_path: Path) -> None:
    """Both of its streams."""
    code = "import sys; print('out', flush=True); print('err', file=sys.stderr)"
    child = Child([sys.executable, "-c", code], log_path=tmp_path / "log")
    while child.is_running:
        time.sleep(0.01)
    assert child.log_tail() == "out\nerr"
    assert child.stop() == 0
