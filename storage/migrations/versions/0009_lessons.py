"""What became of corrected scans as examples: added, asked about, or left."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"


def upgrade() -> None:
    """Nothing was learned from corrections yet."""
    op.create_table(
        "lessons",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=False),
        sa.Column("reason", sa.Text),
        sa.Column("flips", sa.Text),
        sa.Column("flips_scan_id", sa.Integer, sa.ForeignKey("scans.id")),
        sa.Column("flips_to", sa.Text),
        sa.Column("example", sa.Text),
        sa.Column("example_path", sa.LargeBinary),
        sa.Column("decided_at", sa.Text, nullable=False),
    )
    op.create_index("ix_lessons_state", "lessons", ["state"])
