"""`IN` over any number of values: as one parameter, so that no limit of parameters is met."""

import json
from collections.abc import Iterable

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Connection,
    Text,
    any_,
    func,
    literal,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY


def is_in(
    connection: Connection, column: Column[int] | Column[str], values: Iterable[int | str]
) -> ColumnElement[bool]:
    """Whether the column holds one of the values."""
    listed = list(values)
    if connection.dialect.name == "sqlite":
        return column.in_(select(func.json_each(json.dumps(listed)).table_valued("value").c.value))
    kind = Text() if isinstance(column.type, Text) else BigInteger()
    return column == any_(literal(listed, ARRAY(kind)))
