"""The heartbeat tells more: how the daemon hears of files, the oldest that waits, its trouble."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"


def upgrade() -> None:
    """Columns that an older daemon leaves empty."""
    for name in ("events", "oldest_at", "trouble"):
        op.add_column("heartbeat", sa.Column(name, sa.Text))
