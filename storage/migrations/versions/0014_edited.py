"""Scans whose files were edited are found by the hash of the edited file."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"


def upgrade() -> None:
    """Few files are edited: the index holds those alone."""
    op.create_index(
        "ix_scans_file_sha256",
        "scans",
        ["file_sha256"],
        sqlite_where=sa.text("file_sha256 IS NOT NULL"),
    )
