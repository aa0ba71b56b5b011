"""Values as rows: what a decision, its matches, detections and move become in the tables."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Executable, Row, insert, select

from config.home import Home
from indexer.verdict import Verdict
from models.page.scan import Fault
from storage.records import Decision, FileIdentity, Move, displayable
from storage.tables import journal, next_in

MOST: Final = 1000
"""Values in one ``IN (...)``: far below SQLite's limit of 32,766 in a statement."""

moves: Final = select(
    journal.c.scan_id,
    journal.c.source,
    journal.c.destination,
    journal.c.sha256,
    journal.c.size,
    journal.c.final_state,
    journal.c.inode,
).order_by(journal.c.seq, journal.c.scan_id)
"""The journal, oldest first, with the columns that ``as_move`` takes."""
TO_JOURNAL: Final = insert(journal).values(seq=next_in(journal.c.seq))
"""Adds rows of ``journal_row``."""


DECIDED: Final = (
    "pages", "class_name", "score", "nearest_class", "nearest_support", "distance", "runner_up",
    "runner_up_distance", "branch_id", "index_id", "destination", "destination_path",
    "error_stage", "error", "advice",
)  # fmt: skip
"""The columns of ``scans`` that ``decided`` fills."""
JUDGED: Final = DECIDED[1:10]
"""Those that ``judged`` fills."""


def each(connection: Connection, statement: Executable, rows: list[dict[str, Any]]) -> None:
    """``executemany``; nothing at all where there are no rows."""
    if rows:
        connection.execute(statement, rows)


def as_move(row: Row[Any, Any, Any, Any, Any, Any, Any]) -> Move:
    """A row of the journal as a value."""
    scan_id, source, destination, sha256, size, final_state, inode = row
    return Move(
        scan_id,
        Path(os.fsdecode(source)),
        Path(os.fsdecode(destination)),
        sha256,
        size,
        final_state,
        None if inode is None else _unsigned(inode),
    )


def journal_row(move: Move, now: str) -> dict[str, Any]:
    """The journal's line of ``move``."""
    return {
        "scan_id": move.scan_id,
        "source": os.fsencode(move.source),
        "destination": os.fsencode(move.destination),
        "sha256": move.sha256,
        "size": move.size,
        "inode": None if move.inode is None else _signed(move.inode),
        "final_state": move.final_state,
        "created_at": now,
    }


IDENTIFIED: Final = ("file_inode", "file_size", "file_mtime_ns", "file_sha256")
"""The columns of ``scans`` that ``identified`` fills."""


def identified(identity: FileIdentity | None, other: str = "") -> dict[str, Any]:
    """How the file at a scan's place looks, and its hash where that is not the scan's."""
    inode, size, mtime_ns = identity or (None, None, None)
    signed = None if inode is None else _signed(inode)
    return {
        "file_inode": signed, "file_size": size, "file_mtime_ns": mtime_ns,
        "file_sha256": other or None,
    }  # fmt: skip


def identity_in(row: Any) -> FileIdentity | None:
    """What `identified` wrote."""
    return stored_identity(row.file_inode, row.file_size, row.file_mtime_ns)


def stored_identity(
    inode: int | None, size: int | None, mtime_ns: int | None
) -> FileIdentity | None:
    """The values of its columns as one; None where the file was not looked at yet."""
    if inode is None or size is None or mtime_ns is None:
        return None
    return FileIdentity(_unsigned(inode), size, mtime_ns)


def _signed(inode: int) -> int:
    """SQLite's integers have a sign; inode numbers have 64 bits and none."""
    return inode if inode < 1 << 63 else inode - (1 << 64)


def _unsigned(stored: int) -> int:
    return stored & 0xFFFF_FFFF_FFFF_FFFF


def match_rows(scan_id: int, verdict: Verdict | None) -> Iterator[dict[str, Any]]:
    """The matches of a verdict, nearest first, ranked from 1."""
    for rank, match in enumerate(verdict.matches if verdict else (), 1):
        yield {
            "scan_id": scan_id,
            "rank": rank,
            "class_name": displayable(match.class_name),
            "support": displayable(match.support),
            "distance": match.distance,
        }


def detection_rows(scan_id: int, verdict: Verdict | None) -> Iterator[dict[str, Any]]:
    """What each detector said, as rows of ``detections``."""
    for one in verdict.detections if verdict else ():
        yield {"scan_id": scan_id, **asdict(one), "name": displayable(one.name)}


def decided(decision: Decision, home: Home) -> dict[str, Any]:
    """Everything of a decision that stands in ``scans``."""
    return {
        "pages": decision.pages,
        **judged(decision.verdict),
        **placed(decision.destination, home),
        **faulted(decision.fault),
    }


def judged(verdict: Verdict | None) -> dict[str, Any]:
    """A verdict, or that there is none."""
    nearest = verdict.nearest if verdict else None
    runner_up = verdict.runner_up if verdict else None
    return {
        "class_name": displayable(verdict.class_name) if verdict else None,
        "score": verdict.score if verdict else None,
        "nearest_class": displayable(nearest.class_name) if nearest else None,
        "nearest_support": displayable(nearest.support) if nearest else None,
        "distance": nearest.distance if nearest else None,
        "runner_up": displayable(runner_up.class_name) if runner_up else None,
        "runner_up_distance": runner_up.distance if runner_up else None,
        "branch_id": verdict.branch_id if verdict else None,
        "index_id": verdict.index_id if verdict else None,
    }


def placed(destination: Path, home: Home) -> dict[str, Any]:
    """Where a file goes: for people, and with its exact bytes."""
    relative = home.relative(destination)
    return {"destination": displayable(relative), "destination_path": os.fsencode(relative)}


def faulted(fault: Fault | None) -> dict[str, Any]:
    """A fault, or that there is none."""
    return {
        "error_stage": fault.stage if fault else None,
        "error": displayable(fault.reason) if fault else None,
        "advice": displayable(fault.advice) if fault else None,
    }
