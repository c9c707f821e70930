"""The real `promtool`, on rules that a test has rendered."""

import subprocess
from pathlib import Path


def check_rules(rules: Path) -> str:
    """What `promtool check rules` says is wrong; nothing where all is well."""
    return _wrong("check", "rules", str(rules))


def prove(tests: Path) -> str:
    """What `promtool test rules` says is wrong; nothing where all is well."""
    return _wrong("test", "rules", str(tests))


def _wrong(*arguments: str) -> str:
    done = subprocess.run(["promtool", *arguments], capture_output=True, text=True)
    return "" if done.returncode == 0 else done.stdout + done.stderr
