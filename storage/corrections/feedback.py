"""What people say of verdicts, in the ledger: that one is right, or what is right instead.

A correction is written together with the journal's line of the move that it asks for (`correct`),
so that neither is without the other; where a person has moved the file already (`moved`), the row
follows it. Nothing is taken away: what is taken back is marked as undone.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import Connection, Row, bindparam, insert, select, update

from indexer.verdict import UNKNOWN
from storage.book import Book
from storage.records import FileIdentity, Move, displayable, timestamp
from storage.rows import IDENTIFIED, MOST, TO_JOURNAL, each, identified, journal_row, placed
from storage.standing import GONE, places_of
from storage.tables import CLOSED, JUDGED, feedback, scans

Source = Literal["api", "page", "folder", "command"]
"""Where something was said; ``folder``: a file was moved by hand."""


@dataclass(frozen=True, slots=True)
class Correction:
    """A scan that is something else than it was taken for.

    Attributes:
        class_name: what it is; ``unknown`` if it is none of the classes, None if it failed and
            nobody has said what it is.
        move: from where it stands to where it belongs.
        identity: how its file looks there; None while it is not there.
        edited: the hash of the file there, where somebody has edited it; else empty.
    """

    class_name: str | None
    move: Move
    identity: FileIdentity | None = None
    edited: str = ""


@dataclass(frozen=True, slots=True)
class Said:
    """One thing that was said.

    Attributes:
        said_at: UTC ISO 8601, as ``undone_at``.
        predicted: what the network had said; None if it could not judge.
        class_before: what the scan was taken for until then.
        class_name: what it is.
        undone_at: when that was taken back; None if it holds.
    """

    number: int
    scan_id: int
    said_at: str
    source: Source
    predicted: str | None
    class_before: str | None
    class_name: str
    undone_at: str | None

    @property
    def confirms(self) -> bool:
        """Whether it says that the scan is what it was taken for."""
        return self.class_name == self.class_before


class FeedbackBook(Book):
    """The rows of what was said. Every method is one transaction."""

    def confirm(self, scan_ids: Sequence[int], source: Source) -> list[int]:
        """Write that these scans are what they were taken for; the ids of those that were judged."""
        with self._database.write() as connection:
            found = [
                (scan_id, class_name)
                for scan_id, class_name in connection.execute(
                    select(scans.c.id, scans.c.class_name).where(
                        scans.c.id.in_(scan_ids), scans.c.state.in_(JUDGED)
                    )
                )
                if class_name is not None
            ]
            self._say(connection, found, source)
        return [scan_id for scan_id, _ in found]

    def correct(self, corrections: Sequence[Correction], source: Source) -> list[Move]:
        """Write what scans are, and that their files are to go there; `Ledger.close` ends it.

        A scan that is no longer closed, or stands elsewhere by now, is passed over.

        Returns:
            The moves that now stand in the journal.
        """
        with self._database.write() as connection:
            places = places_of(connection, self._home, [one.move.scan_id for one in corrections])
            kept = [one for one in corrections if places.get(one.move.scan_id) == one.move.source]
            said = [(one.move.scan_id, one.class_name or UNKNOWN) for one in kept]
            self._say(connection, said, source)
            now = timestamp(self._clock())
            each(connection, _MOVE, [self._moved(one, "moving") for one in kept])
            each(connection, TO_JOURNAL, [journal_row(one.move, now) for one in kept])
        return [one.move for one in kept]

    def moved(self, corrections: Sequence[Correction]) -> list[Correction]:
        """A person has moved these files: the rows follow them.

        Where the class is another one, that is a correction. A file that was deleted is back. A scan
        that is no longer closed, or stands elsewhere by now, is passed over.

        Returns:
            Those that were written.
        """
        with self._database.write() as connection:
            ids = [one.move.scan_id for one in corrections]
            places = places_of(connection, self._home, ids, [*CLOSED, *GONE])
            known = _classes(connection, ids)
            kept = [one for one in corrections if places.get(one.move.scan_id) == one.move.source]
            said = [
                (one.move.scan_id, one.class_name)
                for one in kept
                if one.class_name is not None
                and known.get(one.move.scan_id) != displayable(one.class_name)
            ]
            self._say(connection, said, "folder")
            each(connection, _MOVE, [self._moved(one, one.move.final_state) for one in kept])
        return kept

    def take_back(self, number: int, correction: Correction | None) -> Move | None:
        """Mark something that was said as undone, and have the file go back.

        Args:
            number: of what was said.
            correction: the way back; None where nothing was moved.

        Returns:
            The move that now stands in the journal; None if there is none, or the scan stands
            elsewhere by now: then nothing is undone.
        """
        with self._database.write() as connection:
            if correction is not None:
                scan_id = correction.move.scan_id
                places = places_of(connection, self._home, [scan_id])
                if places.get(scan_id) != correction.move.source:
                    return None
                connection.execute(_MOVE, self._moved(correction, "moving"))
                now = timestamp(self._clock())
                connection.execute(TO_JOURNAL, journal_row(correction.move, now))
            connection.execute(
                update(feedback)
                .where(feedback.c.id == number, feedback.c.undone_at.is_(None))
                .values(undone_at=timestamp(self._clock()))
            )
        return None if correction is None else correction.move

    def history(self, scan_id: int) -> list[Said]:
        """All that was said of a scan, oldest first."""
        query = select(feedback).where(feedback.c.scan_id == scan_id).order_by(feedback.c.id)
        with self._database.read() as connection:
            return [_said(row) for row in connection.execute(query)]

    def holding(self, scan_ids: Sequence[int]) -> dict[int, Said]:
        """What was said last of each of these scans, and holds; scans without are left out."""
        found: dict[int, Said] = {}
        with self._database.read() as connection:
            for start in range(0, len(scan_ids), MOST):
                some = scan_ids[start : start + MOST]
                query = select(feedback).where(
                    feedback.c.scan_id.in_(some), feedback.c.undone_at.is_(None)
                )
                for row in connection.execute(query.order_by(feedback.c.id)):
                    found[row.scan_id] = _said(row)
        return found

    def _say(self, connection: Connection, said: Iterable[tuple[int, str]], source: Source) -> None:
        """Write what these scans are, by their ids."""
        told = dict(said)
        known = _classes(connection, list(told))
        first = _first_words(connection, list(told))
        now = timestamp(self._clock())
        rows = [
            {
                "scan_id": scan_id,
                "said_at": now,
                "source": source,
                "predicted": first.get(scan_id, known.get(scan_id)),
                "class_before": known.get(scan_id),
                "class_name": displayable(class_name),
            }
            for scan_id, class_name in told.items()
        ]
        each(connection, insert(feedback), rows)

    def _moved(self, one: Correction, state: str) -> dict[str, Any]:
        return {
            "scan": one.move.scan_id,
            "to_state": state,
            "class_name": None if one.class_name is None else displayable(one.class_name),
            **placed(one.move.destination, self._home),
            **identified(one.identity, one.edited),
        }


_MOVE = (
    update(scans)
    .where(scans.c.id == bindparam("scan"))
    .values(
        state=bindparam("to_state"),
        class_name=bindparam("class_name"),
        destination=bindparam("destination"),
        destination_path=bindparam("destination_path"),
        gone_at=None,
        gone_from=None,
        **{name: bindparam(name) for name in IDENTIFIED},
    )
)


def _classes(connection: Connection, scan_ids: Sequence[int]) -> dict[int, str | None]:
    """What scans are taken for now, by id."""
    found: dict[int, str | None] = {}
    for start in range(0, len(scan_ids), MOST):
        some = scan_ids[start : start + MOST]
        query = select(scans.c.id, scans.c.class_name).where(scans.c.id.in_(some))
        found.update((scan_id, name) for scan_id, name in connection.execute(query))
    return found


def _first_words(connection: Connection, scan_ids: Sequence[int]) -> dict[int, str | None]:
    """What the network had said, by id, of scans of which something was said before."""
    found: dict[int, str | None] = {}
    for start in range(0, len(scan_ids), MOST):
        some = scan_ids[start : start + MOST]
        query = select(feedback.c.scan_id, feedback.c.predicted).where(feedback.c.scan_id.in_(some))
        for scan_id, predicted in connection.execute(query.order_by(feedback.c.id)):
            found.setdefault(scan_id, predicted)
    return found


def _said(row: Row[Any]) -> Said:
    return Said(
        row.id, row.scan_id, row.said_at, row.source, row.predicted, row.class_before,
        row.class_name, row.undone_at,
    )  # fmt: skip
