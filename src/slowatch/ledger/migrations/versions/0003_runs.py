"""Runs: the verdicts on stretches of time under load.

Revision 0003, after 0002.
"""

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"

_ID = sa.BigInteger().with_variant(sa.Integer, "sqlite")


def upgrade() -> None:
    """Create runs."""
    op.create_table(
        "runs",
        sa.Column("id", _ID, primary_key=True),
        *_texts("service", "name"),
        sa.Column("start_s", sa.BigInteger, nullable=False),
        sa.Column("end_s", sa.BigInteger, nullable=False),
        *_texts("verdict"),
        sa.Column("is_baseline", sa.Boolean, nullable=False),
        sa.Column("created_s", sa.BigInteger, nullable=False),
        *_texts("digest", "document", "measurements"),
        sqlite_autoincrement=True,
    )
    op.create_index("runs_service_name", "runs", ["service", "name"])


def _texts(*names: str) -> list[sa.Column[str]]:
    return [sa.Column(name, sa.Text, nullable=False) for name in names]
