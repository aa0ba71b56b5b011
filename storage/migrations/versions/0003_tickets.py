"""Words with their boxes, and what tickets say with how sure that is."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def upgrade() -> None:
    """Tickets that were read before have neither."""
    op.create_table(
        "words",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True),
        *_whole("page", "block", "paragraph", "line"),
        sa.Column("text", sa.Text, nullable=False),
        sa.Column("confidence", sa.REAL, nullable=False),
        *_whole("left", "top", "width", "height"),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "fields",
        sa.Column("scan_id", sa.Integer, sa.ForeignKey("scans.id"), primary_key=True),
        sa.Column("name", sa.Text, primary_key=True),
        sa.Column("value", sa.Text, nullable=False),
        sa.Column("confidence", sa.REAL, nullable=False),
        *_whole("page", "left", "top", "width", "height"),
        sqlite_with_rowid=False,
    )


def _whole(*names: str) -> list[sa.Column[int]]:
    return [sa.Column(name, sa.Integer, nullable=False) for name in names]
