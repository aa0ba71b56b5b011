"""Corrected scans as examples, in the ledger: what is owed, was added, or is asked about.

Nothing stands here of a correction that was not looked at yet (`owed`): it follows from what people
have said. That an example is to be added is committed before its file appears, and that it stands
afterwards, so that a daemon that died in between does it once.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from sqlalchemy import Row, Select, and_, delete, exists, func, or_, select, text, update
from sqlalchemy.dialects.sqlite import insert

from indexer.verdict import UNKNOWN
from models.page.scan import Scan
from storage.book import Book
from storage.records import displayable, timestamp
from storage.tables import feedback, lessons, next_in, scans

LessonState = Literal["adding", "added", "asks", "declined", "there", "failed"]
"""``there``: it was an example before; ``failed``: it cannot be one."""
OPEN_TO_ANSWERS: Final[dict[str, tuple[LessonState, ...]]] = {
    "adding": ("asks", "declined", "failed"),
    "declined": ("asks", "failed"),
}
"""In which states a person may say what is to be done, by what that leads to."""


@dataclass(frozen=True, slots=True)
class Spoken:
    """A scan of which a person has said what it is.

    Attributes:
        class_name: what it is, as the ledger writes it.
    """

    scan_id: int
    scan: Scan
    class_name: str


@dataclass(frozen=True, slots=True)
class Why:
    """Why a person is asked, or why it cannot be.

    Attributes:
        reason: in words.
        flips: whose verdict would be turned around, in words; empty if nobody's.
        flips_scan_id: the same, if it is a scan.
        flips_to: what it would be taken for.
    """

    reason: str
    flips: str = ""
    flips_scan_id: int | None = None
    flips_to: str = ""


@dataclass(frozen=True, slots=True)
class Lesson:
    """A corrected scan, as an example.

    Attributes:
        class_name: of which class, as the ledger writes it.
        state: how far it came.
        why: why it asks, or failed; else empty.
        example: its path relative to the support folder, with its exact bytes; empty if none.
        decided_at: UTC ISO 8601.
        scan: where the scan stands.
    """

    scan_id: int
    class_name: str
    state: LessonState
    why: Why
    example: str
    decided_at: str
    scan: Scan


class LessonBook(Book):
    """The rows of what is learned from corrections. Every method is one transaction."""

    def owed(self, limit: int) -> list[Spoken]:
        """Corrected scans that were not looked at as examples yet, oldest first.

        What could not be judged is no example either.
        """
        query = (
            _spoken.outerjoin(lessons, lessons.c.scan_id == feedback.c.scan_id)
            .where(
                lessons.c.scan_id.is_(None),
                scans.c.class_name == feedback.c.class_name,
                feedback.c.class_name != UNKNOWN,
                feedback.c.predicted != feedback.c.class_name,
            )
            .order_by(feedback.c.id)
            .limit(limit)
        )
        return self._read(query)

    def spoken_of(self, limit: int | None = None) -> list[Spoken]:
        """Scans of which a person has said what they are, those of whom it was said last first.

        What nobody has looked at is none of it.
        """
        return self._read(_spoken.order_by(feedback.c.id.desc()).limit(limit))

    def lessons(
        self, states: Sequence[str] | None = None, limit: int | None = None
    ) -> list[Lesson]:
        """Those first that were decided last.

        Args:
            states: only those in one of these.
            limit: no more than this.
        """
        query = _lessons.where(_IS_THERE).order_by(lessons.c.seq.desc(), lessons.c.scan_id.desc())
        query = query.limit(limit)
        return self._lessons(query if states is None else query.where(lessons.c.state.in_(states)))

    def counts(self) -> dict[str, int]:
        """How many are in each state; states without any are left out."""
        query = select(lessons.c.state, func.count()).join(scans, scans.c.id == lessons.c.scan_id)
        query = query.where(_IS_THERE).group_by(lessons.c.state)
        with self._database.read() as connection:
            return {state: number for state, number in connection.execute(query)}  # noqa: C416

    def lesson(self, scan_id: int) -> Lesson | None:
        """That of a scan; None if there is none."""
        return next(iter(self._lessons(_lessons.where(lessons.c.scan_id == scan_id))), None)

    def no_longer_said(self) -> list[Lesson]:
        """Lessons of scans that no person says to be of that class any more."""
        said = (
            select(feedback.c.class_name)
            .where(feedback.c.scan_id == lessons.c.scan_id, feedback.c.undone_at.is_(None))
            .order_by(feedback.c.id.desc())
            .limit(1)
            .scalar_subquery()
        )
        return self._lessons(_lessons.where(said.is_distinct_from(lessons.c.class_name)))

    def decide(self, one: Spoken, state: LessonState, why: Why | None = None) -> None:
        """Write what is to become of a corrected scan."""
        why = why or Why("")
        row = {
            "scan_id": one.scan_id,
            "class_name": one.class_name,
            "state": state,
            "reason": displayable(why.reason) or None,
            "flips": displayable(why.flips) or None,
            "flips_scan_id": why.flips_scan_id,
            "flips_to": displayable(why.flips_to) or None,
            "decided_at": timestamp(self._clock()),
            "seq": next_in(lessons.c.seq),
        }
        with self._database.write() as connection:
            connection.execute(insert(lessons).values(row).on_conflict_do_nothing())

    def answer(self, scan_id: int, state: Literal["adding", "declined"]) -> bool:
        """Write what a person says is to be done; False where there is nothing to be said."""
        return self._write(
            scan_id,
            OPEN_TO_ANSWERS[state],
            state=state,
            decided_at=timestamp(self._clock()),
            seq=next_in(lessons.c.seq),
        )

    def added(self, scan_id: int, example: str) -> None:
        """It stands there as an example; the path is relative to the support folder."""
        shown, exact = displayable(example), os.fsencode(example)
        self._write(scan_id, ("adding",), state="added", example=shown, example_path=exact)

    def fail(self, scan_id: int, reason: str) -> None:
        """It was to be added, and cannot be now; a person may say so again."""
        self._write(scan_id, ("adding",), state="failed", reason=displayable(reason))

    def forget(self, lesson: Lesson) -> None:
        """It is no lesson any more. Copies that counted as learned by it are owed again."""
        copies = select(scans.c.id).where(scans.c.sha256 == lesson.scan.sha256)
        there = and_(lessons.c.state == "there", lessons.c.scan_id.in_(copies))
        with self._database.write() as connection:
            connection.execute(
                delete(lessons).where(or_(lessons.c.scan_id == lesson.scan_id, there))
            )

    def _write(self, scan_id: int, states: Sequence[LessonState], **values: Any) -> bool:
        which = (lessons.c.scan_id == scan_id, lessons.c.state.in_(states))
        with self._database.write() as connection:
            return connection.execute(update(lessons).where(*which).values(values)).rowcount == 1

    def _read(self, query: Select[Any]) -> list[Spoken]:
        with self._database.read() as connection:
            return [
                Spoken(row.scan_id, self._scan(row), row.class_name)
                for row in connection.execute(query)
            ]

    def _lessons(self, query: Select[Any]) -> list[Lesson]:
        with self._database.read() as connection:
            return [
                Lesson(
                    row.scan_id,
                    row.class_name,
                    row.state,
                    Why(row.reason or "", row.flips or "", row.flips_scan_id, row.flips_to or ""),
                    os.fsdecode(row.example_path or b""),
                    row.decided_at,
                    self._scan(row),
                )
                for row in connection.execute(query)
            ]

    def _scan(self, row: Row[Any]) -> Scan:
        place = self._home.root / os.fsdecode(row.destination_path or b"")
        return Scan(Path(place), row.sha256, row.size)


_PLACE = (scans.c.destination_path, scans.c.sha256, scans.c.size)
_later = feedback.alias("later")
_IS_LAST_WORD = ~exists().where(
    _later.c.scan_id == feedback.c.scan_id,
    _later.c.id > feedback.c.id,
    _later.c.undone_at.is_(None),
)
_spoken = (
    select(feedback.c.scan_id, feedback.c.class_name, *_PLACE)
    .join(scans, scans.c.id == feedback.c.scan_id)
    .where(
        feedback.c.undone_at.is_(None),
        _IS_LAST_WORD,
        # What has killed its worker would kill another.
        feedback.c.predicted.is_not(None),
        # With a plus, SQLite begins with the words, which are few, and not with all scans filed.
        text("+scans.state IN ('filed', 'review')"),
        scans.c.destination_path.is_not(None),
    )
)
# Nobody is asked about a scan whose file was deleted: it can be no example.
_IS_THERE = or_(scans.c.state != "gone", lessons.c.state.not_in(["adding", "asks"]))
_lessons = select(lessons, *_PLACE).join(scans, scans.c.id == lessons.c.scan_id)
