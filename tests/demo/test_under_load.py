"""Systems under load fare as their variant says, and count the users who call them."""

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from slowatch.demo.load.visitors import calls_per_look, find_locust
from slowatch.demo.problem import DemoError
from slowatch.demo.systems.load import Load
from slowatch.demo.systems.playing import KINDS, make_loaded_systems
from slowatch.demo.systems.system import System
from slowatch.demo.systems.variants import VariantName
from slowatch.demo.workload import Workload

KIND = {kind.name: kind for kind in KINDS}


def called(system: str, variant: VariantName, *, times: int = 100, ticks: int = 10) -> System:
    """A system at which one user has made every call so often, over so many seconds."""
    (one,) = make_loaded_systems(1, Load(variant), [system])
    one.users.saw("a user")
    for _ in range(ticks):
        one.tick(1.0)
    for path in sorted(one.paths):
        for _ in range(times):
            one.serve(path)
    return one


def value(system: System, name: str, **labels: str) -> float:
    """A sample's value, summed over all other labels."""
    return sum(
        sample.value
        for family in system.registry.collect()
        for sample in family.samples
        if sample.name == name and labels.items() <= sample.labels.items()
    )


def mean_s(system: System, histogram: str, **labels: str) -> float:
    """The mean of what a histogram has observed."""
    both = (value(system, f"{histogram}_{part}", **labels) for part in ("sum", "count"))
    return next(both) / next(both)


@pytest.mark.parametrize("variant", ["healthy", "slower", "faster", "leaking", "slow-to-recover"])
def test_only_what_is_failing_fails(variant: VariantName) -> None:
    """Not a single call, transfer, refresh or lock in a thousand."""
    lark = called("lark-service", variant)
    assert value(lark, "token_refresh_total", result="failure") == 0
    assert value(lark, "token_refresh_conflicts_total") == 0
    reflection = called("reflection-api", variant, times=1000)
    assert value(reflection, "http_requests_total", code="500") == 0
    assert value(reflection, "db_deadlocks_total") == 0


def test_what_is_failing_fails_everywhere() -> None:
    """12 % of 100 refreshes of each of five apps, less one; of transfers; a cache misses 40 %."""
    lark = called("lark-service", "failing", times=200)
    assert value(lark, "token_refresh_total") == pytest.approx(500, abs=5)
    assert value(lark, "token_refresh_total", result="failure") == pytest.approx(55, abs=5)
    assert value(lark, "token_refresh_conflicts_total") == pytest.approx(55, abs=5)
    assert value(called("reflection-api", "failing"), "db_deadlocks_total") == pytest.approx(
        48, abs=1
    )
    bot = called("discord-economy-bot", "failing")
    assert value(bot, "bot_transfers_total", result="failure") == pytest.approx(12, abs=1)
    assert value(bot, "bot_cache_requests_total", result="miss") == pytest.approx(160, abs=1)
    assert (
        value(called("coze-shopify-chat", "failing"), "chat_replies_total", result="failure") >= 23
    )


@pytest.mark.parametrize(("variant", "factor"), [("slower", 2.2), ("faster", 0.7)])
def test_latencies_are_those_of_the_variant(variant: VariantName, factor: float) -> None:
    """As a factor on those in health."""
    name = "http_request_duration_seconds"
    healthy = mean_s(called("reflection-api", "healthy", times=1000), name)
    assert mean_s(called("reflection-api", variant, times=1000), name) / healthy == pytest.approx(
        factor, rel=0.05
    )


def test_memory_leaks_for_as_long_as_it_runs() -> None:
    """2 % a second: in 100 s of 1.1 GB over 3 GB, and in health not at all."""
    name = "process_resident_memory_bytes"
    leaking = called("reflection-api", "leaking", ticks=100)
    assert value(leaking, name, worker="1") == pytest.approx(1.1e9 * 2.98, rel=0.01)
    healthy = called("reflection-api", "healthy", ticks=100)
    assert value(healthy, name, worker="1") == pytest.approx(1.1e9 * 0.98, rel=0.01)


def test_slower_system_keeps_processors_and_connections_longer() -> None:
    """One of 100 users is there; both grow with what a call takes."""
    (healthy,) = make_loaded_systems(1, Load("healthy"), ["reflection-api"])
    (slower,) = make_loaded_systems(1, Load("slower"), ["reflection-api"])
    for system in (healthy, slower):
        for user in range(100):
            system.users.saw(str(user))
        system.tick(100.0)
    cpu = [value(one, "process_cpu_seconds_total", worker="1") for one in (healthy, slower)]
    assert cpu == pytest.approx([45, 95], rel=0.06)
    in_use = [value(one, "db_pool_connections", state="in_use") for one in (healthy, slower)]
    assert in_use == [22, 46]


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """A system that waits for calls."""
    with Workload(tmp_path, load=Load(), names=["discord-economy-bot"]) as workload:
        assert list(workload.targets) == ["discord-economy-bot"]
        assert workload.play() == "healthy systems under load"
        yield f"http://{workload.targets['discord-economy-bot']}"


def test_calls_are_made_one_by_one_or_many_at_once(address: str) -> None:
    """By users who say who they are; what is not there is not found, and counts nothing."""
    with httpx.Client(base_url=address, trust_env=False) as client:
        assert client.get("/commands/work", headers={"x-user": "one"}).status_code == 200
        calls = {"/commands/transfer": 3, "/commands/work": 2}
        assert client.post("/calls", json=calls, headers={"x-user": "two"}).status_code == 200
        assert client.get("/commands/none").status_code == 404
        assert client.post("/calls", json={"/commands/none": 1}).status_code == 404
        metrics = client.get("/metrics").text
    assert 'bot_command_duration_seconds_count{command="work"} 3.0' in metrics
    assert 'bot_transfers_total{result="success"} 3.0' in metrics


def test_user_makes_a_share_of_the_usual_calls() -> None:
    """110 calls a second by ten users, looking in every 3 s: 33, mixed as ever."""
    calls = calls_per_look(KIND["lark-service"], Load())
    assert sum(calls.values()) == pytest.approx(33)
    assert calls["/get_token?app_id=crm"] == pytest.approx(3.3)


def test_haste_makes_users_look_in_more_often_and_call_more() -> None:
    """A command every 40 s, or ten times as often; faster than every 3 s, several at once."""
    bot = KIND["discord-economy-bot"]
    assert Load().pause_s(bot) == pytest.approx(40)
    assert Load(haste=10).pause_s(bot) == pytest.approx(4)
    assert Load(haste=40).pause_s(bot) == 3
    assert sum(calls_per_look(bot, Load(haste=40)).values()) == pytest.approx(3)


def test_missing_locust_is_told_with_what_to_do(monkeypatch: pytest.MonkeyPatch) -> None:
    """On the PATH, in the checkout, or by its name."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("slowatch.demo.load.visitors.CHECKOUT", Path("/nowhere/locust"))
    with pytest.raises(DemoError, match=r"no `locust` on PATH; install it .*'locust>=2\.47,<3'"):
        find_locust()
    with pytest.raises(DemoError, match="no `/moon/locust` on PATH"):
        find_locust("/moon/locust")
