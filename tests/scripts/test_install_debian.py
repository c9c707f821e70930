"""The script that installs the real parts, with an apt-get that only notes what it is asked."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

SCRIPT = Path(__file__).parents[2] / "scripts" / "install-debian"
TOOLS = ("bash", "env", "sed", "tee", "chmod", "rm", "cat", "touch")


@dataclass(frozen=True, slots=True)
class Machine:
    """A PATH of its own, and a policy for services."""

    folder: Path

    @property
    def policy(self) -> Path:
        """What forbids services to start."""
        return self.folder / "policy-rc.d"

    def add(self, name: str, script: str = "") -> None:
        """Put a program on the PATH."""
        program = self.folder / "bin" / name
        program.write_text(f"#!/bin/bash\n{script}\n")
        program.chmod(0o755)

    def install(self, *parts: str) -> subprocess.CompletedProcess[str]:
        """Run the script."""
        environment = {"PATH": f"{self.folder}/bin", "POLICY_RC_D": str(self.policy)}
        command = [str(self.folder / "bin" / "bash"), str(SCRIPT), *parts]
        return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=30)

    def log(self) -> list[str]:
        """The calls of apt-get."""
        path = self.folder / "log"
        return path.read_text().splitlines() if path.exists() else []


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with nothing but a shell and the right to install."""
    machine = Machine(tmp_path)
    (tmp_path / "bin").mkdir()
    for tool in TOOLS:
        (tmp_path / "bin" / tool).symlink_to(shutil.which(tool) or tool)
    if os.geteuid() != 0:
        machine.add("sudo", '[[ $1 == -n ]] && shift\n"$@"')
    return machine


def _apt_get(machine: Machine, *, fails_until_updated: bool = False) -> None:
    """An apt-get whose packages bring a program of the same name."""
    refusal = f"[[ -e {machine.folder}/updated ]] || exit 100" if fails_until_updated else ""
    machine.add(
        "apt-get",
        f"""
echo "$* policy=$([[ -e {machine.policy} ]] && echo yes)" >> {machine.folder}/log
[[ " $* " == *" update "* ]] && {{ touch {machine.folder}/updated; exit; }}
{refusal}
for package in "$@"; do
    touch {machine.folder}/bin/$package && chmod 755 {machine.folder}/bin/$package
done""",
    )


def test_parts_that_are_there_are_left_alone(machine: Machine) -> None:
    """Wherever they came from, and without apt."""
    for program in ("prometheus", "promtool", "initdb", "alertmanager", "chromium"):
        machine.add(program)
    done = machine.install("prometheus", "postgresql", "alertmanager", "chromium")
    assert (done.returncode, done.stderr) == (0, "")


def test_missing_part_is_installed_without_starting_services(machine: Machine) -> None:
    """The policy that forbids it is there meanwhile, and gone afterwards."""
    _apt_get(machine)
    done = machine.install("alertmanager")
    assert done.returncode == 0, done.stderr
    expected = "-y -q --no-install-recommends install prometheus-alertmanager policy=yes"
    assert machine.log() == [expected]
    assert not machine.policy.exists()


def test_policy_that_is_there_is_kept(machine: Machine) -> None:
    """It is the machine's own."""
    _apt_get(machine)
    machine.policy.write_text("own")
    assert machine.install("chromium").returncode == 0
    assert machine.policy.read_text() == "own"


def test_old_package_lists_are_updated(machine: Machine) -> None:
    """Only when the first try fails."""
    _apt_get(machine, fails_until_updated=True)
    done = machine.install("chromium")
    assert done.returncode == 0, done.stderr
    assert [line.split()[3] for line in machine.log()] == ["install", "update", "install"]
    assert not machine.policy.exists()


def test_failure_says_what_to_install(machine: Machine) -> None:
    """By the names of Debian's packages."""
    machine.add("apt-get", "exit 100")
    done = machine.install("chromium", "alertmanager")
    assert done.returncode == 1
    assert "install these Debian packages by hand: chromium prometheus-alertmanager" in done.stderr
    assert not machine.policy.exists()


def test_machine_without_apt_says_what_to_install(machine: Machine) -> None:
    """Its packages may have other names, but people will find them."""
    done = machine.install("chromium")
    assert done.returncode == 1
    assert "apt-get is missing; install these Debian packages by hand: chromium" in done.stderr


def test_unknown_part_is_refused(machine: Machine) -> None:
    """Before anything is installed."""
    _apt_get(machine)
    done = machine.install("chromium", "promethues")
    assert (done.returncode, machine.log()) == (1, [])
    assert "unknown part: promethues" in done.stderr
