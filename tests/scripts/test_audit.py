"""The dependency audit: what it finds, and what it says where it can find nothing."""

import json
import runpy
from pathlib import Path

import pytest

AUDIT = runpy.run_path(str(Path(__file__).parents[2] / "scripts" / "audit.py"))
NotAudited = AUDIT["NotAudited"]
loose, vulnerabilities = AUDIT["loose"], AUDIT["vulnerabilities"]
HASH = "--hash=sha256:" + "0" * 64


def test_the_lock_files_pin_everything() -> None:
    for lock in AUDIT["LOCKS"]:
        assert list(loose(lock.read_text())) == []


@pytest.mark.parametrize(
    ("requirement", "is_loose"),
    [
        (f"one==1.0 {HASH}", False),
        (f"one==1.0 \\\n    {HASH} \\\n    {HASH}", False),
        (f"one[extra]==1!2.0.post1 ; sys_platform == 'win32' \\\n    {HASH}", False),
        ("# one", False),
        ("one==1.0", True),
        (f"one>=1.0 {HASH}", True),
        (f"one {HASH}", True),
        (f"one==1.0 {HASH}0", True),
        ("one==1.0 --hash=md5:00", True),
        (f"https://example.org/one.whl {HASH}", True),
        ("-e .", True),
        ("--index-url https://example.org", True),
    ],
)
def test_what_is_not_pinned_to_hashes_is_found(requirement: str, *, is_loose: bool) -> None:
    assert bool(list(loose(f"{requirement}\n"))) == is_loose


def test_what_is_vulnerable_is_told_with_what_mends_it() -> None:
    answer = {
        "dependencies": [
            {"name": "fine", "version": "1.0", "vulns": []},
            {
                "name": "bad",
                "version": "2.0",
                "vulns": [
                    {"id": "PYSEC-1", "fix_versions": ["2.1", "3.0"]},
                    {"id": "PYSEC-2", "fix_versions": []},
                ],
            },
        ]
    }
    assert vulnerabilities(json.dumps(answer)) == [
        "bad 2.0: PYSEC-1, mended in 2.1, 3.0",
        "bad 2.0: PYSEC-2, mended in no version yet",
    ]


def test_some_that_are_not_known_are_named(capsys: pytest.CaptureFixture[str]) -> None:
    known = {"name": "fine", "version": "1.0", "vulns": []}
    unknown = {"name": "own", "skip_reason": "Dependency not found"}
    assert vulnerabilities(json.dumps({"dependencies": [known, unknown]})) == []
    assert "own" in capsys.readouterr().err


@pytest.mark.parametrize(
    "answer",
    ["", "no JSON", "[]", '{"dependencies": [{"name": "a", "skip_reason": "not found"}]}'],
)
def test_an_answer_that_says_nothing_is_no_audit(answer: str) -> None:
    with pytest.raises(NotAudited):
        vulnerabilities(answer)
