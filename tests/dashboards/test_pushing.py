"""`slowatch push-dashboards`: a Grafana comes to have what is rendered, and nothing leaks."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.cli.calling import Done, slowatch
from tests.support.grafana import TOKEN, FakeGrafana, fake_grafana

SPEC = """
apiVersion: slowatch/v1
service: shop
slos:
  - name: calls
    objective: 99%
    sli: {ratio: {good: 'calls_total{ok="1"}', total: calls_total}}
"""
UIDS = ["slowatch-overview", "slowatch-service-shop", "slowatch-daemon"]


@pytest.fixture
def grafana() -> Iterator[FakeGrafana]:
    """A Grafana that has nothing."""
    with fake_grafana() as one:
        yield one


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    """A spec file that is fine."""
    path = tmp_path / "shop.yaml"
    path.write_text(SPEC)
    return path


def push(spec: Path, url: str, *more: str, token: str = TOKEN) -> Done:
    """Push with a token in the variable."""
    return slowatch("push-dashboards", str(spec), "--grafana", url, *more, grafana_token=token)


def test_folder_is_made_and_all_dashboards_are_written(spec: Path, grafana: FakeGrafana) -> None:
    done = push(spec, grafana.url)
    assert (done.code, done.err) == (0, "")
    assert done.out.splitlines() == [
        "folder slowatch: created",
        "SLOs: created",
        "SLOs: shop: created",
        "slowatch itself: created",
    ]
    assert grafana.folders == {"slowatch": "slowatch"}
    assert list(grafana.dashboards) == UIDS
    assert set(grafana.folder_of.values()) == {"slowatch"}


def test_pushing_again_writes_nothing(spec: Path, grafana: FakeGrafana) -> None:
    push(spec, grafana.url)
    before = grafana.written
    done = push(spec, grafana.url)
    assert (done.code, grafana.written) == (0, before)
    assert [line.rsplit(" ", 1)[1] for line in done.out.splitlines()] == ["unchanged"] * 3


def test_only_what_differs_is_written_over(spec: Path, grafana: FakeGrafana) -> None:
    """Also what somebody changed in Grafana."""
    push(spec, grafana.url)
    grafana.dashboards["slowatch-service-shop"]["title"] = "Mine"
    done = push(spec, grafana.url)
    assert "SLOs: shop: updated" in done.out
    versions = [one["version"] for one in grafana.dashboards.values()]
    assert versions == [1, 2, 1]
    assert grafana.dashboards["slowatch-service-shop"]["title"] == "SLOs: shop"


def test_dashboards_are_moved_into_another_folder(spec: Path, grafana: FakeGrafana) -> None:
    push(spec, grafana.url)
    done = push(spec, grafana.url, "--folder", "other")
    assert done.out.splitlines()[1] == "SLOs: moved"
    assert set(grafana.folder_of.values()) == {"other"}


@pytest.mark.parametrize("more", [(), ("--dry-run",)])
def test_what_no_spec_has_any_more_is_told_and_left(
    spec: Path, grafana: FakeGrafana, more: tuple[str, ...]
) -> None:
    """Only what is ours, and in this folder."""
    push(spec, grafana.url)
    push(spec, grafana.url, "--folder", "other")
    spec.write_text(SPEC.replace("service: shop", "service: bank"))
    grafana.dashboards["mine"] = {"uid": "mine", "title": "Mine", "tags": []}
    grafana.folder_of["mine"] = "other"
    done = push(spec, grafana.url, "--folder", "other", *more)
    assert done.code == 0
    assert done.out.splitlines()[-1] == "SLOs: shop: left over"
    assert "Mine" not in done.out
    assert "slowatch-service-shop" in grafana.dashboards
    assert "left over" not in push(spec, grafana.url).out


def test_dry_run_prints_the_difference_and_writes_nothing(spec: Path, grafana: FakeGrafana) -> None:
    push(spec, grafana.url)
    before = grafana.written
    spec.write_text(SPEC.replace("99%", "98%"))
    done = push(spec, grafana.url, "--dry-run")
    assert (done.code, grafana.written) == (0, before)
    assert "--- grafana/slowatch-service-shop\n+++ rendered/slowatch-service-shop\n" in done.out
    assert '"description": "98% over 30d.' in done.out
    assert done.out.endswith("SLOs: shop: would be updated\nslowatch itself: unchanged\n")
    assert '"version"' not in done.out
    assert "\x1b" not in done.out


def test_dry_run_over_nothing_says_what_would_be_made(spec: Path, grafana: FakeGrafana) -> None:
    done = push(spec, grafana.url, "--dry-run")
    assert done.out.startswith("folder slowatch: would be created\n--- /dev/null\n")
    assert (grafana.folders, grafana.dashboards) == ({}, {})


def test_token_file_goes_before_the_variable(spec: Path, grafana: FakeGrafana) -> None:
    file = spec.with_name("token")
    file.write_text(f"{TOKEN}\n")
    assert push(spec, grafana.url, "--token-file", str(file), token="other").code == 0  # noqa: S106


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (401, "it does not know the token"),
        (403, "the token may not do that"),
        (404, "there is no SLO"),
        (409, "has that name already"),
        (412, "has that name or uid already"),
        (500, "HTTP 500"),
        (502, "HTTP 502"),
    ],
)
def test_what_grafana_refuses_is_told_without_the_token(
    spec: Path, grafana: FakeGrafana, status: int, words: str
) -> None:
    grafana.refuses = (status, {"message": f"no: {TOKEN} there is no SLO"})
    done = push(spec, grafana.url)
    assert (done.code, done.out) == (2, "")
    assert f"HTTP {status}" in done.err
    assert words in done.err
    assert TOKEN not in done.err


@pytest.mark.parametrize("status", [200, 404])
def test_what_is_no_grafana_is_told(spec: Path, grafana: FakeGrafana, status: int) -> None:
    grafana.refuses, grafana.page = (status, {}), "<html>"
    done = push(spec, grafana.url)
    assert done.code == 2
    assert "no answer of a Grafana" in done.err or "there is no Grafana API" in done.err


def test_wrong_token_writes_nothing(spec: Path, grafana: FakeGrafana) -> None:
    done = push(spec, grafana.url, token="wrong-hunter3")  # noqa: S106
    assert (done.code, grafana.written) == (2, [])
    assert "wrong-hunter3" not in done.err


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--grafana", "http://user:hunter2@127.0.0.1:1"), "http://127.0.0.1:1 cannot be reached"),
        (("--grafana", "moon"), "no address of a Grafana"),
        (("--folder", "my SLOs"), "letters, digits"),
        (("--token-file", "/nowhere"), "/nowhere"),
    ],
)
def test_what_cannot_be_done_is_2(spec: Path, arguments: tuple[str, ...], words: str) -> None:
    done = push(spec, "http://127.0.0.1:1", *arguments)
    assert (done.code, done.out) == (2, "")
    assert words in done.err
    assert "hunter2" not in done.err


def test_spec_with_a_problem_pushes_nothing(spec: Path, grafana: FakeGrafana) -> None:
    spec.write_text(SPEC.replace("99%", "109%"))
    done = push(spec, grafana.url)
    assert (done.code, grafana.asked) == (1, [])
    assert "shop.yaml:6:16" in done.err
