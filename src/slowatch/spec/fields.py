"""The types of a document's values: how each is read, and how the JSON Schema shows it."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import AfterValidator, PlainValidator, WithJsonSchema

from slowatch.slo.objective import Objective
from slowatch.slo.slot import DAY_S, HOUR_S
from slowatch.slo.window import RollingWindow
from slowatch.spec.compiled import Counter, CounterSum
from slowatch.spec.counters import read_counter, read_counter_sum
from slowatch.spec.mistake import Mistake, similar
from slowatch.spec.promql import is_label_name, read_expression, read_windowed_expression
from slowatch.spec.units import (
    Amount,
    Relative,
    read_duration,
    read_inner_share,
    read_limit,
    read_magnitude,
    read_positive_quantity,
    read_promised_share,
    read_quantity,
    read_share,
)

_NAME = re.compile(r"[a-z0-9]([-a-z0-9_.]*[a-z0-9])?", re.IGNORECASE | re.ASCII)
_MAX_NAME = 100
_MAX_WINDOW_S = 366 * DAY_S
_LONGEST_S = 366 * DAY_S
_LONGEST_LOOK_BACK_S = 31 * DAY_S
_MOST_EVENTS = 1_000_000


def read_name(value: object) -> str:
    """A name that can stand in an id, a URL and a metric's label."""
    text = _text(value)
    if len(text) > _MAX_NAME or not _NAME.fullmatch(text):
        message = f"`{text[:_MAX_NAME]}` cannot be a name: use up to {_MAX_NAME} letters, digits, "
        raise Mistake(
            "invalid-name", f"{message}`-`, `_` and `.`, with a letter or digit at each end"
        )
    return text


def read_label_name(value: object) -> str:
    """A label name as Prometheus takes it; names that start with `__` are its own."""
    text = _text(value)
    if not is_label_name(text) or text.startswith("__"):
        message = f"`{text}` cannot be a label: use letters, digits and `_`, not `__` in front and"
        raise Mistake("invalid-label", f"{message} no digit first")
    return text


def read_by_label(value: object) -> str:
    """A label that can tell budgets apart."""
    text = read_label_name(value)
    if text == "le":
        message = "`le` names the buckets of a histogram: remove it, no budget can be kept by it"
        raise Mistake("reserved-label", message)
    return text


def check_distinct(labels: list[str]) -> list[str]:
    """Labels of which none is named twice."""
    for index, label in enumerate(labels):
        if label in labels[:index]:
            message = f"the label `{label}` is listed already: remove one"
            raise Mistake("duplicate-label", message, at=(index,))
    return labels


def read_objective(value: object) -> Objective:
    """The share of good events that is promised."""
    return Objective(read_promised_share(value))


def read_seconds(value: object) -> int:
    """A duration of whole seconds, more than none and at most a year."""
    seconds = read_duration(value)
    if seconds != int(seconds) or not 0 < seconds <= _LONGEST_S:
        message = f"`{value}` is out of range: write whole seconds, from `1s` to `366d`"
        raise Mistake("out-of-range", message)
    return int(seconds)


def read_hold(value: object) -> int:
    """How long an alert waits, in whole seconds; none is a wait, too."""
    return 0 if read_duration(value) == 0 else read_seconds(value)


def read_look_back(value: object) -> int:
    """A look-back of whole minutes, up to a month: rules are evaluated once a minute."""
    seconds = read_duration(value)
    if not 60 <= seconds <= _LONGEST_LOOK_BACK_S or seconds % 60:
        message = f"`{value}` is out of range: write whole minutes, from `1m` to `31d`"
        raise Mistake("out-of-range", message)
    return int(seconds)


def read_budget_share(value: object) -> Decimal:
    """A share of an error budget, more than none and up to all of it."""
    share = read_share(value)
    if not 0 < share <= 1:
        message = f"`{value}` is no share of a budget: write more than `0%` and up to `100%`"
        raise Mistake("out-of-range", message)
    return share


def read_confidence(value: object) -> Decimal:
    """How sure something must be, one-sided: from a coin's toss to less than certain."""
    share = read_share(value)
    if not Decimal("0.5") <= share <= Decimal("0.9999"):
        message = f"`{value}` is out of range: write `50%` (no matter) to `99.99%`"
        raise Mistake("out-of-range", message)
    return share


def read_events(value: object) -> int:
    """A number of events."""
    if isinstance(value, bool) or not isinstance(value, Decimal | int) or value != int(value):
        raise Mistake("wrong-type", "this should be a whole number, such as `3`")
    if not 0 <= value <= _MOST_EVENTS:
        raise Mistake("out-of-range", f"`{value}` is out of range: write `0` to `{_MOST_EVENTS}`")
    return int(value)


def read_count(value: object) -> int:
    """A number of things, at least one."""
    count = read_events(value)
    if not count:
        raise Mistake("out-of-range", f"`{value}` is out of range: write `1` or more")
    return count


def read_true(value: object) -> bool:
    """True, where false would mean nothing."""
    if read_flag(value):
        return True
    raise Mistake("unknown-value", "`false` means nothing here: write `true`, or remove the key")


def read_link(value: object) -> str:
    """An address that a browser can open."""
    from urllib.parse import urlsplit

    text = _text(value)
    try:
        parts = urlsplit(text)
        is_link = parts.scheme in ("http", "https") and parts.hostname and text.isprintable()
    except ValueError:
        is_link = False
    if not is_link or " " in text:
        raise Mistake("bad-link", f"`{text[:_MAX_NAME]}` is no link: write one like `https://…`")
    return text


def read_rolling(value: object) -> RollingWindow:
    """A rolling window of whole minutes."""
    seconds = read_duration(value)
    if not HOUR_S <= seconds <= _MAX_WINDOW_S or seconds % 60:
        message = f"`{value}` is out of range: write whole minutes, from `1h` to `366d`"
        raise Mistake("out-of-range", message)
    return RollingWindow(int(seconds))


def read_zone(value: object) -> str:
    """A time zone's name."""
    from zoneinfo import ZoneInfo, available_timezones

    text = _text(value)
    try:
        ZoneInfo(text)
    except (OSError, ValueError, KeyError):
        hint = similar(text, sorted(available_timezones())) or "; write one like `Europe/Berlin`"
        message = f"there is no time zone `{text[:_MAX_NAME]}`{hint}"
        raise Mistake("unknown-zone", message) from None
    return text


def read_text(value: object) -> str:
    """Text as it stands."""
    return _text(value)


def read_flag(value: object) -> bool:
    """True or false."""
    if isinstance(value, bool):
        return value
    raise Mistake("wrong-type", "this should be `true` or `false`, without quotes")


def _text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, Decimal | bool):
        raise Mistake("wrong-type", "this should be text: put it in quotes")
    raise Mistake("wrong-type", "this should be text, on one line")


def _shown(kind: str | list[str], *examples: str, **more: Any) -> WithJsonSchema:  # noqa: ANN401
    return WithJsonSchema({"type": kind, "examples": list(examples), **more})


_TEXT = "string"
_NUMERIC = ["string", "number"]

Text = Annotated[str, PlainValidator(read_text), WithJsonSchema({"type": _TEXT})]
Always = Annotated[bool, PlainValidator(read_true), WithJsonSchema({"const": True})]
Flag = Annotated[bool, PlainValidator(read_flag), WithJsonSchema({"type": "boolean"})]
Name = Annotated[
    str,
    PlainValidator(read_name),
    WithJsonSchema(
        {
            "type": _TEXT,
            "maxLength": _MAX_NAME,
            "pattern": "^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$",
        }
    ),
]
LabelName = Annotated[
    str,
    PlainValidator(read_label_name),
    WithJsonSchema({"type": _TEXT, "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"}),
]
ByLabel = Annotated[
    str,
    PlainValidator(read_by_label),
    WithJsonSchema({"type": _TEXT, "pattern": "^[a-zA-Z_][a-zA-Z0-9_]*$"}),
]
ByLabels = Annotated[list[ByLabel], AfterValidator(check_distinct)]
Labels = dict[LabelName, Text]
ObjectiveText = Annotated[
    Objective, PlainValidator(read_objective), _shown(_NUMERIC, "99.9%", "0.999")
]
SliceTarget = Annotated[
    Decimal, PlainValidator(read_promised_share), _shown(_NUMERIC, "95%", "0.95")
]
Quantile = Annotated[Decimal, PlainValidator(read_inner_share), _shown(_NUMERIC, "0.99", "0.5")]
Seconds = Annotated[int, PlainValidator(read_seconds), _shown(_TEXT, "5m", "1h30m")]
Hold = Annotated[int, PlainValidator(read_hold), _shown(_TEXT, "5m", "0s")]
LookBack = Annotated[int, PlainValidator(read_look_back), _shown(_TEXT, "5m", "1h")]
BudgetShare = Annotated[Decimal, PlainValidator(read_budget_share), _shown(_NUMERIC, "2%", "0.02")]
Confidence = Annotated[Decimal, PlainValidator(read_confidence), _shown(_NUMERIC, "95%", "0.99")]
Events = Annotated[
    int, PlainValidator(read_events), WithJsonSchema({"type": "integer", "minimum": 0})
]
Count = Annotated[
    int, PlainValidator(read_count), WithJsonSchema({"type": "integer", "minimum": 1})
]
Link = Annotated[
    str, PlainValidator(read_link), _shown(_TEXT, "https://wiki.example/run", format="uri")
]
Rolling = Annotated[RollingWindow, PlainValidator(read_rolling), _shown(_TEXT, "30d", "4w")]
Zone = Annotated[str, PlainValidator(read_zone), _shown(_TEXT, "Europe/Berlin", "UTC")]
Quantity = Annotated[
    Amount, PlainValidator(read_quantity), _shown(_NUMERIC, "100/s", "2GiB", "80%", "2s")
]
Limit = Annotated[
    Amount | Relative,
    PlainValidator(read_limit),
    _shown(_NUMERIC, "2s", "1%", "+50%", "-10%"),
]
Magnitude = Annotated[
    Decimal, PlainValidator(read_magnitude), _shown(_NUMERIC, "20ms", "0.1%", "1MB")
]
Bound = Annotated[Decimal, PlainValidator(read_positive_quantity), _shown(_NUMERIC, "2s", "500ms")]
Counters = Annotated[
    CounterSum,
    PlainValidator(read_counter_sum),
    _shown(_TEXT, 'hits_total{code="200"}', "a + 2 * b"),
]
Selector = Annotated[Counter, PlainValidator(read_counter), _shown(_TEXT, 'hits_total{route="/x"}')]
Expression = Annotated[str, PlainValidator(read_expression), _shown(_TEXT, "max(queue_length)")]
WindowedExpression = Annotated[
    str,
    PlainValidator(read_windowed_expression),
    _shown(_TEXT, "sum(increase(hits_total[$window]))"),
]
