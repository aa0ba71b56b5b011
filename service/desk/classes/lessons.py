"""What was learned from corrections, what a person is asked about, and the answer to it."""

from __future__ import annotations

from typing import Any, Literal, get_args

from config.errors import ConflictError, HomeBusyError, MissingError
from config.home import Home
from service.daemon.corrections.lessons import settle
from service.lock import in_place_of_a_daemon
from storage.corrections.lessons import Lesson, LessonBook, LessonState
from storage.ledger import Ledger
from storage.records import displayable

__all__ = ["Answer", "LessonState", "answer", "lessons_of"]

Answer = Literal["add", "leave"]
"""What is to be done with a correction that asks: make it an example, or not."""
MOST = 500
"""Lessons that are told at once, of each kind."""


def lessons_of(
    home: Home,
    ledger: Ledger,
    *,
    learning: bool,
    state: LessonState | Literal["owed"] | None = None,
    limit: int = MOST,
) -> dict[str, Any]:
    """Corrected scans as examples, those first that wait, then those that were decided last.

    Args:
        home: whose.
        ledger: of the home.
        learning: the setting; without it nothing is owed.
        state: only those in this state.
        limit: no more than this, and no more than `MOST`.

    Returns:
        ``lessons``, plain values; ``counts``, how many there are by state.
    """
    book = LessonBook(ledger.database, home)
    size = max(1, min(limit, MOST))
    counts: dict[str, int] = {}
    rows: list[dict[str, Any]] = []
    if learning and (owed := book.owed(MOST)):
        counts["owed"] = len(owed)
        rows = [_row(one.scan_id, one.class_name, "owed") for one in owed]
    counts.update(book.counts())
    if state is not None:
        rows = rows if state == "owed" else []
    if state != "owed":
        states = None if state is None else (state,)
        rows += [_told(one) for one in book.lessons(states, size)]
    return {"lessons": rows[:size], "counts": counts}


def answer(home: Home, ledger: Ledger, scan_id: int, said: Answer) -> dict[str, Any]:
    """Do what a person says with a corrected scan: make it an example, or leave it.

    A daemon at work adds it within a second or two; where none is, it is added here.

    Returns:
        The lesson, as `lessons_of` tells it.

    Raises:
        MissingError: nothing was learned or asked of such a scan.
        ConflictError: it does not ask: it is an example already, say; or its file was deleted.
    """
    row = ledger.result(scan_id)
    if row is not None and row["state"] == "gone":
        raise ConflictError(
            f"the file of scan {scan_id} was deleted", "Put it back where it was, then answer"
        )
    book = LessonBook(ledger.database, home)
    if not book.answer(scan_id, "adding" if said == "add" else "declined"):
        found = book.lesson(scan_id)
        if found is None:
            raise MissingError(f"nothing is asked of scan {scan_id}", "'GET /lessons' lists them")
        raise ConflictError(f"the example of scan {scan_id} is {found.state}", "Nothing is asked")
    try:
        with in_place_of_a_daemon(home.lock_file):
            settle(home, book)
    except HomeBusyError:
        pass  # it finds what was said
    now = book.lesson(scan_id)
    if now is None:
        raise ConflictError(f"what scan {scan_id} is was taken back", "Nothing is asked any more")
    return _told(now)


def _told(lesson: Lesson) -> dict[str, Any]:
    row = _row(lesson.scan_id, lesson.class_name, lesson.state)
    why = lesson.why
    row["reason"] = why.reason or None
    if why.flips_to:
        row["flips"] = {"what": why.flips, "scan_id": why.flips_scan_id, "to": why.flips_to}
    row["example"] = displayable(lesson.example) or None
    row["decided_at"] = lesson.decided_at
    return row


def _row(scan_id: int, class_name: str, state: str) -> dict[str, Any]:
    assert state == "owed" or state in get_args(LessonState)
    return {
        "scan_id": scan_id, "class": class_name, "state": state, "reason": None, "flips": None,
        "example": None, "decided_at": None,
    }  # fmt: skip
