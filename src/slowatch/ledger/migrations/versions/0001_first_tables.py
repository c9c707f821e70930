"""The first tables.

Revision 0001, after none. It spells the tables out: `schema.py` moves on, a migration does not.
"""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create asks, series, slots, hours, spans and gaps."""
    _create_what_was_asked()
    _create_tallies()
    _create_gaps()


def _create_what_was_asked() -> None:
    op.create_table(
        "asks",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("key", sa.Text, nullable=False, unique=True),
        sa.Column("text", sa.Text, nullable=False),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "series",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("ask_id", _ID, sa.ForeignKey("asks.id"), nullable=False),
        sa.Column("labels", sa.Text, nullable=False),
        sa.Column("digest", sa.Text, nullable=False, unique=True),
        sqlite_autoincrement=True,
    )
    op.create_index("series_ask_id", "series", ["ask_id"])
    op.create_table(
        "spans",
        *_key("ask_id"),
        sa.Column("end_s", sa.BigInteger, nullable=False),
        sqlite_with_rowid=False,
    )


def _create_tallies() -> None:
    for table, extra in (("slots", ()), ("hours", ("measured",))):
        op.create_table(
            table,
            *_key("series_id"),
            *(sa.Column(name, sa.BigInteger, nullable=False) for name in ("good", "total", *extra)),
            sqlite_with_rowid=False,
        )


def _create_gaps() -> None:
    op.create_table(
        "gaps",
        sa.Column("id", _ID, primary_key=True),
        sa.Column("ask_id", _ID, nullable=False),
        sa.Column("start_s", sa.BigInteger, nullable=False),
        sa.Column("end_s", sa.BigInteger, nullable=False),
        sa.Column("reason", sa.Text, nullable=False),
    )
    op.create_index("gaps_ask_id_end_s", "gaps", ["ask_id", "end_s"])


def _key(owner: str) -> tuple[sa.Column[int], sa.Column[int]]:
    return (
        sa.Column(owner, sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("start_s", sa.BigInteger, primary_key=True, autoincrement=False),
    )
