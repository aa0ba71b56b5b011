"""Browsers that are signed in: signing out ends a session on the server."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    """Create the table empty: whoever was signed in signs in once more."""
    op.create_table(
        "sessions",
        sa.Column("id_sha256", sa.Text, primary_key=True),
        sa.Column("expires_at", sa.Text, nullable=False),
    )
    op.create_index("ix_sessions_expires_at", "sessions", ["expires_at"])
