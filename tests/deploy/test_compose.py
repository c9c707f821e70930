"""compose.yaml and what it mounts: valid, hardened, and parts that fit together."""

import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from slowatch.app.settings import PREFIX, Settings
from slowatch.demo.systems.playing import KINDS
from tests.deploy.files import DEPLOY, ROOT, loaded

COMPOSE = loaded(DEPLOY / "compose.yaml")
SERVICES: Mapping[str, Mapping[str, Any]] = COMPOSE["services"]
PROMETHEUS = loaded(DEPLOY / "prometheus" / "prometheus.yml")


def _mounts(service: str) -> dict[str, str]:
    """What is mounted in a service, by where."""
    found = {}
    for volume in SERVICES[service]["volumes"]:
        if isinstance(volume, str):
            source, target = volume.split(":")[:2]
        else:
            source, target = volume["source"], volume["target"]
        found[target] = source
    return found


def _passes(*command: str | Path) -> None:
    done = subprocess.run(command, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize(
    ("schema", "file"),
    [
        ("vendor.compose-spec", "deploy/compose.yaml"),
        ("vendor.github-workflows", ".github/workflows/ci.yaml"),
    ],
)
def test_file_is_as_its_schema_says(schema: str, file: str) -> None:
    _passes(sys.executable, "-m", "check_jsonschema", "--builtin-schema", schema, ROOT / file)


@pytest.mark.parametrize("name", SERVICES)
def test_service_has_a_read_only_root_and_no_rights(name: str) -> None:
    service = SERVICES[name]
    assert (service["read_only"], service["cap_drop"]) == (True, ["ALL"])
    assert service["security_opt"] == ["no-new-privileges:true"]


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_of_one_version(name: str) -> None:
    """Or built here."""
    service = SERVICES[name]
    assert "build" in service or re.search(r":v?\d+\.\d+\.\d+$", service["image"])


@pytest.mark.parametrize("name", SERVICES)
def test_service_is_reached_from_this_machine_alone(name: str) -> None:
    assert all(port.startswith("127.0.0.1:") for port in SERVICES[name].get("ports", ()))


@pytest.mark.parametrize("name", SERVICES)
def test_what_is_mounted_is_there(name: str) -> None:
    """A file of the checkout, or a volume that is declared."""
    sources = _mounts(name).values() if "volumes" in SERVICES[name] else ()
    lost = [s for s in sources if s not in COMPOSE["volumes"] and not (DEPLOY / s).exists()]
    assert lost == []


def test_settings_are_known() -> None:
    named = {name for one in SERVICES.values() for name in one.get("environment", {})}
    ours = {name.removeprefix(PREFIX).lower() for name in named if name.startswith(PREFIX)}
    assert ours <= set(Settings.model_fields)


def test_prometheus_configuration_is_valid() -> None:
    _passes("promtool", "check", "config", DEPLOY / "prometheus" / "prometheus.yml")


def test_alertmanager_configuration_is_valid() -> None:
    _passes("amtool", "check-config", DEPLOY / "alertmanager" / "alertmanager.yml")


def test_every_system_at_play_is_scraped_at_its_port() -> None:
    """They listen on one port after the other, in the order of KINDS."""
    first = int(SERVICES["workload"]["entrypoint"][-1].rpartition(":")[2])
    expected = {kind.name: f"workload:{first + nth}" for nth, kind in enumerate(KINDS)}
    scraped = {
        job["job_name"]: job["static_configs"][0]["targets"][0]
        for job in PROMETHEUS["scrape_configs"]
    }
    assert expected.items() <= scraped.items()


def test_gauges_of_slowatch_keep_their_labels() -> None:
    own = next(job for job in PROMETHEUS["scrape_configs"] if job["job_name"] == "slowatch")
    assert own["honor_labels"] is True


def test_what_is_published_is_where_it_is_looked_for() -> None:
    """Rules by Prometheus, dashboards by Grafana."""
    options = dict(
        option.removeprefix("--").split("=") for option in SERVICES["publish"]["command"][1:-1]
    )
    published = _mounts("publish")
    rules, dashboards = published[options["rules-dir"]], published[options["dashboards-dir"]]
    (looked_for,) = PROMETHEUS["rule_files"]
    assert _mounts("prometheus")[str(Path(looked_for).parent)] == rules
    provider = loaded(DEPLOY / "grafana" / "provisioning" / "dashboards" / "slowatch.yaml")
    path = provider["providers"][0]["options"]["path"]
    assert _mounts("grafana")[path] == dashboards
    assert options["reload"] == SERVICES["slowatch"]["environment"]["SLOWATCH_PROMETHEUS_URL"]
    assert "--web.enable-lifecycle" in SERVICES["prometheus"]["command"]


def test_workflow_may_write_only_to_release() -> None:
    workflow = loaded(ROOT / ".github" / "workflows" / "ci.yaml")
    assert workflow["permissions"] == {}
    writes = {
        name for name, job in workflow["jobs"].items() if "write" in job["permissions"].values()
    }
    assert writes == {"release"}
    assert workflow["jobs"]["release"]["if"] == "startsWith(github.ref, 'refs/tags/v')"
