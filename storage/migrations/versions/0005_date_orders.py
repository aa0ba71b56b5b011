"""The order of day, month and year that a ticket proves, for other tickets of its vendor."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    """Tickets that were read before prove nothing."""
    op.add_column("fields", sa.Column("date_order", sa.Text))
    op.create_index("ix_readings_vendor", "readings", ["vendor"])
