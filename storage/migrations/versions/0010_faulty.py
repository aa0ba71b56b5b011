"""Scans with a fault are found by an index: whoever looks on asks every few seconds how many there are."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0010"
down_revision = "0009"


def upgrade() -> None:
    """Of the many scans few have one."""
    op.create_index(
        "ix_scans_faulty", "scans", ["state"], sqlite_where=sa.text("error IS NOT NULL")
    )
