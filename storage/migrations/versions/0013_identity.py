"""What filed files look like, which of them are gone, and the order in which scans were closed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"


def upgrade() -> None:
    """Files are looked at by the next sweep; the order is that of the clock, as far as it was kept."""
    # Of the file at the scan's place: its looks when it was last compared, NULL where it was not yet.
    for name in ("file_inode", "file_size", "file_mtime_ns"):
        op.add_column("scans", sa.Column(name, sa.Integer))
    # The hash of the file there, where its bytes are not those of the scan.
    op.add_column("scans", sa.Column("file_sha256", sa.Text))
    op.add_column("scans", sa.Column("gone_from", sa.Text))
    op.add_column("scans", sa.Column("closed_seq", sa.Integer))
    op.add_column("journal", sa.Column("seq", sa.Integer))
    op.add_column("lessons", sa.Column("seq", sa.Integer))
    op.create_index("ix_scans_size", "scans", ["size"])
    op.create_index("ix_scans_closed_seq", "scans", ["closed_seq"])
    op.execute(
        "UPDATE scans SET gone_from = state, state = 'gone'"
        " WHERE gone_at IS NOT NULL AND state IN ('filed', 'review', 'failed')"
    )
    op.execute("UPDATE scans SET gone_at = NULL WHERE state != 'gone'")
    op.execute(
        "UPDATE scans SET closed_seq = ranked.number FROM (SELECT id, row_number() OVER"
        " (ORDER BY finished_at, id) AS number FROM scans WHERE finished_at IS NOT NULL) AS ranked"
        " WHERE ranked.id = scans.id"
    )
    op.execute(
        "UPDATE journal SET seq = ranked.number FROM (SELECT scan_id, row_number() OVER"
        " (ORDER BY created_at, scan_id) AS number FROM journal) AS ranked"
        " WHERE ranked.scan_id = journal.scan_id"
    )
    op.execute(
        "UPDATE lessons SET seq = ranked.number FROM (SELECT scan_id, row_number() OVER"
        " (ORDER BY decided_at, scan_id) AS number FROM lessons) AS ranked"
        " WHERE ranked.scan_id = lessons.scan_id"
    )
