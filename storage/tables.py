"""The tables of the ledger. The view ``results`` over them is the contract; these may change.

TEXT columns hold what a person can read: a file name that is not UTF-8 is shown with its odd
bytes escaped. Where the exact bytes matter, they stand in a BLOB beside it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from sqlalchemy import (
    REAL,
    Boolean,
    CheckConstraint,
    Column,
    ColumnElement,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    ScalarSelect,
    Table,
    Text,
    func,
    or_,
    select,
    text,
)

HEAD: Final = "0014"
"""The newest migration. A constant, so that opening a database needs no alembic."""

metadata = MetaData(
    # Batch migrations can only touch constraints that have names.
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

OPEN: Final = ("queued", "working")
"""States of a row whose file is still in the inbox and of which nothing is decided."""

JUDGED: Final = ("filed", "review")
CLOSED: Final = ("filed", "review", "failed", "duplicate")
"""States of a row that is done with, and whose file stands somewhere."""
PAST: Final = ("superseded", "gone")
"""States of a row whose scan stands nowhere: it has another row by now, or its file was deleted."""
MAY_GO: Final = ("filed", "review", "failed")
"""States of a row that becomes ``gone`` when a person deletes its file."""

scans = Table(
    "scans",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("original_name", Text, nullable=False),
    Column("inbox_path", Text, nullable=False),
    Column("source", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False, index=True),
    Column("size", Integer, nullable=False, index=True),
    Column("state", Text, nullable=False, index=True),
    Column("class_name", Text, index=True),
    Column("nearest_class", Text),
    Column("score", REAL),
    Column("distance", REAL),
    Column("runner_up", Text),
    Column("runner_up_distance", REAL),
    Column("nearest_support", Text),
    Column("pages", Integer),
    Column("destination", Text),
    # The exact bytes of the same path: a file whose name is not UTF-8 must be found again.
    Column("destination_path", LargeBinary, index=True),
    Column("duplicate_of", Integer, ForeignKey("scans.id")),
    Column("error_stage", Text),
    Column("error", Text),
    Column("advice", Text),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("branch_id", Text),
    Column("index_id", Text),
    Column("received_at", Text, nullable=False, index=True),
    Column("finished_at", Text),
    # When it was seen that a person has deleted the file, and the state until then.
    Column("gone_at", Text),
    Column("gone_from", Text),
    # The order in which scans were closed: a clock may be set back.
    Column("closed_seq", Integer, index=True),
    # Of the file at the scan's place: how it looked when it was last compared. NULL: not yet.
    Column("file_inode", Integer),
    Column("file_size", Integer),
    Column("file_mtime_ns", Integer),
    # The hash of the file there, where its bytes are not those of the scan.
    Column("file_sha256", Text),
    # Never give the id of a deleted row to another scan: people quote them.
    sqlite_autoincrement=True,
)
Index(
    "ix_scans_open_source",
    scans.c.source,
    sqlite_where=text("state IN ('queued', 'working')"),
)
Index("ix_scans_faulty", scans.c.state, sqlite_where=text("error IS NOT NULL"))
Index(
    "ix_scans_file_sha256",
    scans.c.file_sha256,
    sqlite_where=text("file_sha256 IS NOT NULL"),
)

matches = Table(
    "matches",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("rank", Integer, primary_key=True),
    Column("class_name", Text, nullable=False),
    Column("support", Text, nullable=False),
    Column("distance", REAL, nullable=False),
)

# What each detector said of a scan: its answer is one more match, if it was accepted.
detections = Table(
    "detections",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("detector_id", Text, nullable=False),
    Column("probability", REAL, nullable=False),
    Column("accepted", Boolean, nullable=False),
)
Index("ix_detections_name", detections.c.name)

readings = Table(
    "readings",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("text", Text, nullable=False),
    Column("vendor", Text),
    Column("ticket_date", Text),
    Column("total", Text),
    Column("currency", Text),
    Column("tax", Text),
)
Index("ix_readings_vendor", readings.c.vendor)

words = Table(
    "words",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("page", Integer, nullable=False),
    Column("block", Integer, nullable=False),
    Column("paragraph", Integer, nullable=False),
    Column("line", Integer, nullable=False),
    Column("text", Text, nullable=False),
    Column("confidence", REAL, nullable=False),
    Column("left", Integer, nullable=False),
    Column("top", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    sqlite_with_rowid=False,
)

fields = Table(
    "fields",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("name", Text, primary_key=True),
    Column("value", Text, nullable=False),
    Column("confidence", REAL, nullable=False),
    Column("page", Integer, nullable=False),
    Column("left", Integer, nullable=False),
    Column("top", Integer, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    # Of a date: the order of its numbers, where the ticket itself proves it.
    Column("date_order", Text),
    # What was read, where a person has written something else; empty where nothing was read.
    # Then the value is the person's, empty where it was emptied, and as sure as can be.
    Column("read_value", Text),
    Column("read_confidence", REAL),
    sqlite_with_rowid=False,
)

edits = Table(
    "edits",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scan_id", ForeignKey("scans.id"), nullable=False, index=True),
    Column("edited_at", Text, nullable=False),
    # From where: api or page.
    Column("source", Text, nullable=False),
    Column("name", Text, nullable=False),
    # Of the field, before and after; NULL where it was, or is, empty.
    Column("value_before", Text),
    Column("value", Text),
    # 1 where the field was given back what was read.
    Column("as_read", Integer, nullable=False),
    sqlite_autoincrement=True,
)

outputs = Table(
    "outputs",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("kind", Text, primary_key=True),
    # What follows is written before the file is: empty for what is owed and was not begun.
    Column("place", Text),
    Column("place_path", LargeBinary, index=True),
    Column("sha256", Text),
    Column("size", Integer),
    # Why it cannot be made; it is not tried again by itself.
    Column("error", Text),
    Column("made_at", Text),
    sqlite_with_rowid=False,
)
Index(
    "ix_outputs_owed",
    outputs.c.scan_id,
    sqlite_where=text("made_at IS NULL AND error IS NULL"),
)

feedback = Table(
    "feedback",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("scan_id", ForeignKey("scans.id"), nullable=False, index=True),
    Column("said_at", Text, nullable=False),
    # Where it was said: api, page, folder (a file was moved by hand) or command.
    Column("source", Text, nullable=False),
    # What the network had said; the class before it was said, which an earlier word may have set.
    Column("predicted", Text),
    Column("class_before", Text),
    Column("class_name", Text, nullable=False),
    Column("undone_at", Text),
    sqlite_autoincrement=True,
)

reclassified = Table(
    "reclassified",
    metadata,
    Column("id", Integer, primary_key=True),
    # The moves of one command have one number: they are undone together.
    Column("run", Integer, nullable=False, index=True),
    Column("scan_id", ForeignKey("scans.id"), nullable=False, index=True),
    Column("done_at", Text, nullable=False),
    Column("class_name", Text, nullable=False),
    # What the scan was, and where it stood, with what was said of it, in JSON.
    Column("class_before", Text),
    Column("place_before", LargeBinary, nullable=False),
    Column("verdict_before", Text, nullable=False),
    Column("matches_before", Text, nullable=False),
    # NULL where that was before detectors were.
    Column("detections_before", Text),
    Column("undone_at", Text),
    sqlite_autoincrement=True,
)

lessons = Table(
    "lessons",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("class_name", Text, nullable=False),
    # adding, added, asks, declined, there (it was an example already), or failed.
    Column("state", Text, nullable=False, index=True),
    # Why it asks, or failed; and whose verdict it would turn around, and to what.
    Column("reason", Text),
    Column("flips", Text),
    Column("flips_scan_id", ForeignKey("scans.id")),
    Column("flips_to", Text),
    # The example that was made of it: its path relative to the support folder.
    Column("example", Text),
    Column("example_path", LargeBinary),
    Column("decided_at", Text, nullable=False),
    # The order in which that was decided.
    Column("seq", Integer),
)

journal = Table(
    "journal",
    metadata,
    Column("scan_id", ForeignKey("scans.id"), primary_key=True),
    Column("source", LargeBinary, nullable=False),
    Column("destination", LargeBinary, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("size", Integer, nullable=False),
    Column("inode", Integer),
    Column("final_state", Text, nullable=False),
    Column("created_at", Text, nullable=False),
    # The order in which moves were asked for.
    Column("seq", Integer),
)

# Browsers that are signed in. The hash of a session's id, so that nobody who reads the ledger or a
# backup of it can sign in with one.
sessions = Table(
    "sessions",
    metadata,
    Column("id_sha256", Text, primary_key=True),
    Column("expires_at", Text, nullable=False, index=True),
)

heartbeat = Table(
    "heartbeat",
    metadata,
    Column("id", Integer, CheckConstraint("id = 1", name="one_row"), primary_key=True),
    Column("pid", Integer, nullable=False),
    Column("started_at", Text, nullable=False),
    Column("swept_at", Text),
    Column("waiting", Integer, nullable=False),
    Column("version", Text, nullable=False),
    Column("events", Text),
    Column("oldest_at", Text),
    Column("trouble", Text),
)


def next_in(column: Column[int]) -> ScalarSelect[int]:
    """The number after the largest in a column: an order that does not hang on the clock.

    In a transaction that alone may write, each row of an ``executemany`` gets the next one.
    """
    other = column.table.alias("others")
    return select(func.coalesce(func.max(other.c[column.name]), 0) + 1).scalar_subquery()


def is_in(states: Sequence[str]) -> ColumnElement[bool]:
    """Whether a scan is in one of these states; ``IN`` cannot be used with ``executemany``."""
    return or_(*(scans.c.state == state for state in states))
