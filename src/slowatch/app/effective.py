"""The settings as they count: each with its value, no secret, and where it came from."""

import typing
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from pydantic import BaseModel, SecretStr

from slowatch.app.reading import file_names, is_variable, variable
from slowatch.app.settings import Settings
from slowatch.app.values import Seconds, WholeSeconds
from slowatch.ledger.address import describe, parse_address
from slowatch.source.connection import split_address
from slowatch.spec.units import duration_text

HIDDEN = "********"
Plain = str | int | float | bool | None | list["Plain"] | dict[str, "Plain"]


@dataclass(frozen=True, slots=True)
class Effective:
    """A setting; `origin` is a variable, a file, or `default`."""

    name: str
    value: Plain
    origin: str


def effective(settings: Settings, file: Path) -> Sequence[Effective]:
    """Every setting, in the order of the documentation. Raises LedgerError for an odd address."""
    in_file = file_names(file)
    hints = typing.get_type_hints(Settings, include_extras=True)
    return [
        Effective(
            name, _shown(name, getattr(settings, name), hints[name]), _origin(name, in_file, file)
        )
        for name in Settings.model_fields
    ]


def _origin(name: str, in_file: frozenset[str], file: Path) -> str:
    if is_variable(name):
        return variable(name)
    return str(file) if name in in_file else "default"


def _shown(name: str, value: object, hint: object) -> Plain:
    if name == "state":
        return describe(parse_address(str(value)))
    return _in_hint(value, hint)


def _in_hint(value: object, hint: object) -> Plain:
    is_duration = hint in (Seconds, WholeSeconds, Seconds | None, WholeSeconds | None)
    if is_duration and isinstance(value, int | float):
        return duration_text(value)
    return _plain(value)


def _plain(value: object) -> Plain:
    """A value as YAML and JSON have it; secrets, and credentials in addresses, are hidden."""
    match value:
        case None | bool() | int() | float():
            return value
        case SecretStr():
            return HIDDEN
        case BaseModel():
            hints = typing.get_type_hints(type(value), include_extras=True)
            return {
                name: _in_hint(getattr(value, name), hints[name])
                for name in type(value).model_fields
                if name in value.model_fields_set
            }
        case Mapping():
            return {str(key): _plain(one) for key, one in value.items()}
        case tuple() | list():
            return [_plain(one) for one in value]
        case _:
            scheme, credentials, rest = split_address(str(value))
            return f"{scheme}{HIDDEN}@{rest}" if scheme and credentials else str(value)
