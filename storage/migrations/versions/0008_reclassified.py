"""What became of scans that were judged anew, and what they were before: so that it can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0008"
down_revision = "0007"


def upgrade() -> None:
    """Nothing was judged anew in this way yet."""
    op.create_table(
        "reclassified",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("run", sa.Integer, nullable=False),
        sa.Column("scan_id", sa.Integer, nullable=False),
        sa.Column("done_at", sa.Text, nullable=False),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("class_before", sa.Text),
        sa.Column("place_before", sa.LargeBinary, nullable=False),
        sa.Column("verdict_before", sa.Text, nullable=False),
        sa.Column("matches_before", sa.Text, nullable=False),
        sa.Column("undone_at", sa.Text),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_reclassified_scan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_reclassified"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_reclassified_scan_id", "reclassified", ["scan_id"])
    op.create_index("ix_reclassified_run", "reclassified", ["run"])
