"""The ledger: what arrived, what was decided, where it was filed.

Every method is one transaction (``BEGIN IMMEDIATE``, durable when it returns) and takes as many
scans as there are, so that a group of them costs one commit.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Literal

from sqlalchemy import Connection, bindparam, case, delete, insert, select, update

from config.home import Home
from indexer.verdict import UNKNOWN
from models.page.scan import Fault, Scan
from storage import records, rows
from storage.claims import claim, retries
from storage.database import Database
from storage.queries.queries import Queries
from storage.records import (
    Claim,
    Decision,
    FileIdentity,
    Heartbeat,
    Move,
    displayable,
    timestamp,
)
from storage.rows import (
    MOST,
    TO_JOURNAL,
    as_move,
    detection_rows,
    each,
    faulted,
    identified,
    journal_row,
    match_rows,
    placed,
)
from storage.standing import places_of
from storage.tables import (
    OPEN,
    detections,
    heartbeat,
    is_in,
    journal,
    matches,
    next_in,
    scans,
)
from storage.tickets.outputs import owe
from storage.tickets.tickets import add_tickets

_BY_ID = scans.c.id == bindparam("scan")


class Ledger(Queries):
    """The ledger of ``home``, kept in ``database``; it reads and it writes.

    Args:
        clock: the present, with a time zone.
    """

    def __init__(
        self, database: Database, home: Home, clock: Callable[[], datetime] = records.now
    ) -> None:
        super().__init__(database, home)
        self._clock = clock

    def claim(self, found: Sequence[Scan]) -> list[Claim]:
        """Give each scan its row, in state ``working``; the claims stand in the scans' order.

        A file that was claimed before and is unchanged keeps its row and its spent attempts.
        One that was replaced has its old row superseded, and so has a failed scan that it is
        another try of: a retry is a new row.
        """
        if not found:
            return []
        # First, and not in the transaction that alone may write: files may have to be compared.
        with self.database.read() as connection:
            again = retries(connection, self.home, found)
        with self.database.write() as connection:
            return claim(connection, self.home, found, again, timestamp(self._clock()))

    def requeue(self, scan_ids: Sequence[int], *, spent_attempt: bool) -> None:
        """Put scans of which nothing is decided back in the queue; others stay as they are."""
        spent = int(spent_attempt)
        with self.database.write() as connection:
            each(connection, _REQUEUE, [{"scan": i, "spent": spent} for i in scan_ids])

    def recover(self) -> list[int]:
        """At the daemon's start: what a dead one was working on is queued again. Its ids."""
        with self.database.write() as connection:
            return sorted(connection.execute(_RECOVER).scalars())

    def decide(self, decisions: Sequence[Decision]) -> list[Move]:
        """Transaction A: write what was decided, and the journal's line of each move.

        A scan that is no longer open, because its file was replaced while it was judged, is
        passed over: it gets no move.
        """
        inodes = {decision.scan_id: _inode(decision.scan.path) for decision in decisions}
        with self.database.write() as connection:
            still_open = _still_open(connection, [decision.scan_id for decision in decisions])
            kept = {d.scan_id: d for d in decisions if d.scan_id in still_open}.values()
            now = timestamp(self._clock())
            each(connection, _DECIDE, [_decided(decision, self.home) for decision in kept])
            each(
                connection,
                insert(matches),
                [row for d in kept for row in match_rows(d.scan_id, d.verdict)],
            )
            each(
                connection,
                insert(detections),
                [row for d in kept for row in detection_rows(d.scan_id, d.verdict)],
            )
            add_tickets(connection, {d.scan_id: d.ticket for d in kept if d.ticket is not None})
            owe(connection, [(d.scan_id, d.outputs) for d in kept])
            moves = [_move(decision, inodes[decision.scan_id]) for decision in kept]
            each(connection, TO_JOURNAL, [journal_row(move, now) for move in moves])
        return moves

    def recall(self, moves: Sequence[Move]) -> list[Move]:
        """Write that closed scans are to go back to the inbox; `close` ends that as superseded.

        A scan that is no longer closed, or stands elsewhere by now, is passed over.

        Returns:
            Those of ``moves`` that now stand in the journal.
        """
        with self.database.write() as connection:
            now = timestamp(self._clock())
            places = places_of(connection, self.home, [move.scan_id for move in moves])
            kept = [move for move in moves if places.get(move.scan_id) == move.source]
            for move in kept:
                row = {"scan": move.scan_id, **placed(move.destination, self.home)}
                connection.execute(_RECALL, row)
            each(connection, TO_JOURNAL, [journal_row(move, now) for move in kept])
        return kept

    def leave(self, scan_id: int, place: Path, state: str) -> None:
        """A closed scan that was to be moved stays at ``place``, in this state."""
        with self.database.write() as connection:
            row = {"scan": scan_id, "to_state": state, **placed(place, self.home)}
            connection.execute(_STAY, row)
            each(connection, _LEAVE_JOURNAL, [{"scan": scan_id}])

    def fail_again(self, scan_id: int) -> None:
        """A failed scan that was superseded, and whose file still stands where it was put, counts again."""
        with self.database.write() as connection:
            connection.execute(
                update(scans)
                .where(
                    scans.c.id == scan_id,
                    scans.c.state == "superseded",
                    scans.c.destination_path.is_not(None),
                )
                .values(state="failed")
            )

    def redirect(self, scan_id: int, destination: Path) -> Move:
        """Commit another destination before it is tried.

        Raises:
            KeyError: the scan is not being moved.
        """
        with self.database.write() as connection:
            connection.execute(
                update(journal)
                .where(journal.c.scan_id == scan_id)
                .values(destination=os.fsencode(destination))
            )
            row = connection.execute(rows.moves.where(journal.c.scan_id == scan_id)).one_or_none()
            if row is None:
                raise KeyError(scan_id)
            connection.execute(
                update(scans).where(scans.c.id == scan_id).values(placed(destination, self.home))
            )
            return as_move(row)

    def close(
        self, scan_ids: Sequence[int], identities: Mapping[int, FileIdentity] | None = None
    ) -> None:
        """Transaction B: the files stand at their destinations. May be said twice.

        Args:
            scan_ids: which.
            identities: how the files look there, as far as that is known.
        """
        now = timestamp(self._clock())
        known = identities or {}
        rows = [{"scan": i, "now": now, **identified(known.get(i))} for i in scan_ids]
        with self.database.write() as connection:
            each(connection, _CLOSE, rows)
            each(connection, _LEFT, [{"scan": i} for i in scan_ids])
            each(connection, _LEAVE_JOURNAL, [{"scan": i} for i in scan_ids])

    def abandon(
        self,
        scan_id: int,
        fault: Fault,
        *,
        state: Literal["failed", "superseded", "gone"] = "failed",
        perhaps_moved: bool = False,
    ) -> None:
        """Close a scan whose file vanished before it was filed. One already closed stays.

        Args:
            scan_id: which.
            fault: what happened; not written where a person has deleted the file.
            state: how it ends; ``gone`` if it was filed before and was to go elsewhere.
            perhaps_moved: the file may have reached its destination, on a share that is not
                mounted now, say: the row goes on naming it.
        """
        now = timestamp(self._clock())
        values: dict[str, Any] = {"state": state, "finished_at": now, **identified(None)}
        if state == "gone":
            values |= {"gone_from": _OF_CLASS, "gone_at": now}
        else:
            values |= faulted(fault)
            if not perhaps_moved:
                values |= {"destination": None, "destination_path": None}
        with self.database.write() as connection:
            connection.execute(
                update(scans)
                .where(scans.c.id == scan_id, scans.c.state.in_([*OPEN, "moving"]))
                .values(closed_seq=next_in(scans.c.closed_seq), **values)
            )
            each(connection, _LEAVE_JOURNAL, [{"scan": scan_id}])

    def forget_places(self, scan_ids: Sequence[int]) -> None:
        """These superseded scans have no file any more: it was taken out to be tried again."""
        with self.database.write() as connection:
            each(connection, _LEFT, [{"scan": i} for i in scan_ids])

    def beat(self, beat: Heartbeat) -> None:
        """Tell ``status`` that the daemon is alive."""
        row = {
            "id": 1,
            "pid": beat.pid,
            "started_at": timestamp(beat.started_at),
            "swept_at": None if beat.swept_at is None else timestamp(beat.swept_at),
            "waiting": beat.waiting,
            "version": beat.version,
            "events": beat.events,
            "oldest_at": None if beat.oldest_at is None else timestamp(beat.oldest_at),
            "trouble": displayable(beat.trouble),
        }
        with self.database.write() as connection:
            connection.execute(insert(heartbeat).prefix_with("OR REPLACE"), row)


_REQUEUE = (
    update(scans)
    .where(_BY_ID, is_in(OPEN))
    .values(state="queued", attempts=scans.c.attempts + bindparam("spent"))
)
_RECOVER = (
    update(scans).where(scans.c.state == "working").values(state="queued").returning(scans.c.id)
)
_DECIDE = (
    update(scans)
    .where(_BY_ID)
    .values(state="moving", **{name: bindparam(name) for name in rows.DECIDED})
)
_RECALL = (
    update(scans)
    .where(_BY_ID)
    .values(
        state="moving",
        destination=bindparam("destination"),
        destination_path=bindparam("destination_path"),
    )
)
_STAY = (
    update(scans)
    .where(_BY_ID, scans.c.state == "moving")
    .values(
        state=bindparam("to_state"),
        destination=bindparam("destination"),
        destination_path=bindparam("destination_path"),
    )
)
_LOOKS: dict[str, Any] = {name: bindparam(name) for name in rows.IDENTIFIED}
_FINAL_STATE = select(journal.c.final_state).where(journal.c.scan_id == scans.c.id)
_CLOSE = (
    update(scans)
    .where(_BY_ID, _FINAL_STATE.exists())
    .values(
        state=_FINAL_STATE.scalar_subquery(),
        finished_at=bindparam("now"),
        closed_seq=next_in(scans.c.closed_seq),
        **_LOOKS,
    )
)
_LEFT = (
    update(scans)
    .where(_BY_ID, scans.c.state == "superseded")
    .values(destination=None, destination_path=None, **identified(None))
)
"""What went back to the inbox is nowhere as this scan: the next one has the file."""
_OF_CLASS = case(
    (scans.c.class_name.is_(None), "failed"),
    (scans.c.class_name == UNKNOWN, "review"),
    else_="filed",
)
"""What a scan is that was filed: the journal may say that it was to go back into the inbox."""
_LEAVE_JOURNAL = delete(journal).where(journal.c.scan_id == bindparam("scan"))


def _still_open(connection: Connection, scan_ids: list[int]) -> set[int]:
    found: set[int] = set()
    for start in range(0, len(scan_ids), MOST):
        query = select(scans.c.id).where(
            scans.c.id.in_(scan_ids[start : start + MOST]), scans.c.state.in_(OPEN)
        )
        found.update(connection.execute(query).scalars())
    return found


def _decided(decision: Decision, home: Home) -> dict[str, Any]:
    return {"scan": decision.scan_id, **rows.decided(decision, home)}


def _move(decision: Decision, inode: int | None) -> Move:
    scan = decision.scan
    return Move(
        decision.scan_id,
        scan.path,
        decision.destination,
        scan.sha256,
        scan.size,
        decision.final_state,
        inode,
    )


def _inode(path: Path) -> int | None:
    try:
        return os.lstat(path).st_ino
    except OSError:
        return None
