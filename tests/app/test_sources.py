"""Several Prometheuses: each SLO is asked of its own, and one that fails harms no other."""

import json
import socket
import time
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from slowatch.app.daemon import Daemon
from slowatch.app.reading import read_settings
from slowatch.app.settings import SettingsError
from slowatch.demo.child import free_port
from slowatch.demo.prometheus import PrometheusServer
from slowatch.slo.slot import settled_end
from slowatch.spec.rereading import SpecFiles
from tests.support.daemon import wait_for
from tests.support.target import scripted_target

SLOT_S = 10
HERE = """
apiVersion: slowatch/v1
service: shop
slos:
  - {name: here, objective: 99%, sli: {value: {query: sum(played_total), at_least: 1}}}
"""
SPEC = f"""{HERE}
  - name: there
    objective: 99%
    source: far
    sli: {{value: {{query: sum(played_total), at_least: 1}}}}
"""


@contextmanager
def prometheus(folder: Path, events: int) -> Iterator[PrometheusServer]:
    """One that has scraped a counter that stands at a number."""
    with scripted_target() as target:
        target.add(events)
        job = f"{{job_name: played, static_configs: [{{targets: ['127.0.0.1:{target.port}']}}]}}"
        config = f"global: {{scrape_interval: 1s}}\nscrape_configs: [{job}]\n"
        with PrometheusServer(folder, config=config) as server:
            wait_for(lambda: has_scraped(server.url), within_s=20)
            yield server


def has_scraped(url: str) -> bool:
    """Whether it has the counter by now."""
    answer = httpx.get(f"{url}/api/v1/query", params={"query": "played_total"}, trust_env=False)
    return bool(answer.json()["data"]["result"])


@contextmanager
def hanging() -> Iterator[str]:
    """The address of a server that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield f"http://127.0.0.1:{server.getsockname()[1]}"


@contextmanager
def asking(
    folder: Path, monkeypatch: pytest.MonkeyPatch, here: str, **far: object
) -> Iterator[Daemon]:
    """A daemon without a schedule that asks both."""
    monkeypatch.chdir(folder)
    monkeypatch.setenv("SLOWATCH_SOURCES", json.dumps({"far": far}))
    settings = read_settings(
        prometheus_url=here, state=str(folder / "l.db"), slot="10s", settle=0, scrape_interval=1
    )
    (folder / "spec.yaml").write_text(SPEC)
    files = SpecFiles([folder / "spec.yaml"], settings.all_sources.keys())
    reading = files.read()
    assert not reading.problems
    one = Daemon(settings, reading, files=files)
    try:
        yield one
    finally:
        one.stop()


def bad(one: Daemon) -> Mapping[str, float]:
    """The bad events of each SLO that was measured."""
    return {s.slo.name: s.tally.bad for s in one.snapshot.statuses if s.tally.measured}


def wait_for_a_slot() -> None:
    """Until a slot has just ended, so that the whole of the next one is ahead."""
    end_s = settled_end(time.time(), SLOT_S, 0)
    wait_for(lambda: settled_end(time.time(), SLOT_S, 0) > end_s, within_s=SLOT_S + 1)


@pytest.mark.slow
def test_each_slo_is_asked_of_its_own_source(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same expression is good in one, and bad in the other; links lead to where it is asked."""
    with ExitStack() as stack:
        here = stack.enter_context(prometheus(tmp_path / "here", 5))
        far = stack.enter_context(prometheus(tmp_path / "far", 0))
        one = stack.enter_context(
            asking(
                tmp_path, monkeypatch, here.url, url=far.url, scrape_interval=1, link="https://far"
            )
        )
        wait_for_a_slot()
        wait_for_a_slot()
        one.measure_slot()
        found = bad(one)
        assert found["here"] == 0
        assert found["there"] > 0
        slos = {status.slo.name: status.slo for status in one.snapshot.statuses}
        assert one.prometheus_of(slos["here"]) == here.url
        assert one.prometheus_of(slos["there"]) == "https://far"
        assert one.readiness().is_ready


@pytest.mark.slow
def test_a_source_that_hangs_keeps_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its SLOs have no data, and `/readyz` says of whom; the others have their slot."""
    with ExitStack() as stack:
        here = stack.enter_context(prometheus(tmp_path / "here", 5))
        far = stack.enter_context(hanging())
        # Its scrape interval is not known, so it hangs while that is discovered, too.
        one = stack.enter_context(asking(tmp_path, monkeypatch, here.url, url=far))
        wait_for_a_slot()
        one.measure_slot()
        assert set(bad(one)) == {"here"}
        assert one.readiness().reasons == [
            "no slot of the source far has been measured since the start"
        ]
        wait_for_a_slot()
        one.measure_slot()
        (status,) = one.snapshot.of_slo("shop", "here")
        assert status.tally.measured == 2
        assert one.counts().runs_overlapped == 1


@pytest.mark.slow
def test_a_source_that_is_away_blinds_nobody(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is seen is of the other one; once nothing is asked of it, nothing is told of it."""
    with ExitStack() as stack:
        here = stack.enter_context(prometheus(tmp_path / "here", 5))
        away = f"http://127.0.0.1:{free_port()}"
        one = stack.enter_context(
            asking(tmp_path, monkeypatch, here.url, url=away, scrape_interval=1)
        )
        wait_for_a_slot()
        one.measure_slot()
        assert one.seen_s == one.snapshot.as_of_s
        for _ in range(3):
            one.look_after_itself()
        assert [alert.episode.key.name for alert in one.snapshot.alerts] == []
        reasons = one.readiness().reasons
        assert any(away in reason for reason in reasons)
        (tmp_path / "spec.yaml").write_text(HERE)
        one.reload()
        assert one.readiness().reasons == []


@pytest.mark.parametrize(
    ("sources", "told"),
    [
        ('{"default": {"url": "http://a:1"}}', "is what `prometheus_url` sets"),
        ('{"so far": {"url": "http://a:1"}}', "SOURCES.so far: use up to 64 letters"),
        ('{"far": {"url": "ftp://a"}}', "this is no address of a Prometheus"),
        ('{"far": {"uri": "http://a:1"}}', "there is no such key"),
        ("[]", "SOURCES: write names and what belongs to them"),
        ('{"far": "x"}', "SOURCES.far: write keys and values"),
        ('{"far": {}}', "SOURCES.far.url: this key is needed"),
    ],
)
def test_settings_of_sources_are_checked(
    monkeypatch: pytest.MonkeyPatch, sources: str, told: str
) -> None:
    """With a place and what to do."""
    monkeypatch.setenv("SLOWATCH_SOURCES", sources)
    with pytest.raises(SettingsError, match=told):
        read_settings()


def test_secrets_of_sources_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each source has credentials and a tenant of its own."""
    far = {
        "url": "http://me:hunter2-url@far:1",
        "bearer_token": "hunter2-token",
        "headers": {"X-Scope-OrgID": "hunter2-tenant"},
    }
    monkeypatch.setenv("SLOWATCH_SOURCES", json.dumps({"far": far}))
    settings = read_settings()
    connection = settings.all_sources["far"].connection()
    assert (connection.password, connection.bearer_token) == ("hunter2-url", "hunter2-token")
    assert connection.headers == {"X-Scope-OrgID": "hunter2-tenant"}
    assert settings.connection().bearer_token is None
    assert "hunter2" not in f"{settings!r} {settings} {connection!r} {settings.all_sources!r}"
