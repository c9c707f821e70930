"""The tables as they are at `REVISION`; the migrations lead there.

Times are whole seconds since the epoch, tallies are micro-events. A slot's length is part of what
was asked, so rows do not repeat it. `slots` and `hours` are kept in the order of their keys, since
every read is a stretch of one series.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
)

REVISION = "0003"
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

# Each time that an alert was raised. Group, labels and annotations are JSON.
episodes = Table(
    "episodes",
    metadata,
    Column("id", Text, primary_key=True),
    Column("slo_id", Text, nullable=False),
    Column("alert", Text, nullable=False),
    Column("severity", Text, nullable=False),
    Column("group_labels", Text, nullable=False),
    Column("labels", Text, nullable=False),
    Column("annotations", Text, nullable=False),
    Column("phase", Text, nullable=False),
    Column("pending_s", BigInteger, nullable=False),
    Column("firing_s", BigInteger),
    Column("resolved_s", BigInteger),
    Column("held_s", BigInteger, nullable=False),
    Column("known_s", BigInteger, nullable=False),
    Index("episodes_resolved_s", "resolved_s"),
)

# What is still to be sent, in the order of its ids. `uid` is the same however often it is sent.
outbox = Table(
    "outbox",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("target", Text, nullable=False),
    Column("uid", Text, nullable=False),
    Column("alert", Text, nullable=False),
    Column("payload", Text, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("attempts", BigInteger, nullable=False),
    Column("next_s", BigInteger, nullable=False),
    Column("last_error", Text),
    UniqueConstraint("target", "uid"),
    sqlite_autoincrement=True,
)

# Judged runs. What they were judged by is in `document`, all of it as JSON, and what a later run is
# compared with in `measurements`.
runs = Table(
    "runs",
    metadata,
    Column("id", _ID, primary_key=True),
    Column("service", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("start_s", BigInteger, nullable=False),
    Column("end_s", BigInteger, nullable=False),
    Column("verdict", Text, nullable=False),
    Column("is_baseline", Boolean, nullable=False),
    Column("created_s", BigInteger, nullable=False),
    Column("digest", Text, nullable=False),
    Column("document", Text, nullable=False),
    Column("measurements", Text, nullable=False),
    Index("runs_service_name", "service", "name"),
    sqlite_autoincrement=True,
)
