"""The first tables: scans, their matches and readings, the journal, the heartbeat."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

from storage import views

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Create everything; the views and triggers are made by ``env.py``."""
    op.create_table(
        "scans",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("original_name", sa.Text, nullable=False),
        sa.Column("inbox_path", sa.Text, nullable=False),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False, index=True),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("state", sa.Text, nullable=False, index=True),
        sa.Column("class_name", sa.Text, index=True),
        sa.Column("nearest_class", sa.Text),
        sa.Column("score", sa.REAL),
        sa.Column("distance", sa.REAL),
        sa.Column("runner_up", sa.Text),
        sa.Column("runner_up_distance", sa.REAL),
        sa.Column("nearest_support", sa.Text),
        sa.Column("pages", sa.Integer),
        sa.Column("destination", sa.Text),
        sa.Column("destination_path", sa.LargeBinary),
        sa.Column("duplicate_of", sa.Integer, sa.ForeignKey("scans.id")),
        sa.Column("error_stage", sa.Text),
        sa.Column("error", sa.Text),
        sa.Column("advice", sa.Text),
        sa.Column("attempts", sa.Integer, nullable=False, server_default=sa.text("0")),
        sa.Column("branch_id", sa.Text),
        sa.Column("index_id", sa.Text),
        sa.Column("received_at", sa.Text, nullable=False, index=True),
        sa.Column("finished_at", sa.Text),
        sqlite_autoincrement=True,
    )
    op.create_index(
        "ix_scans_open_source",
        "scans",
        ["source"],
        sqlite_where=sa.text("state IN ('queued', 'working')"),
    )
    op.create_table(
        "matches",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("rank", sa.Integer, primary_key=True),
        sa.Column("class_name", sa.Text, nullable=False),
        sa.Column("support", sa.Text, nullable=False),
        sa.Column("distance", sa.REAL, nullable=False),
    )
    op.create_table(
        "readings",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("vendor", sa.Text),
        sa.Column("ticket_date", sa.Text),
        sa.Column("total", sa.Text),
        sa.Column("currency", sa.Text),
        sa.Column("tax", sa.Text),
    )
    op.create_table(
        "journal",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("source", sa.LargeBinary, nullable=False),
        sa.Column("destination", sa.LargeBinary, nullable=False),
        sa.Column("sha256", sa.Text, nullable=False),
        sa.Column("size", sa.Integer, nullable=False),
        sa.Column("inode", sa.Integer),
        sa.Column("final_state", sa.Text, nullable=False),
        sa.Column("created_at", sa.Text, nullable=False),
    )
    op.create_table(
        "heartbeat",
        sa.Column("id", sa.Integer, sa.CheckConstraint("id = 1", name="one_row"), primary_key=True),
        sa.Column("pid", sa.Integer, nullable=False),
        sa.Column("started_at", sa.Text, nullable=False),
        sa.Column("swept_at", sa.Text),
        sa.Column("waiting", sa.Integer, nullable=False),
        sa.Column("version", sa.Text, nullable=False),
    )
    op.execute(views.TEXT_SEARCH)
