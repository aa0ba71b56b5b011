"""Closed scans that are judged anew: what they become, written so that a run can be undone.

The new verdict is written together with the journal's line of the move that it asks for, so that
neither is without the other. What the row said before stands beside it until it is taken back.
What a person said of a scan is never overturned.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, bindparam, delete, func, insert, select, update

from indexer.verdict import Verdict
from storage.book import Book
from storage.records import Move, timestamp
from storage.rows import JUDGED as VERDICT
from storage.rows import (
    MOST,
    TO_JOURNAL,
    detection_rows,
    each,
    journal_row,
    judged,
    match_rows,
    placed,
)
from storage.standing import places_of
from storage.tables import JUDGED, detections, feedback, matches, reclassified, scans

_MATCH = ("rank", "class_name", "support", "distance")
_DETECTION = ("name", "detector_id", "probability", "accepted")


@dataclass(frozen=True, slots=True)
class Change:
    """A closed scan that is judged otherwise now, and the move to where it belongs."""

    verdict: Verdict
    move: Move


@dataclass(frozen=True, slots=True)
class Changed:
    """A scan that a run has moved, and that is still what the run made of it.

    Attributes:
        number: of the change.
        class_before: what it was; ``unknown`` or a class.
        place_before: where it stood; absolute.
    """

    number: int
    scan_id: int
    class_before: str | None
    place_before: Path


class ReclassifiedBook(Book):
    """The rows of what was judged anew. Every method is one transaction."""

    def spoken_of(self) -> set[int]:
        """Scans of which a person has said what they are."""
        with self._database.read() as connection:
            return set(connection.execute(_SPOKEN_OF).scalars())

    def change(self, changes: Sequence[Change]) -> list[Move]:
        """Write new verdicts, as one run, and that the files are to go; `Ledger.close` ends it.

        A scan that is no longer closed, stands elsewhere by now, or of which a person has said
        what it is, is passed over.

        Returns:
            The moves that now stand in the journal.
        """
        with self._database.write() as connection:
            free = self._free_to_go(connection, [one.move for one in changes])
            kept = [one for one in changes if one.move.scan_id in free]
            now = timestamp(self._clock())
            before = _before(connection, [one.move.scan_id for one in kept])
            run = connection.execute(_NEXT_RUN).scalar_one()
            verdicts = {one.move.scan_id: judged(one.verdict) for one in kept}
            rows = [
                {
                    "run": run, "scan_id": scan_id, "done_at": now,
                    "class_name": verdict["class_name"], **before[scan_id],
                }
                for scan_id, verdict in verdicts.items()
            ]  # fmt: skip
            each(connection, insert(reclassified), rows)
            near = [row for one in kept for row in match_rows(one.move.scan_id, one.verdict)]
            said = [row for one in kept for row in detection_rows(one.move.scan_id, one.verdict)]
            moves = [one.move for one in kept]
            self._judge(connection, verdicts, near, said, moves)
        return moves

    def last_run(self) -> list[Changed]:
        """What the last run has moved and can be taken back, in the order in which it was moved.

        Scans that were judged anew since, put back, or corrected by a person are none of it. Empty
        if there is no such run.
        """
        query = select(
            reclassified.c.id,
            reclassified.c.scan_id,
            reclassified.c.class_before,
            reclassified.c.place_before,
        ).join(scans, scans.c.id == reclassified.c.scan_id)
        last = (
            select(func.max(reclassified.c.run))
            .join(scans, scans.c.id == reclassified.c.scan_id)
            .where(*_HOLDS)
            .scalar_subquery()
        )
        query = query.where(reclassified.c.run == last, *_HOLDS).order_by(reclassified.c.id)
        with self._database.read() as connection:
            return [
                Changed(number, scan_id, class_before, self._home.root / os.fsdecode(place))
                for number, scan_id, class_before, place in connection.execute(query)
            ]

    def take_back(self, moves: Mapping[int, Move]) -> list[Move]:
        """Write former verdicts again, and that the files are to go back.

        Args:
            moves: by the numbers of the changes that are taken back.

        Returns:
            The moves that now stand in the journal; those of scans that are something else, or
            stand elsewhere by now, do not.
        """
        with self._database.write() as connection:
            free = self._free_to_go(connection, list(moves.values()))
            verdicts = dict[int, dict[str, Any]]()
            near, said = list[dict[str, Any]](), list[dict[str, Any]]()
            holding = _holding(connection, list(moves))
            kept = [
                (number, move)
                for number, move in moves.items()
                if number in holding and move.scan_id in free
            ]
            for number, move in kept:
                verdict, matches_before, detections_before = holding[number]
                verdicts[move.scan_id] = json.loads(verdict)
                near += _rows(move.scan_id, matches_before)
                said += _rows(move.scan_id, detections_before)
            back = [move for _, move in kept]
            self._judge(connection, verdicts, near, said, back)
            now = timestamp(self._clock())
            each(connection, _UNDO, [{"number": number, "now": now} for number, _ in kept])
        return back

    def _free_to_go(self, connection: Connection, moves: Sequence[Move]) -> set[int]:
        """Scans that stand where their moves begin, and of which no person has said anything."""
        places = places_of(connection, self._home, [move.scan_id for move in moves])
        spoken_of = set(connection.execute(_SPOKEN_OF).scalars())
        there = {move.scan_id for move in moves if places.get(move.scan_id) == move.source}
        return there - spoken_of

    def _judge(
        self,
        connection: Connection,
        verdicts: Mapping[int, dict[str, Any]],
        near: list[dict[str, Any]],
        said: list[dict[str, Any]],
        moves: Sequence[Move],
    ) -> None:
        rows = [
            {"scan": move.scan_id, **verdicts[move.scan_id], **placed(move.destination, self._home)}
            for move in moves
        ]
        each(connection, _JUDGE, rows)
        for forget in _FORGET:
            each(connection, forget, [{"scan": scan_id} for scan_id in verdicts])
        each(connection, insert(matches), near)
        each(connection, insert(detections), said)
        now = timestamp(self._clock())
        each(connection, TO_JOURNAL, [journal_row(move, now) for move in moves])


_SPOKEN_OF = select(feedback.c.scan_id).where(feedback.c.undone_at.is_(None))
_NEXT_RUN = select(func.coalesce(func.max(reclassified.c.run), 0) + 1)
_HOLDS: tuple[ColumnElement[bool], ...] = (
    reclassified.c.undone_at.is_(None),
    scans.c.state.in_(JUDGED),
    scans.c.class_name == reclassified.c.class_name,
    scans.c.id.not_in(_SPOKEN_OF),
)
_JUDGE = (
    update(scans)
    .where(scans.c.id == bindparam("scan"))
    .values(
        state="moving",
        **{name: bindparam(name) for name in (*VERDICT, "destination", "destination_path")},
    )
)
_FORGET = tuple(
    delete(table).where(table.c.scan_id == bindparam("scan")) for table in (matches, detections)
)
_UNDO = (
    update(reclassified)
    .where(reclassified.c.id == bindparam("number"))
    .values(undone_at=bindparam("now"))
)


def _before(connection: Connection, scan_ids: Sequence[int]) -> dict[int, dict[str, Any]]:
    """What scans are and where they stand now, as columns of ``reclassified``, by id."""
    found: dict[int, dict[str, Any]] = {}
    for start in range(0, len(scan_ids), MOST):
        some = scan_ids[start : start + MOST]
        near: dict[int, list[dict[str, Any]]] = {}
        ranked = select(matches).where(matches.c.scan_id.in_(some))
        for row in connection.execute(ranked.order_by(matches.c.rank)).mappings():
            near.setdefault(row["scan_id"], []).append({name: row[name] for name in _MATCH})
        said: dict[int, list[dict[str, Any]]] = {}
        asked = select(detections).where(detections.c.scan_id.in_(some))
        for row in connection.execute(asked).mappings():
            said.setdefault(row["scan_id"], []).append({name: row[name] for name in _DETECTION})
        for row in connection.execute(select(scans).where(scans.c.id.in_(some))).mappings():
            found[row["id"]] = {
                "class_before": row["class_name"],
                "place_before": row["destination_path"],
                "verdict_before": json.dumps({name: row[name] for name in VERDICT}),
                "matches_before": json.dumps(near.get(row["id"], [])),
                "detections_before": json.dumps(said.get(row["id"], [])),
            }
    return found


def _holding(
    connection: Connection, numbers: Sequence[int]
) -> dict[int, tuple[str, str, str | None]]:
    """Former verdict, matches and detections of each change that is still what its scan is."""
    found: dict[int, tuple[str, str, str | None]] = {}
    query = select(
        reclassified.c.id,
        reclassified.c.verdict_before,
        reclassified.c.matches_before,
        reclassified.c.detections_before,
    ).join(scans, scans.c.id == reclassified.c.scan_id)
    for start in range(0, len(numbers), MOST):
        some = numbers[start : start + MOST]
        for number, *before in connection.execute(
            query.where(reclassified.c.id.in_(some), *_HOLDS)
        ):
            verdict, near, said = before
            found[number] = (verdict, near, said)
    return found


def _rows(scan_id: int, before: str | None) -> list[dict[str, Any]]:
    """Former rows of a scan, which were written as JSON without its id."""
    return [{"scan_id": scan_id, **row} for row in json.loads(before or "[]")]
