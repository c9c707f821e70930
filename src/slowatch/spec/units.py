"""Values with units: shares, durations, and the quantities that bounds are made of.

Everything is exact: texts become Decimals without passing through floats.
"""

import re
from dataclasses import dataclass
from decimal import Decimal

from slowatch.spec.compiled_runs import Unit
from slowatch.spec.mistake import Mistake

_NUMBER = r"[-+]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?"
_QUANTITY = re.compile(rf"({_NUMBER})\s*([%a-zA-Z/]*)")
_DURATION = re.compile(r"(?:[0-9]{1,9}(?:\.[0-9]{1,9})?(?:ms|s|m|h|d|w))+")
_DURATION_PART = re.compile(r"([0-9.]+)(ms|s|m|h|d|w)")
_MAX_LENGTH = 40

SECONDS = {
    "ms": Decimal("0.001"),
    "s": Decimal(1),
    "m": Decimal(60),
    "h": Decimal(3600),
    "d": Decimal(86_400),
    "w": Decimal(604_800),
}
_BYTES = {
    "B": Decimal(1),
    **{unit: Decimal(1000) ** power for power, unit in enumerate(("kB", "MB", "GB", "TB"), 1)},
    **{unit: Decimal(1024) ** power for power, unit in enumerate(("KiB", "MiB", "GiB", "TiB"), 1)},
}
_PER = {"/m": Decimal(60), "/h": Decimal(3600), "/d": Decimal(86_400)}
_FACTORS = {"": Decimal(1), "%": Decimal("0.01"), "/s": Decimal(1), "KB": Decimal(1000), **_BYTES}
_UNITS: dict[str, Unit] = {"": "number", "%": "ratio", "/s": "per_second"}
_CHANGE = re.compile(r"[-+]([0-9]+(\.[0-9]*)?|\.[0-9]+)\s*%")
_QUANTITY_EXAMPLES = "`2s`, `500ms`, `100/s`, `2GiB`, `700MB`, `80%` or a plain number"


@dataclass(frozen=True, slots=True)
class Amount:
    """A number in its base unit, and which kind of unit it was written in."""

    number: Decimal
    unit: Unit


@dataclass(frozen=True, slots=True)
class Relative:
    """A change relative to something else, such as 0.5 for `+50%`."""

    ratio: Decimal


def read_share(value: object) -> Decimal:
    """A share from `99.9%`, `0.999` or the same as text; any number up to 1 is a ratio."""
    text = _text(value, "a share such as `99.9%` or `0.999`")
    match = _QUANTITY.fullmatch(text)
    if match is None or match[2] not in ("", "%"):
        raise Mistake("bad-share", f"`{text}` is not a share: write it like `99.9%` or `0.999`")
    number = Decimal(match[1])
    if match[2] == "" and number > 1:
        message = f"`{text}` is more than the whole: write `{text}%` if you mean percent"
        raise Mistake("percent-sign-missing", message)
    return number * _FACTORS[match[2]]


def read_promised_share(value: object) -> Decimal:
    """A share in (0, 1], as an objective is."""
    share = read_share(value)
    if not 0 < share <= 1:
        message = f"`{value}` promises nothing that can be kept: write more than 0 and up to `100%`"
        raise Mistake("out-of-range", message)
    return share


def read_inner_share(value: object) -> Decimal:
    """A share in (0, 1), as a quantile is."""
    share = read_share(value)
    if not 0 < share < 1:
        message = f"`{value}` is not a quantile: write one between 0 and 1, such as `0.99`"
        raise Mistake("out-of-range", message)
    return share


def read_duration(value: object) -> Decimal:
    """Seconds from `500ms`, `5m` or `1h30m`."""
    text = _text(value, "a duration such as `5m`")
    if not _DURATION.fullmatch(text):
        message = (
            f"`{text}` is not a duration: write a number and a unit, such as `30s`, `5m`, `1h`"
        )
        raise Mistake("bad-duration", f"{message} or `30d`")
    parts = _DURATION_PART.findall(text)
    return sum((Decimal(number) * SECONDS[unit] for number, unit in parts), Decimal(0))


def read_quantity(value: object) -> Amount:
    """A bound in its base unit: seconds, bytes, per second, a ratio, or a plain number."""
    text = _text(value, f"a value such as {_QUANTITY_EXAMPLES}")
    if _DURATION.fullmatch(text):
        return Amount(read_duration(text), "seconds")
    match = _QUANTITY.fullmatch(text)
    if match is None:
        raise _bad_quantity(text)
    number, unit = Decimal(match[1]), match[2]
    if unit in _PER:
        return Amount(number / _PER[unit], "per_second")
    if unit not in _FACTORS:
        raise _bad_quantity(text)
    return Amount(number * _FACTORS[unit], _UNITS.get(unit, "bytes"))


def read_limit(value: object) -> Amount | Relative:
    """A bound, or with a sign and `%` a change such as `+50%`."""
    if isinstance(value, str) and _CHANGE.fullmatch(value.strip()[:_MAX_LENGTH]):
        return Relative(Decimal(value.strip().rstrip("% ")) * _FACTORS["%"])
    return read_quantity(value)


def read_magnitude(value: object) -> Decimal:
    """A quantity of any unit that is not below 0."""
    quantity = read_quantity(value).number
    if quantity < 0:
        raise Mistake("out-of-range", f"`{value}` is below 0: write `0` or more")
    return quantity


def read_positive_quantity(value: object) -> Decimal:
    """A bound above 0, as a latency is."""
    quantity = read_quantity(value).number
    if quantity <= 0:
        message = f"`{value}` can never be met: write a bound above 0, such as `2s`"
        raise Mistake("out-of-range", message)
    return quantity


def duration_text(seconds: float) -> str:
    """Whole seconds as PromQL and people write them, such as `1h30m` or `30d`."""
    left, parts = int(seconds), []
    for unit in ("d", "h", "m", "s"):
        count, left = divmod(left, int(SECONDS[unit]))
        if count:
            parts.append(f"{count}{unit}")
    return "".join(parts) or "0s"


def share_text(share: Decimal) -> str:
    """A share in percent, exact, such as `99.9%`."""
    return f"{(share * 100).normalize():f}%"


def _bad_quantity(text: str) -> Mistake:
    return Mistake("bad-quantity", f"`{text}` has no unit known here: write {_QUANTITY_EXAMPLES}")


def _text(value: object, expected: str) -> str:
    """The text of a scalar, without surrounding blanks."""
    if isinstance(value, Decimal) or (isinstance(value, str) and len(value) <= _MAX_LENGTH):
        return str(value).strip()
    raise Mistake("wrong-type", f"this should be {expected}")
