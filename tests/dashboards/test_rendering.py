"""`slowatch render-dashboards`: a folder of whole files, the same bytes for the same specs."""

import json
from pathlib import Path

import pytest

from tests.cli.calling import slowatch

SPEC = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: calls
    objective: 99%
    sli: {ratio: {good: 'calls_total{ok="1"}', total: calls_total}}
"""
FILES = ["overview.json", "service-shop.json", "slowatch.json"]


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec file that is fine."""
    path = tmp_path / "shop.yaml"
    path.write_text(SPEC)
    return path


def test_folder_gets_one_file_for_each_service_and_two_more(spec: Path) -> None:
    folder = spec.parent / "some" / "folder"
    done = slowatch("render-dashboards", str(spec), "-o", str(folder))
    assert (done.code, done.err, done.out) == (0, "", f"3 dashboards in {folder}\n")
    assert sorted(path.name for path in folder.iterdir()) == FILES


def test_folder_is_called_dashboards_by_itself(spec: Path) -> None:
    assert slowatch("render-dashboards", str(spec), cwd=spec.parent).code == 0
    assert sorted(path.name for path in (spec.parent / "dashboards").iterdir()) == FILES


def test_same_specs_give_the_same_bytes(spec: Path) -> None:
    one, other = spec.parent / "one", spec.parent / "other"
    for folder in (one, other, other):
        slowatch("render-dashboards", str(spec), "-o", str(folder))
    for name in FILES:
        assert (one / name).read_bytes() == (other / name).read_bytes()


def test_problem_writes_nothing(spec: Path) -> None:
    spec.write_text(SPEC.replace("99%", "109%"))
    done = slowatch("render-dashboards", str(spec), "-o", str(spec.parent / "out"))
    assert (done.code, done.out) == (1, "")
    assert "shop.yaml:6:16: " in done.err
    assert not (spec.parent / "out").exists()


def test_service_that_went_is_left_and_told_of(spec: Path) -> None:
    folder = spec.parent / "out"
    slowatch("render-dashboards", str(spec), "-o", str(folder))
    spec.write_text(SPEC.replace("shop", "store"))
    done = slowatch("render-dashboards", str(spec), "-o", str(folder))
    assert (done.code, (folder / "service-shop.json").exists()) == (0, True)
    assert "service-shop.json was left: no spec has this service" in done.err


def test_links_lead_to_slowatch_and_prometheus(spec: Path) -> None:
    folder = spec.parent / "out"
    more = ("--external-url", "https://slo.example", "--prometheus", "https://prom.example/")
    assert slowatch("render-dashboards", str(spec), "-o", str(folder), *more).code == 0
    told = json.loads((folder / "service-shop.json").read_text())
    assert [link["title"] for link in told["links"]] == ["SLO dashboards", "slowatch", "Prometheus"]
    links = {panel["title"]: panel.get("links", []) for panel in told["panels"]}
    assert links["State"][0]["url"] == "https://slo.example/view/shop/calls"
    assert links["Burn rate"][0]["url"].startswith("https://prom.example/graph?g0.expr=max%20by")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--source", "moon"), "no source 'moon'"),
        (("--prometheus", "http://me:hunter2@prom"), "without credentials"),
        (("--prometheus", "prom"), "write where people reach Prometheus"),
        (("-o", "shop.yaml"), "this is no folder"),
    ],
)
def test_what_cannot_be_done_is_2(spec: Path, arguments: tuple[str, ...], words: str) -> None:
    done = slowatch("render-dashboards", str(spec), *arguments, cwd=spec.parent)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "hunter2" not in done.err
