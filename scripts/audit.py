"""Says which packages of requirements.lock have known vulnerabilities, by pip-audit.

Where its database cannot be had, that is said, and what is left is that the lock files pin each
package to files of known hashes. It never fails for lack of a network.
"""

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
RUNTIME = ROOT / "requirements.lock"
LOCKS = (RUNTIME, ROOT / "requirements-dev.lock")
PIP_AUDIT = Path(sys.executable).parent / "pip-audit"
WITHIN_S = 180
_PINNED = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*(\[[a-z0-9,_-]+\])?==[A-Za-z0-9.!+_-]+( ;.*)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


class NotAudited(Exception):
    """The database cannot be had; the message says why."""


def loose(text: str) -> Iterator[str]:
    """The requirements of a lock file that are not pinned to a version and to hashes."""
    for line in text.replace("\\\n", " ").splitlines():
        requirement, *hashes = re.split(r"\s+(?=--hash)", line.strip())
        if not requirement or requirement.startswith("#"):
            continue
        is_known = bool(hashes) and all(_HASH.fullmatch(one) for one in hashes)
        if not (is_known and _PINNED.fullmatch(requirement)):
            yield requirement


def vulnerabilities(answer: str) -> list[str]:
    """What pip-audit has found, as lines. Raises NotAudited where it knows nothing."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError, TypeError) as error:
        raise NotAudited("pip-audit has answered nothing") from error
    unknown = [one["name"] for one in packages if "vulns" not in one]
    if len(unknown) == len(packages):
        raise NotAudited("it knows none of the packages")
    found = [
        f"{one['name']} {one['version']}: {vulnerability['id']}, "
        f"mended in {', '.join(vulnerability['fix_versions']) or 'no version yet'}"
        for one in packages
        for vulnerability in one.get("vulns", ())
    ]
    if unknown:
        sys.stderr.write(f"audit: not known: {', '.join(unknown)}\n")
    return found


def main() -> int:
    """The exit code: 1 where a lock file is loose or a package is vulnerable."""
    for lock in LOCKS:
        for requirement in loose(lock.read_text(encoding="utf-8")):
            sys.stderr.write(f"audit: {lock.name}: {requirement} has no version or no hash\n")
            return 1
    try:
        found = vulnerabilities(_pip_audit())
    except NotAudited as why:
        sys.stdout.write(
            "audit: every package has its hashes; its vulnerabilities are not known here, for the "
            f"database cannot be had: {why}\n"
        )
        return 0
    for line in found:
        sys.stderr.write(f"audit: {line}\n")
    if not found:
        sys.stdout.write("audit: every package has its hashes and no known vulnerability\n")
    return 1 if found else 0


def _pip_audit() -> str:
    # The lock file names all there is: nothing has to be resolved or downloaded.
    options = ["--require-hashes", "--disable-pip", "--format", "json", "--progress-spinner", "off"]
    try:
        done = subprocess.run(
            [str(PIP_AUDIT), "--requirement", str(RUNTIME), *options],
            capture_output=True,
            text=True,
            timeout=WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise NotAudited(f"it has not answered within {WITHIN_S} s") from error
    if not done.stdout:
        last = done.stderr.strip().splitlines()
        raise NotAudited(last[-1] if last else "pip-audit has ended without a word")
    return done.stdout


if __name__ == "__main__":
    sys.exit(main())
