"""What people said of verdicts: that they are right, or what is right; and edited fields."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"


def upgrade() -> None:
    """Nobody has said anything yet."""
    op.create_table(
        "feedback",
        sa.Column("id", sa.Integer, nullable=False),
        sa.Column("scan_id", sa.Integer, nullable=False),
        sa.Column("said_at", sa.Text, nullable=False),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("predicted", sa.Text),
        sa.Column("class_before", sa.Text),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("undone_at", sa.Text),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_feedback_scan_id"),
        sa.PrimaryKeyConstraint("id", name="pk_feedback"),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_feedback_scan_id", "feedback", ["scan_id"])
    # When it was seen that a person has taken the file away.
    op.add_column("scans", sa.Column("gone_at", sa.Text))
    op.create_index("ix_scans_destination_path", "scans", ["destination_path"])
    op.create_index("ix_outputs_place_path", "outputs", ["place_path"])
    op.add_column("fields", sa.Column("read_value", sa.Text))
