"""What each detector said of a scan, beside the matches."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"


def upgrade() -> None:
    """No detector was asked yet."""
    op.create_table(
        "detections",
        sa.Column("scan_id", sa.Integer, nullable=False),
        sa.Column("name", sa.Text, nullable=False),
        sa.Column("detector_id", sa.Text, nullable=False),
        sa.Column("probability", sa.REAL, nullable=False),
        sa.Column("accepted", sa.Boolean, nullable=False),
        sa.ForeignKeyConstraint(["scan_id"], ["scans.id"], name="fk_detections_scan_id"),
        sa.PrimaryKeyConstraint("scan_id", "name", name="pk_detections"),
    )
    op.create_index("ix_detections_name", "detections", ["name"])
    op.add_column("reclassified", sa.Column("detections_before", sa.Text))
