"""The tables as they are at `REVISION`; the migrations lead there.

Times are whole seconds since the epoch, tallies are micro-events. A slot's length is part of what
was asked, so rows do not repeat it. `slots` and `hours` are kept in the order of their keys, since
every read is a stretch of one series.
"""

from sqlalchemy import (
    BigInteger,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
)

REVISION = "0001"
"""The revision of the tables below: the head of the migrations."""

VERSION_TABLE = "slowatch_revision"

_ID = BigInteger().with_variant(Integer, "sqlite")

metadata = MetaData()

asks = Table(
    "asks",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("key", Text, nullable=False, unique=True),
    Column("text", Text, nullable=False),
    sqlite_autoincrement=True,
)

# Labels may be longer than a PostgreSQL index takes, so what is unique is a digest of the ask's key
# and the labels.
series = Table(
    "series",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("ask_id", _ID, ForeignKey("asks.id"), nullable=False),
    Column("labels", Text, nullable=False),
    Column("digest", Text, nullable=False, unique=True),
    Index("series_ask_id", "ask_id"),
    sqlite_autoincrement=True,
)

slots = Table(
    "slots",
    metadata,
    Column("series_id", BigInteger, primary_key=True, autoincrement=False),
    Column("start_s", BigInteger, primary_key=True, autoincrement=False),
    Column("good", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

hours = Table(
    "hours",
    metadata,
    Column("series_id", BigInteger, primary_key=True, autoincrement=False),
    Column("start_s", BigInteger, primary_key=True, autoincrement=False),
    Column("good", BigInteger, nullable=False),
    Column("total", BigInteger, nullable=False),
    Column("measured", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

spans = Table(
    "spans",
    metadata,
    Column("ask_id", BigInteger, primary_key=True, autoincrement=False),
    Column("start_s", BigInteger, primary_key=True, autoincrement=False),
    Column("end_s", BigInteger, nullable=False),
    sqlite_with_rowid=False,
)

gaps = Table(
    "gaps",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("ask_id", _ID, nullable=False),
    Column("start_s", BigInteger, nullable=False),
    Column("end_s", BigInteger, nullable=False),
    Column("reason", Text, nullable=False),
    Index("gaps_ask_id_end_s", "ask_id", "end_s"),
)
