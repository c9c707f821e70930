"""Commands that see a folder as a read-only mount, which root cannot write either."""

import subprocess
from collections.abc import Sequence
from pathlib import Path

import pytest

_MOUNTED = 'mount --bind "$0" "$0" && mount -o remount,ro,bind "$0" && exec "$@"'


def on_read_only_mount(folder: Path, command: Sequence[str]) -> list[str]:
    """The command as it is to be called; skips the test where no mount can be made."""
    before = ["unshare", "--mount", "--map-root-user", "sh", "-c", _MOUNTED, str(folder)]
    if subprocess.run([*before, "true"], capture_output=True).returncode:
        pytest.skip("mounts cannot be made here")
    return [*before, *command]
