"""Schemathesis over the OpenAPI document of a daemon at work: it answers as it says."""

import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from slowatch.demo.prometheus import PrometheusServer
from tests.support.daemon import RunningDaemon, daemon, wait_for

SCHEMATHESIS = Path(sys.executable).parent / "schemathesis"
SHOWN = {"nobody": None, "reader": "r" * 32, "writer": "w" * 32}
TOKENS = json.dumps(
    [
        {"name": "reader", "token": SHOWN["reader"]},
        {"name": "writer", "token": SHOWN["writer"], "may": "write"},
    ]
)
RULES = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: checkout
    objective: 90%
    by: [region]
    sli: {value: {query: 'label_replace(vector(1), "region", "eu", "", "")', at_least: 1}}
"""
BOTH = "coverage,fuzzing"
"""What is on the edge of what the document says, and anything."""
KNOWN = """
[parameters]
"path.service" = "shop"
"path.name" = "checkout"
"""
"""Without them nearly every path would be of an SLO that does not exist."""


@pytest.fixture(scope="module")
def daemons(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, RunningDaemon]]:
    """Two that are ready, by who may read."""
    folder = tmp_path_factory.mktemp("schema")
    (folder / "rules.yaml").write_text(RULES)
    (folder / "known.toml").write_text(KNOWN)
    for reads in ("open", "token"):
        (folder / reads).mkdir()
    with PrometheusServer(folder / "prometheus") as server:
        usual = {
            "rules": str(folder / "rules.yaml"),
            "prometheus_url": server.url,
            "scrape_interval": "1s",
            "tokens": TOKENS,
        }
        with (
            daemon(folder / "open", **usual) as open_,
            daemon(folder / "token", **usual, read_access="token") as shut,
        ):
            wait_for(lambda: is_ready(open_) and is_ready(shut), within_s=45)
            yield {"open": open_, "token": shut}


def is_ready(running: RunningDaemon) -> bool:
    """Whether it has measured a slot."""
    return running.get("/readyz").status_code == 200


def told(
    running: RunningDaemon, who: str, *, config: Path | None, examples: int, phases: str
) -> subprocess.CompletedProcess[str]:
    """What is found wrong when somebody asks whatever the document allows, and what it does not."""
    read = {"Authorization": f"Bearer {SHOWN['reader']}"}
    document = running.folder / "openapi.json"
    document.write_text(httpx.get(f"{running.url}/openapi.json", headers=read).text)
    own = [f"--header=Authorization: Bearer {SHOWN[who]}"] if SHOWN[who] else []
    return subprocess.run(
        [
            str(SCHEMATHESIS),
            *([f"--config-file={config}"] if config else []),
            "run",
            str(document),
            f"--url={running.url}",
            *own,
            f"--max-examples={examples}",
            f"--phases={phases}",
            # A document cannot say all that is asked of a moment: from 1970 on, no 31st of June.
            "--exclude-checks=positive_data_acceptance",
            "--generation-database=none",
            # Python 3.11 cannot parse code in two threads at once, as hypothesis does.
            "--workers=1",
            "--seed=1",
            "--no-color",
        ],
        capture_output=True,
        text=True,
        cwd=running.folder,
    )


def check(
    running: RunningDaemon, who: str, *, known: bool, examples: int, phases: str = BOTH
) -> None:
    """No 5xx, no undocumented status or shape, and no write but by who may."""
    before = len(running.log)
    config = running.folder.parent / "known.toml" if known else None
    found = told(running, who, config=config, examples=examples, phases=phases)
    assert found.returncode == 0, found.stdout + found.stderr
    writes = [json.loads(line) for line in running.log[before:].splitlines() if '"write"' in line]
    assert {w["status"] for w in writes if w["outcome"] == "refused"} <= {401, 403}
    assert writes
    done = {w["token"] for w in writes if w["outcome"] != "refused"}
    assert done == ({"writer"} if who == "writer" else set())


QUICK = [("token", "nobody"), ("token", "writer")]
ALL = [(reads, who) for reads in ("open", "token") for who in SHOWN]


@pytest.mark.parametrize(("reads", "who"), QUICK)
def test_it_answers_as_its_document_says(
    daemons: dict[str, RunningDaemon], reads: str, who: str
) -> None:
    phases = BOTH if who == "writer" else "fuzzing"
    known = (reads, who) != ("token", "nobody")
    check(daemons[reads], who, known=known, examples=5, phases=phases)


@pytest.mark.slow
@pytest.mark.parametrize("known", [True, False])
@pytest.mark.parametrize(("reads", "who"), ALL)
def test_it_answers_as_its_document_says_to_everybody_and_for_long(
    daemons: dict[str, RunningDaemon], reads: str, who: str, *, known: bool
) -> None:
    check(daemons[reads], who, examples=100, known=known)
