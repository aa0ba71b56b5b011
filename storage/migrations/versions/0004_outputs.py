"""What is made of tickets and stands beside them: searchable PDFs, texts."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"


def upgrade() -> None:
    """Tickets that were filed before have nothing beside them."""
    op.create_table(
        "outputs",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("kind", sa.Text, primary_key=True),
        sa.Column("place", sa.Text),
        sa.Column("place_path", sa.LargeBinary),
        sa.Column("sha256", sa.Text),
        sa.Column("size", sa.Integer),
        sa.Column("error", sa.Text),
        sa.Column("made_at", sa.Text),
        sqlite_with_rowid=False,
    )
    op.create_index(
        "ix_outputs_owed",
        "outputs",
        ["scan_id"],
        sqlite_where=sa.text("made_at IS NULL AND error IS NULL"),
    )
