"""Settings: flag over variable over file, each mistake with its place, secrets never shown."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from slowatch.app.reading import read_settings, unknown_variables
from slowatch.app.settings import Settings, SettingsError
from slowatch.app.targets import targets

SECRET = "hunter2"  # noqa: S105


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no variable that the surroundings may have set."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SLOWATCH_{name.upper()}", raising=False)
    return tmp_path


def configured(flags: Mapping[str, object]) -> Settings:
    """Settings from flags that a test names."""
    given: dict[str, Any] = dict(flags)
    return read_settings(**given)


def test_defaults_need_nothing() -> None:
    settings = read_settings()
    assert settings.prometheus_url == "http://localhost:9090"
    assert (settings.slot, settings.settle, settings.rules) == (60, 15, (Path("rules"),))


def test_a_flag_goes_before_a_variable_and_that_before_the_file(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "slowatch.yaml").write_text("slot: 10s\nlisten: 127.0.0.1:1\nsettle: 1s\n")
    monkeypatch.setenv("SLOWATCH_SLOT", "20s")
    monkeypatch.setenv("SLOWATCH_LISTEN", "127.0.0.1:2")
    settings = read_settings(slot="30s", settle=None)
    assert (settings.slot, settings.listen, settings.settle) == (30, "127.0.0.1:2", 1)


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_every_setting_can_come_from_each_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    low, middle, high = VALUES.get(name, ("a", "b", "c"))
    if name in NEEDED:
        monkeypatch.setenv(*NEEDED[name])
    (folder / "slowatch.yaml").write_text(f"{name}: {low}\n")
    from_file = getattr(read_settings(), name)
    monkeypatch.setenv(f"SLOWATCH_{name.upper()}", middle)
    from_variable = getattr(read_settings(), name)
    from_flag = getattr(configured({name: FLAGS.get(name, high)}), name)
    assert len({str(from_file), str(from_variable), str(from_flag)}) + _hidden(from_file) >= len(
        {low, middle, high}
    )


def test_a_setting_is_from_one_place_as_a_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A password of the file does not go to an address of a variable."""
    (folder / "slowatch.yaml").write_text(
        f"sources: {{far: {{url: 'http://a', password: {SECRET}}}, other: {{url: 'http://b'}}}}"
    )
    monkeypatch.setenv("SLOWATCH_SOURCES", '{"far": {"url": "http://elsewhere"}}')
    sources = read_settings().sources
    assert list(sources) == ["far"]
    assert sources["far"].password is None


@pytest.mark.parametrize("name", Settings.model_fields)
def test_the_example_of_each_setting_can_be_set(
    folder: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """As a variable has it, and it is not what is set anyway."""
    assert folder.exists()
    usual = getattr(read_settings(), name)
    needed, value = NEEDED.get(name, ("SLOWATCH_SLOT", "10s"))
    monkeypatch.setenv(needed, value)
    (example,) = Settings.model_fields[name].examples or []
    monkeypatch.setenv(f"SLOWATCH_{name.upper()}", str(example))
    assert getattr(read_settings(), name) != usual


VALUES: Mapping[str, tuple[str, str, str]] = {
    "prometheus_url": ("http://a", "http://b", "http://c"),
    "prometheus_headers": ("{a: x}", '{"b": "y"}', ""),
    "prometheus_timeout": ("1s", "2s", "3s"),
    "prometheus_concurrency": ("1", "2", "3"),
    "sources": ("{a: {url: 'http://a'}}", '{"b": {"url": "http://b"}}', ""),
    "rules_poll": ("1s", "2s", "3s"),
    "slot": ("10s", "20s", "30s"),
    "settle": ("1s", "2s", "3s"),
    "scrape_interval": ("1s", "2s", "3s"),
    "retention": ("10d", "20d", "30d"),
    "alerting": ("off", "rules", "notify"),
    "alertmanagers": ("['http://a']", '["http://b", "http://c"]', ""),
    "webhooks": (
        "[{name: a, url: 'http://a'}]",
        '[{"name": "b", "url": "http://b"}]',
        "",
    ),
    "external_url": ("http://a", "http://b", "http://c"),
    "prometheus_link": ("http://a", "http://b", "http://c"),
    "tokens": (
        f"[{{name: a, token: {'a' * 16}}}]",
        f'[{{"name": "b", "token": "{"b" * 16}"}}]',
        "",
    ),
    "read_access": ("open", "token", "open"),
    "connections": ("100", "200", "300"),
    "log_level": ("debug", "warning", "error"),
    "log_format": ("console", "json", "auto"),
    "rules": ("[a, b]", "c:d", "e"),
}
FLAGS: Mapping[str, object] = {
    "prometheus_headers": {"c": "z"},
    "sources": {"c": {"url": "http://c"}},
    "alertmanagers": ["http://d"],
    "webhooks": [{"name": "c", "url": "http://c"}],
    "tokens": [{"name": "c", "token": "c" * 16}],
}
NEEDED: Mapping[str, tuple[str, str]] = {
    "alerting": ("SLOWATCH_ALERTMANAGERS", "http://a"),
    "read_access": ("SLOWATCH_TOKENS", '[{"name": "a", "token_file": "a"}]'),
    "tls_cert": ("SLOWATCH_TLS_KEY", "key"),
    "tls_key": ("SLOWATCH_TLS_CERT", "cert"),
}
"""What else has to be set, since one alone makes no sense."""


def _hidden(value: object) -> int:
    """Secrets all look the same."""
    return 2 if "Secret" in type(value).__name__ else 0


def test_a_named_file_takes_the_place_of_the_usual_one(folder: Path) -> None:
    (folder / "slowatch.yaml").write_text("slot: 10s\n")
    (folder / "other.yaml").write_text("settle: 1s\n")
    settings = read_settings(folder / "other.yaml")
    assert (settings.slot, settings.settle) == (60, 1)


def test_an_empty_file_sets_nothing(folder: Path) -> None:
    (folder / "slowatch.yaml").write_text("# nothing yet\n")
    assert read_settings().slot == 60


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("promethues_url: http://x", "slowatch.yaml: promethues_url: there is no such setting; "),
        ("promethues_url: http://x", "did you mean `prometheus_url`?"),
        ("slot: 7s", "slowatch.yaml: slot: Input should be greater than or equal to 10"),
        ("slot: 70s", "a slot of 70 s does not divide an hour: try 10s, 30s or 60s"),
        ("slot: soon", "`soon` is not a duration"),
        ("- slot", "write settings as `name: value`"),
        ("1: x", "1 is no name of a setting"),
        ("slot: [", "slowatch.yaml is no YAML: line"),
        (f"state: 'postgresql://u:{SECRET}@h/d\n", "slowatch.yaml is no YAML"),
        (f"prometheus_url: 'user:{SECRET}@host:9090'", "is no address of a Prometheus"),
        (f"prometheus_url: 'http://user:{SECRET}/x@host'", "write @ as %40, / as %2F"),
        (f'prometheus_bearer_token: "{SECRET}\\nx"', "use printable ASCII"),
        (f'prometheus_headers: {{A: "{SECRET}é"}}', "use printable ASCII"),
        ("alerting: notify", "set `alertmanagers` or `webhooks`, or `alerting: rules`"),
        (f"alertmanagers: ['me:{SECRET}@am']", "slowatch.yaml: alertmanagers.0: this is no addr"),
        (
            f"webhooks: [{{name: a, url: '{SECRET}'}}]",
            "webhooks.0.url: this is no address of a web",
        ),
        (
            f"webhooks: [{{name: a, url: 'http://a', tokn: {SECRET}}}]",
            "webhooks.0.tokn: there is no",
        ),
        ("webhooks: [{name: 'a b', url: 'http://a'}]", "webhooks.0.name: use up to 64"),
        ("webhooks: [{name: a, url: 'http://a'}, {name: a, url: 'http://b'}]", "name of its own"),
        (f"external_url: 'http://me:{SECRET}@slo'", "it cannot hold a password"),
    ],
)
def test_a_mistake_in_the_file_is_told_without_its_value(
    folder: Path, content: str, told: str
) -> None:
    (folder / "slowatch.yaml").write_text(content)
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert told in str(error.value)
    assert SECRET not in str(error.value)


def test_all_mistakes_are_told_at_once_each_with_its_place(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "slowatch.yaml").write_text("settle: -1\nrulez: []\n")
    monkeypatch.setenv("SLOWATCH_LOG_LEVEL", "loud")
    with pytest.raises(SettingsError) as error:
        read_settings(slot="1s", prometheus_url="x")
    lines = str(error.value).splitlines()
    places = ["--prometheus", "--slot", "SLOWATCH_LOG_LEVEL", "slowatch.yaml: rulez"]
    assert len(lines) == 5
    for place in [*places, "slowatch.yaml: settle"]:
        assert sum(line.startswith(f"{place}: ") for line in lines) == 1


def test_alertmanagers_are_one_address_or_several_in_a_variable(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLOWATCH_ALERTMANAGERS", "http://a:9093")
    assert read_settings().alertmanagers == ("http://a:9093",)
    monkeypatch.setenv("SLOWATCH_ALERTMANAGERS", '["http://a:9093", "http://b:9093"]')
    assert read_settings().alertmanagers == ("http://a:9093", "http://b:9093")
    monkeypatch.setenv("SLOWATCH_ALERTMANAGERS", f'["http://me:{SECRET}@a')
    with pytest.raises(SettingsError, match="SLOWATCH_ALERTMANAGERS: this is no JSON") as error:
        read_settings()
    assert SECRET not in str(error.value)


def test_targets_have_their_own_credentials_and_names(folder: Path) -> None:
    """Those of an address leave it; a webhook is called by its name alone."""
    (folder / "password").write_text(f"{SECRET}-file\n")
    (folder / "token").write_text(SECRET)
    settings = configured(
        {
            "alertmanagers": [f"https://me:{SECRET}@one:9093/am/", "http://two"],
            "webhooks": [{"name": "chat", "url": f"https://h/{SECRET}", "token_file": "token"}],
        }
    )
    one, two, chat = targets(settings)
    assert (one.name, one.connection.username) == ("https://one:9093/am", "me")
    assert (one.connection.password, two.connection.password) == (SECRET, None)
    assert (chat.name, chat.connection.bearer_token_file) == ("chat", Path("token"))
    named = settings.model_copy(
        update={"alertmanager_username": "x", "alertmanager_password_file": Path("password")}
    )
    assert {t.connection.password for t in targets(named)[:2]} == {f"{SECRET}-file"}
    (folder / "token").unlink()
    with pytest.raises(SettingsError, match="cannot read token: No such file"):
        targets(settings)


def test_a_variable_that_is_no_json_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SLOWATCH_PROMETHEUS_HEADERS", f"{{{SECRET}")
    with pytest.raises(SettingsError) as error:
        read_settings()
    assert str(error.value) == "SLOWATCH_PROMETHEUS_HEADERS: this is no JSON"


def test_a_settings_file_that_is_not_there_is_told(folder: Path) -> None:
    with pytest.raises(SettingsError, match=r"no settings file at nowhere\.yaml"):
        read_settings(Path("nowhere.yaml"))


def test_a_variable_that_sets_nothing_is_warned_of_with_the_nearest() -> None:
    environment = {
        "SLOWATCH_PROMETEUS_URL": "x",
        "SLOWATCH_SLOT": "60s",
        "SLOWATCH_DEBUG": "1",
        "SLOWATCH_PORT_9710_TCP": "tcp://10.0.0.1:9710",
        "SLOWATCH_SERVICE_HOST": "10.0.0.1",
        "HOME": "/",
    }
    assert list(unknown_variables(environment)) == [
        "the variable SLOWATCH_PROMETEUS_URL sets nothing; did you mean `SLOWATCH_PROMETHEUS_URL`?"
    ]


def test_secrets_come_from_files(folder: Path) -> None:
    for name in ("password", "state"):
        (folder / name).write_text(f"{SECRET}-{name}\n")
    files = {"prometheus_password_file": Path("password"), "state_file": Path("state")}
    settings = configured({"prometheus_username": "me", **files})
    assert settings.connection().password == f"{SECRET}-password"
    assert settings.ledger_address == f"{SECRET}-state"


@pytest.mark.parametrize("name", ["state_file", "prometheus_password_file"])
def test_a_secrets_file_that_cannot_be_read_is_told(name: str) -> None:
    settings = configured({name: "nowhere"})
    with pytest.raises(SettingsError, match="cannot read nowhere: No such file"):
        _ = (settings.connection(), settings.ledger_address)


def test_a_flag_goes_before_the_file_that_a_variable_names(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("SLOWATCH_STATE_FILE", "nowhere")
    assert read_settings(state=":memory:").ledger_address == ":memory:"


def test_a_variable_goes_before_a_secrets_file_that_the_settings_file_names(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (folder / "slowatch.yaml").write_text("state_file: nowhere\n")
    monkeypatch.setenv("SLOWATCH_STATE", "here.db")
    assert read_settings().ledger_address == "here.db"


def test_credentials_of_the_address_leave_it() -> None:
    """So no library can tell them in an error or a log."""
    connection = read_settings(prometheus_url=f"https://me:p%40{SECRET}@host:1/x").connection()
    assert connection.url == "https://host:1/x"
    assert (connection.username, connection.password) == ("me", f"p@{SECRET}")


@pytest.mark.parametrize("between", ["/", "#", "?", "1/", "1#", "1?"])
@pytest.mark.parametrize("host", ["prom:9090", "prom", ""])
def test_a_password_that_is_not_encoded_is_told_of_and_not_shown(between: str, host: str) -> None:
    """Also where what comes before it looks like a port."""
    with pytest.raises(SettingsError, match="a password must be percent-encoded") as error:
        read_settings(prometheus_url=f"http://bob:{between}{SECRET}@{host}")
    assert SECRET not in str(error.value)


def test_an_at_sign_in_a_password_is_taken_as_it_is() -> None:
    connection = read_settings(prometheus_url=f"http://me:p@{SECRET}@host:1/x").connection()
    assert connection.shown_url == connection.url == "http://host:1/x"
    assert connection.password == f"p@{SECRET}"


def test_a_user_that_is_set_goes_before_that_of_the_address() -> None:
    settings = read_settings(
        prometheus_url="http://you:x@host", prometheus_username="me", prometheus_password=SECRET
    )
    connection = settings.connection()
    assert (connection.username, connection.password) == ("me", SECRET)


def test_no_secret_shows_in_repr() -> None:
    settings = read_settings(
        prometheus_url=f"http://me:{SECRET}@host",
        prometheus_password=SECRET,
        prometheus_bearer_token=SECRET,
        prometheus_headers={"X-Key": SECRET},
        alertmanagers=[f"http://me:{SECRET}@am"],
        alertmanager_bearer_token=SECRET,
        webhooks=[{"name": "chat", "url": f"http://hook/{SECRET}", "token": SECRET}],
        state=f"postgresql://me:{SECRET}@host/db",
    )
    assert SECRET not in repr(settings) + str(settings) + repr(settings.connection())


@pytest.mark.parametrize(
    ("listen", "address"),
    [
        ("127.0.0.1:9710", ("127.0.0.1", 9710)),
        (":80", ("0.0.0.0", 80)),  # noqa: S104
        ("[::1]:80", ("::1", 80)),
        ("localhost:0", ("localhost", 0)),
    ],
)
def test_where_to_listen(listen: str, address: tuple[str, int]) -> None:
    assert read_settings(listen=listen).listen_address() == address


@pytest.mark.parametrize("listen", ["9710", "localhost", "host:99999", "host:http"])
def test_what_cannot_be_listened_on_is_told(listen: str) -> None:
    with pytest.raises(SettingsError, match=r"is no address; write 127\.0\.0\.1:9710"):
        read_settings(listen=listen).listen_address()
