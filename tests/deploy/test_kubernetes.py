"""The manifests: valid by the API's own schemas, restricted, and parts that fit together."""

import re
import shutil
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import kubernetes_validate
import pytest
import yaml

from slowatch.app.settings import PREFIX, Settings
from slowatch.spec.reading import read_text
from tests.deploy.files import DEPLOY, ROOT, VERSION, loaded

Manifest = Mapping[str, Any]
KUBERNETES = DEPLOY / "kubernetes"
VARIANTS = ("base", "overlays/postgresql")
API = "1.30"
"""Every later version takes what this one does; nothing newer is used."""
OF_OPERATORS = frozenset({"ServiceMonitor"})
"""Kinds that the API itself does not have."""
WRITTEN = sorted(
    path
    for path in (KUBERNETES / "base").glob("*.yaml")
    if path.name not in {"kustomization.yaml", "servicemonitor.yaml"}
)
LABELS = {"app.kubernetes.io/name": "slowatch"}


def _rendered(folder: Path) -> list[Manifest]:
    """What kustomize makes of a folder."""
    for command in (["kubectl", "kustomize"], ["kustomize", "build"]):
        if shutil.which(command[0]):
            done = subprocess.run(
                [*command, str(folder)], capture_output=True, text=True, check=True
            )
            return list(yaml.safe_load_all(done.stdout))
    pytest.skip("neither kubectl nor kustomize is here to put the manifests together")


@pytest.fixture(scope="module", params=VARIANTS)
def manifests(request: pytest.FixtureRequest) -> list[Manifest]:
    """What would be applied, of each variant."""
    return _rendered(KUBERNETES / request.param)


@pytest.fixture(scope="module")
def overlaid() -> list[Manifest]:
    """What would be applied for two that share a ledger."""
    return _rendered(KUBERNETES / "overlays" / "postgresql")


def _of(manifests: list[Manifest], kind: str) -> Manifest:
    (found,) = (one for one in manifests if one["kind"] == kind)
    return found


def _pod(manifests: list[Manifest]) -> Manifest:
    template: Manifest = _of(manifests, "Deployment")["spec"]["template"]
    return template


def _container(manifests: list[Manifest]) -> Manifest:
    (container,) = _pod(manifests)["spec"]["containers"]
    found: Manifest = container
    return found


@pytest.mark.parametrize("path", WRITTEN, ids=lambda path: path.stem)
def test_manifest_is_as_the_api_has_it(path: Path) -> None:
    """As it is written, before anything is put together."""
    kubernetes_validate.validate(loaded(path), API, strict=True)


def test_all_that_is_applied_is_as_the_api_has_it(manifests: list[Manifest]) -> None:
    for manifest in manifests:
        if manifest["kind"] not in OF_OPERATORS:
            kubernetes_validate.validate(manifest, API, strict=True)


def test_selectors_choose_these_pods_and_no_others(manifests: list[Manifest]) -> None:
    """An empty one would choose all of the namespace."""
    assert _pod(manifests)["metadata"]["labels"] == LABELS
    assert _of(manifests, "Service")["spec"]["selector"] == LABELS
    assert _of(manifests, "NetworkPolicy")["spec"]["podSelector"] == {"matchLabels": LABELS}
    for kind in ("Deployment", "PodDisruptionBudget", "ServiceMonitor"):
        assert _of(manifests, kind)["spec"]["selector"] == {"matchLabels": LABELS}
    assert _of(manifests, "Service")["metadata"]["labels"] == LABELS


def test_pod_is_restricted(manifests: list[Manifest]) -> None:
    """As the pod security standard of that name demands, and with a read-only root."""
    pod, container = _pod(manifests)["spec"], _container(manifests)
    assert pod["securityContext"]["runAsNonRoot"] is True
    assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
    assert container["securityContext"] == {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    }
    assert not {"hostNetwork", "hostPID", "hostIPC"} & set(pod)
    assert pod["automountServiceAccountToken"] is False
    assert _of(manifests, "ServiceAccount")["automountServiceAccountToken"] is False


def test_user_is_the_images(manifests: list[Manifest]) -> None:
    """A volume is its group's."""
    context = _pod(manifests)["spec"]["securityContext"]
    numbers = (context["runAsUser"], context["runAsGroup"], context["fsGroup"])
    user, group, _ = numbers
    assert f"USER {user}:{group}\n" in (DEPLOY / "Dockerfile").read_text()
    assert set(numbers) == {10710}


def test_every_mount_has_its_volume(manifests: list[Manifest]) -> None:
    mounted = {mount["name"] for mount in _container(manifests)["volumeMounts"]}
    assert mounted == {volume["name"] for volume in _pod(manifests)["spec"]["volumes"]}


def test_monitor_scrapes_a_port_of_the_service(manifests: list[Manifest]) -> None:
    """The API has no schema for it: these are the fields of the operator's that are used."""
    monitor = _of(manifests, "ServiceMonitor")
    assert monitor["apiVersion"] == "monitoring.coreos.com/v1"
    assert set(monitor["spec"]) == {"selector", "endpoints"}
    (endpoint,) = monitor["spec"]["endpoints"]
    assert set(endpoint) == {"port", "path", "interval", "honorLabels"}
    assert (endpoint["path"], endpoint["honorLabels"]) == ("/metrics", True)
    ports = {
        port["name"]: port["targetPort"] for port in _of(manifests, "Service")["spec"]["ports"]
    }
    (of_pod,) = _container(manifests)["ports"]
    assert (ports, of_pod["name"]) == ({endpoint["port"]: of_pod["name"]}, "http")


def test_settings_are_known_and_specs_are_right(manifests: list[Manifest]) -> None:
    maps = {m["metadata"]["name"]: m["data"] for m in manifests if m["kind"] == "ConfigMap"}
    specs = maps.pop("slowatch-rules")
    (settings,) = maps.values()
    assert {name.removeprefix(PREFIX).lower() for name in settings} <= set(Settings.model_fields)
    for name, text in specs.items():
        reading = read_text(text, name)
        assert (len(reading.slos), reading.problems) == (1, ())


def test_image_is_of_this_version(manifests: list[Manifest]) -> None:
    assert _container(manifests)["image"].endswith(f"/slowatch:{VERSION}")


def test_one_alone_never_meets_another_at_its_file() -> None:
    """SQLite on a volume is for one process."""
    deployment = loaded(KUBERNETES / "base" / "deployment.yaml")["spec"]
    assert (deployment["replicas"], deployment["strategy"]) == (1, {"type": "Recreate"})


def test_two_share_a_ledger_whose_address_is_a_secret(overlaid: list[Manifest]) -> None:
    """No volume is left that only one of them could have."""
    assert _of(overlaid, "Deployment")["spec"]["replicas"] == 2
    assert not [one for one in overlaid if one["kind"] in {"PersistentVolumeClaim", "Secret"}]
    (variable,) = _container(overlaid)["env"]
    assert variable["name"] == "SLOWATCH_STATE_FILE"
    mounts = {mount["mountPath"]: mount["name"] for mount in _container(overlaid)["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in _pod(overlaid)["spec"]["volumes"]}
    where, key = str(Path(variable["value"]).parent), Path(variable["value"]).name
    assert volumes[mounts[where]]["secret"]["secretName"] == "slowatch-ledger"
    told = (KUBERNETES / "overlays" / "postgresql" / "kustomization.yaml").read_text()
    assert f"--from-literal={key}=" in told


def test_two_may_reach_postgresql(overlaid: list[Manifest]) -> None:
    egress = _of(overlaid, "NetworkPolicy")["spec"]["egress"]
    ports = [port["port"] for one in egress for port in one["ports"]]
    assert ports == [53, 53, 9090, 9093, 5432]


def test_overlay_of_the_page_can_be_put_together(tmp_path: Path) -> None:
    """It names an image, a setting and specs of its own."""
    page = (ROOT / "docs" / "deploy.md").read_text(encoding="utf-8")
    overlay = re.search(r"^```yaml\n(.*?)^```$", page, re.MULTILINE | re.DOTALL)
    assert overlay is not None
    (tmp_path / "kustomization.yaml").write_text(overlay[1])
    shutil.copytree(KUBERNETES / "base", tmp_path / "base")
    (tmp_path / "rules").mkdir()
    shutil.copy(ROOT / "rules" / "lark-service.yaml", tmp_path / "rules" / "shop.yaml")
    manifests = _rendered(tmp_path)
    assert _container(manifests)["image"] == f"ghcr.io/you/slowatch:{VERSION}"
    maps = {m["metadata"]["name"]: m["data"] for m in manifests if m["kind"] == "ConfigMap"}
    assert list(maps.pop("slowatch-rules")) == ["shop.yaml"]
    (settings,) = maps.values()
    assert settings["SLOWATCH_PROMETHEUS_URL"] == "http://prometheus.example:9090"
