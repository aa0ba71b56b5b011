"""Corrected scans become examples, once that is decided, and cease to be when the word is taken back."""

from __future__ import annotations

import os
from pathlib import Path

import structlog

from config.home import Home
from indexer.support import IGNORED, class_counts, support_files
from storage.corrections.lessons import Lesson, LessonBook
from storage.filing.aside import set_aside
from storage.filing.copying import clear_what_the_dead_left, copy_in
from storage.filing.files import fsync_folder, holds
from storage.filing.names import Names, visible
from storage.records import displayable

log = structlog.get_logger()


def settle(home: Home, book: LessonBook) -> None:
    """Take out what nobody says any more, and put in what is to be added. May be done twice.

    One process at a time: the daemon, or who is in its place.
    """
    for lesson in book.no_longer_said():
        _withdraw(home, book, lesson)
    for lesson in book.lessons(("adding",)):
        _add(home, book, lesson)


def folders_of(home: Home) -> dict[str, str]:
    """The folder of each class that has examples, by its name as the ledger writes it."""
    return {displayable(name): name for name, n in class_counts(home.support).items() if n}


def _add(home: Home, book: LessonBook, lesson: Lesson) -> None:
    name = folders_of(home).get(lesson.class_name)
    if name is None:
        book.fail(lesson.scan_id, f"there is no class {lesson.class_name!r} any more")
        return
    folder, scan = home.support / name, lesson.scan
    try:
        # A daemon that died may have begun it, or have put it there.
        clear_what_the_dead_left(folder, scan.sha256)
        place = _held(home, name, scan.sha256, scan.size)
        if place is None:
            free = Names().free(folder, visible(scan.path.name, scan.sha256, IGNORED, "example"))
            place = copy_in(scan.path, scan.sha256, free)
        else:
            fsync_folder(folder)  # the one who put it there may have died before
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        log.warning("not added as an example", file=scan.path.name, reason=reason)
        book.fail(lesson.scan_id, f"it cannot be copied: {reason}")
        return
    book.added(lesson.scan_id, f"{name}/{place.name}")
    log.info("an example more", kind=name, example=place.name)


def _withdraw(home: Home, book: LessonBook, lesson: Lesson) -> None:
    """What was learned goes; what a person has put there, or changed, stays."""
    if lesson.state in {"adding", "added"}:
        name = os.path.dirname(lesson.example) or folders_of(home).get(lesson.class_name, "")
        try:
            place = _held(home, name, lesson.scan.sha256, lesson.scan.size) if name else None
            if place is not None:
                went = set_aside(place, home.removed / name)
                log.info("an example less", kind=name, example=place.name, at=str(went))
        except OSError as error:
            log.warning("the example stays", file=lesson.example, reason=error.strerror)
            return  # it is tried again
    book.forget(lesson)


def _held(home: Home, class_name: str, sha256: str, size: int) -> Path | None:
    """The example of a class that has these bytes, whatever it is called by now."""
    for file in support_files(home.support):
        if (file.class_name, file.size) == (class_name, size) and holds(file.path, sha256, size):
            return file.path
    return None
