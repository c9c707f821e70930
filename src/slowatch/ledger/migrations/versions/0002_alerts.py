"""Alerts: each time that one was raised, and what is still to be sent of it.

Revision 0002, after 0001.
"""

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create episodes and outbox."""
    _create_episodes()
    _create_outbox()


def _create_episodes() -> None:
    op.create_table(
        "episodes",
        sa.Column("id", sa.Text, primary_key=True),
        *_texts("slo_id", "alert", "severity", "group_labels", "labels", "annotations", "phase"),
        sa.Column("pending_s", sa.BigInteger, nullable=False),
        sa.Column("firing_s", sa.BigInteger),
        sa.Column("resolved_s", sa.BigInteger),
        sa.Column("held_s", sa.BigInteger, nullable=False),
        sa.Column("known_s", sa.BigInteger, nullable=False),
    )
    op.create_index("episodes_resolved_s", "episodes", ["resolved_s"])


def _create_outbox() -> None:
    op.create_table(
        "outbox",
        sa.Column("id", _ID, primary_key=True),
        *_texts("target", "uid", "alert", "payload"),
        sa.Column("created_s", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.BigInteger, nullable=False),
        sa.Column("next_s", sa.BigInteger, nullable=False),
        sa.Column("last_error", sa.Text),
        sa.UniqueConstraint("target", "uid"),
        sqlite_autoincrement=True,
    )


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
