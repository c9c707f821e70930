"""Tokens by settings: in the settings or in files that change, never too short, never shown."""

from pathlib import Path

import pytest

from slowatch.app.reading import read_settings
from slowatch.app.settings import Settings, SettingsError
from slowatch.app.tokens import access

ONE, OTHER = "one-0123456789ab", "other-0123456789"


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working folder, and no variable that the surroundings may have set."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"SLOWATCH_{name.upper()}", raising=False)
    return tmp_path


def settings_of(folder: Path, text: str) -> Settings:
    """Settings as a file has them."""
    (folder / "slowatch.yaml").write_text(text)
    return read_settings()


def test_a_token_is_in_the_settings_or_in_a_file(folder: Path) -> None:
    (folder / "secret").write_text(f"{OTHER}\n")
    settings = settings_of(
        folder,
        f"tokens: [{{name: a, token: '{ONE}'}}, {{name: b, token_file: secret, may: write}}]",
    )
    found = [(token.name, token.may, token.text()) for token in access(settings).tokens]
    assert found == [("a", "read", ONE), ("b", "write", OTHER)]


def test_a_file_is_read_again_when_it_changes(folder: Path) -> None:
    """Also when what is in it is replaced as a whole, or is gone for a while."""
    secret = folder / "secret"
    secret.write_text(ONE)
    (token,) = access(settings_of(folder, "tokens: [{name: a, token_file: secret}]")).tokens
    assert token.text() == ONE
    (folder / "new").write_text(OTHER)
    (folder / "new").replace(secret)
    assert token.text() == OTHER
    secret.unlink()
    assert token.text() is None
    secret.write_text("too short")
    assert token.text() is None
    secret.write_text(ONE + ONE)
    assert token.text() == ONE + ONE


def test_a_link_that_leads_elsewhere_is_a_change(folder: Path) -> None:
    """Kubernetes swaps a link to a folder when a secret changes."""
    for name, text in (("first", ONE), ("second", OTHER)):
        (folder / name).mkdir()
        (folder / name / "secret").write_text(text)
    (folder / "data").symlink_to("first")
    (token,) = access(settings_of(folder, "tokens: [{name: a, token_file: data/secret}]")).tokens
    assert token.text() == ONE
    (folder / "swap").symlink_to("second")
    (folder / "swap").replace(folder / "data")
    assert token.text() == OTHER


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("tokens: [{name: a, token: hunter2hunter2h}]", "16 printable ASCII characters or more"),
        ("tokens: [{name: a, token: hunter2 hunter2 hunter2}]", "no spaces"),
        ("tokens: [{name: a, token: hunter2hunter2hünter2}]", "printable ASCII"),
        ("tokens: [{name: a}]", "either a `token` or a `token_file`"),
        (
            "tokens: [{name: a, token: hunter2hunter2hunter2, token_file: x}]",
            "either a `token` or a `token_file`",
        ),
        ("tokens: [{name: a b, token: hunter2hunter2hunter2}]", "tokens.0.name"),
        ("tokens: [{name: a, token: hunter2hunter2hunter2, may: all}]", "tokens.0.may"),
        ("tokens: [{name: a, tokn: hunter2hunter2hunter2}]", "name, token, token_file and may"),
        (
            "tokens: [{name: a, token: hunter2hunter2hunter2}, {name: a, token_file: x}]",
            "a name of its own",
        ),
        ("read_access: token", "set `tokens`"),
        ("read_access: closed", "read_access"),
        ("tls_cert: cert.pem", "set both, or neither"),
        ("tls_key: key.pem", "set both, or neither"),
        ("connections: 1", "connections"),
    ],
)
def test_what_makes_no_sense_is_told_without_the_secret(folder: Path, text: str, told: str) -> None:
    with pytest.raises(SettingsError) as error:
        settings_of(folder, text)
    assert told in str(error.value)
    assert "hunter2" not in str(error.value)


@pytest.mark.parametrize(
    ("content", "told"),
    [(None, "cannot read"), ("hunter2", "16 printable"), ("hunter2\nhunter2 hunter2", "spaces")],
)
def test_a_file_without_a_token_is_told_at_the_start(
    folder: Path, content: str | None, told: str
) -> None:
    if content is not None:
        (folder / "secret").write_text(content)
    with pytest.raises(SettingsError, match=told) as error:
        access(settings_of(folder, "tokens: [{name: a, token_file: secret}]"))
    assert "hunter2" not in str(error.value)


def test_two_tokens_are_not_the_same(folder: Path) -> None:
    """The log could not say whose it was."""
    (folder / "secret").write_text(ONE)
    text = f"tokens: [{{name: a, token: '{ONE}'}}, {{name: b, token_file: secret}}]"
    with pytest.raises(SettingsError, match="a and b are the same") as error:
        access(settings_of(folder, text))
    assert ONE not in str(error.value)


def test_settings_and_tokens_do_not_show_their_secrets(folder: Path) -> None:
    settings = settings_of(folder, f"tokens: [{{name: a, token: '{ONE}'}}]")
    for shown in (
        repr(settings),
        str(settings),
        str(settings.model_dump()),
        repr(access(settings)),
    ):
        assert ONE not in shown
    assert ONE not in settings.model_dump_json()
