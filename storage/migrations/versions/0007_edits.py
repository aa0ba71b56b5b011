"""What people wrote into fields, when and from where; how sure of a field the machine had been."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"


def upgrade() -> None:
    """Nobody has written anything yet."""
    op.create_table(
        "edits",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("scan_id", sa.Integer, nullable=False),
        sa.Column("edited_at", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("value_before", sa.Text),
        sa.Column("value", sa.Text),
        sa.Column("as_read", sa.Integer, nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_edits_scan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_edits"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_edits_scan_id", "edits", ["scan_id"])
    op.add_column("fields", sa.Column("read_confidence", sa.REAL))
