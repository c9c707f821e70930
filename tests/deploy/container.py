"""The image of deploy/Dockerfile, and a process in it, as a container would be run."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from slowatch.demo.child import Child

HERE = Path(__file__).parent
CANNOT = 3
"""How build-image says that this machine cannot do it."""


class CannotBuild(Exception):
    """This machine cannot build the image; the message says why."""


@dataclass(frozen=True, slots=True)
class Image:
    """An unpacked file system, and how it says that it is to be run."""

    root: Path
    config: Mapping[str, Any]

    @property
    def environment(self) -> dict[str, str]:
        """Its variables."""
        return dict(line.split("=", 1) for line in self.config["Env"])

    @property
    def user(self) -> tuple[int, int]:
        """Its user and group, as numbers."""
        user, _, group = self.config["User"].partition(":")
        return int(user), int(group)


@dataclass(frozen=True, slots=True)
class Container:
    """A running command; `child` is what started its process 1."""

    child: Child

    @property
    def process_1(self) -> int:
        """The id by which this machine knows it."""
        pid = self.child.pid
        return int(Path(f"/proc/{pid}/task/{pid}/children").read_text().split()[0])

    def terminate(self, *, within_s: float) -> int:
        """Its exit code after SIGTERM; raises subprocess.TimeoutExpired."""
        os.kill(self.process_1, signal.SIGTERM)
        return self.child.wait(within_s=within_s)


def built_image(folder: Path) -> Image:
    """Build it; raises CannotBuild where this machine cannot."""
    done = subprocess.run(
        [HERE / "build-image", folder],
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    if done.returncode == CANNOT:
        raise CannotBuild(done.stderr.strip())
    assert done.returncode == 0, done.stderr
    told = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    return Image(folder / "root", told["Docker"]["config"])


@contextmanager
def container(
    image: Image,
    folder: Path,
    volumes: Mapping[str, Path],
    command: Sequence[str] | None = None,
    **settings: str,
) -> Iterator[Container]:
    """Run the image's command, or another one, until the end of the block."""
    argv = [str(HERE / "run-image"), str(image.root), image.config["User"]]
    argv += [image.config["WorkingDir"], *(f"{on}:{at}" for at, on in volumes.items()), "--"]
    argv += command or [*image.config["Entrypoint"], *image.config["Cmd"]]
    given = {f"SLOWATCH_{name.upper()}": value for name, value in settings.items()}
    child = Child(argv, log_path=folder / "log", env=image.environment | given)
    try:
        yield Container(child)
    finally:
        child.stop(within_s=1)
