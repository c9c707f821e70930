"""Reading the settings: what is wrong is told with its place, never with its value."""

import os
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import SettingsConfigDict
from pydantic_settings import SettingsError as UnreadableVariable

from slowatch.app.settings import (
    PREFIX,
    SETTINGS_FILE,
    Settings,
    SettingsError,
    SourceSettings,
    TokenSettings,
    Webhook,
)
from slowatch.spec.mistake import similar

DEBUG = "SLOWATCH_DEBUG"
GRAFANA_TOKEN = "SLOWATCH_GRAFANA_TOKEN"  # noqa: S105  the variable's name
IN_FILES = (
    "state",
    "prometheus_password",
    "prometheus_bearer_token",
    "alertmanager_password",
    "alertmanager_bearer_token",
)
"""Settings that may stand in a file of their own, which `…_file` names."""
OF_KEYS: Mapping[str, type[BaseModel]] = {
    "sources": SourceSettings,
    "tokens": TokenSettings,
    "webhooks": Webhook,
}
"""Settings that have keys of their own."""
_IN_OUR_WORDS = {
    "missing": "this key is needed",
    "dict_type": "write names and what belongs to them, as `{name: …}`",
    "model_type": "write keys and values, as `{key: value}`",
    "model_attributes_type": "write keys and values, as `{key: value}`",
    "tuple_type": "write a list, as `[…]`",
    # All patterns are of names.
    "string_pattern_mismatch": "use up to 64 letters, digits, `_`, `.` and `-` for a name, with a "
    "letter or digit first",
}
_FLAGS = {"prometheus_url": "--prometheus"}
_OF_KUBERNETES = re.compile(rf"{PREFIX}(SERVICE|PORT)(_|$)")
"""What Kubernetes tells every container about a service that is called slowatch."""


def read_settings(file: Path | None = None, **flags: object) -> Settings:
    """The settings from a file, the environment and flags that are not None.

    Without `file`, `slowatch.yaml` in the working folder is read where it exists. Raises
    SettingsError with everything that is wrong.
    """
    given = {name: value for name, value in flags.items() if value is not None}
    if file is not None and not file.is_file():
        raise SettingsError(f"no settings file at {file}")
    given |= _masked(given)
    path = file or Path(SETTINGS_FILE)
    file_names(path)
    try:
        return _with_file(path).from_flags(given)
    except ValidationError as error:
        told = (_explained(dict(one), given, path) for one in error.errors(include_input=False))
        raise SettingsError("\n".join(told)) from None
    except UnreadableVariable as error:
        # Only a variable that holds JSON can fail so: which one is all that it says.
        name = re.sub(r'.*field "(\w+)".*', r"\1", str(error), flags=re.DOTALL)
        raise SettingsError(f"{PREFIX}{name.upper()}: this is no JSON") from None


def unknown_variables(environment: Mapping[str, str] | None = None) -> Iterator[str]:
    """A sentence for each SLOWATCH_* variable that sets nothing, with the nearest that does."""
    known = [PREFIX + name.upper() for name in Settings.model_fields] + [DEBUG, GRAFANA_TOKEN]
    for name in sorted(os.environ if environment is None else environment):
        if name.startswith(PREFIX) and name.upper() not in known and not _OF_KUBERNETES.match(name):
            yield f"the variable {name} sets nothing{similar(name, known)}"


def _masked(given: Mapping[str, object]) -> dict[str, object]:
    """The `…_file` settings that do not count, since what they hold is given from further up."""
    return {
        f"{name}_file": None
        for name in IN_FILES
        if name in given or (is_variable(name) and not is_variable(f"{name}_file"))
    }


def variable(name: str) -> str:
    """The variable that sets a setting."""
    return PREFIX + name.upper()


def is_variable(name: str) -> bool:
    """Whether a variable sets it."""
    return any(variable(name) == known.upper() for known in os.environ)


def file_names(path: Path) -> frozenset[str]:
    """What a settings file sets; nothing where there is no file.

    Raises SettingsError where the file is not a mapping of names to values.
    """
    import yaml

    if not path.exists():
        return frozenset()
    try:
        content = yaml.safe_load(path.read_text(encoding="utf-8"))
    except yaml.YAMLError as error:
        raise SettingsError(f"{path} is no YAML{_place(error)}") from None
    except UnicodeDecodeError:
        raise SettingsError(f"{path} is not UTF-8 text") from None
    except OSError as error:
        raise SettingsError(f"{path} cannot be read: {error.strerror}") from None
    if content is not None and not isinstance(content, dict):
        raise SettingsError(f"{path}: write settings as `name: value`, one to a line")
    for name in content or ():
        if not isinstance(name, str):
            raise SettingsError(f"{path}: {name!r} is no name of a setting")
    return frozenset(content or ())


def _place(error: Exception) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None)
    return f": line {mark.line + 1}, column {mark.column + 1}: {problem}" if mark else ""


def _with_file(file: Path) -> type[Settings]:
    class _Settings(Settings):
        model_config = SettingsConfigDict(
            env_prefix=PREFIX, extra="forbid", frozen=True, yaml_file=file
        )

    return _Settings


def _explained(error: dict[str, Any], given: Mapping[str, object], file: Path) -> str:
    """One mistake as `where: what is wrong`, without the value: it may be secret."""
    path = [str(part) for part in error["loc"] if part != "[key]"]
    message = _IN_OUR_WORDS.get(error["type"]) or error["msg"].removeprefix("Value error, ")
    if not path:
        return str(message)
    if error["type"] == "extra_forbidden" and len(path) > 1:
        *keys, last = OF_KEYS[path[0]].model_fields
        message = f"there is no such key; there are {', '.join(keys)} and {last}"
    elif error["type"] == "extra_forbidden":
        message = f"there is no such setting{similar(path[0], list(Settings.model_fields))}"
    return f"{_origin(path, given, file)}: {message}"


def _origin(path: list[str], given: Mapping[str, object], file: Path) -> str:
    """Where a setting came from: the flag, the variable, or the file and the name in it."""
    name = path[0]
    if name in given:
        return _FLAGS.get(name) or "--" + name.replace("_", "-")
    if is_variable(name):
        return ".".join([PREFIX + name.upper(), *path[1:]])
    return f"{file}: {'.'.join(path)}"
