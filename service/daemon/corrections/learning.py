"""Learns from corrections: has each corrected scan weighed, and adds it, or asks a person.

Sorting comes first: nothing is weighed while scans are being judged. What is owed follows from the
ledger, so that nothing is forgotten when the service ends.
"""

from __future__ import annotations

import queue
from concurrent.futures import CancelledError, Future

import structlog

from config.home import Home
from config.words import counted
from indexer.verdict import UNKNOWN
from models.page.scan import Fault
from service.daemon.corrections.lessons import folders_of, settle
from service.workers.detectors import detector_names
from service.workers.dispatcher import Dispatcher
from service.workers.weighing import Flip, Known, Weighed, weigh
from storage.corrections.lessons import LessonBook, Spoken, Why
from storage.records import displayable

log = structlog.get_logger()

MOST = 2000
"""Scans that a correction is held against: those of whom something was said last."""


class Learning:
    """Works off what is owed, one correction after the other.

    Args:
        home: whose classes.
        on: the setting; without it only answers and what is taken back are followed.
        book: what is owed.
        dispatcher: has it weighed by a worker.
    """

    def __init__(self, home: Home, book: LessonBook, dispatcher: Dispatcher, *, on: bool) -> None:
        self._home = home
        self._on = on
        self._book = book
        self._dispatcher = dispatcher
        self._done: queue.SimpleQueue[tuple[Spoken, Future[Weighed | Fault]]] = queue.SimpleQueue()
        self._busy = False
        self._unsettled = True
        self._more = on
        self._unreadable: set[int] = set()

    @property
    def busy(self) -> bool:
        """Whether anything is being weighed."""
        return self._busy

    @property
    def idle(self) -> bool:
        """Whether there is nothing that could be done now."""
        return not (self._busy or self._more or self._unsettled)

    def look(self) -> None:
        """There may be something new to learn."""
        self._unsettled = True
        self._more = self._on

    def try_again(self) -> None:
        """What could not be read may be there now."""
        self._unreadable.clear()
        self.look()

    def go_on(self, *, begin: bool = True) -> None:
        """Write what was found, and have more weighed, unless not to ``begin``. Never waits."""
        while True:
            try:
                one, future = self._done.get_nowait()
            except queue.Empty:
                break
            self._busy = False
            self.look()
            self._take(one, future)
        if self._unsettled:
            self._unsettled = False
            settle(self._home, self._book)
        # One after the other: the next is held against the index that has the last one in it.
        if not (begin and self._more) or self._busy or self._dispatcher.busy:
            return
        owed = self._book.owed(1)
        self._more = bool(owed)
        for one in owed:
            self._begin(one)

    def _begin(self, one: Spoken) -> None:
        folders = folders_of(self._home)
        folder = folders.get(one.class_name)
        if folder is None:
            trained = one.class_name in detector_names(self._home.detectors)
            gone = f"there is no class {one.class_name!r} any more"
            self._fail(one, "it has no examples, but a detector" if trained else gone)
            return
        known = [
            Known(said.scan_id, said.scan, folders.get(said.class_name, said.class_name))
            for said in self._book.spoken_of(MOST)
            if said.scan_id not in self._unreadable
            and (said.class_name in folders or said.class_name == UNKNOWN)
        ]
        self._busy = True
        self._dispatcher.aside(
            lambda done: self._done.put((one, done)), weigh, one.scan, folder, known
        )

    def _take(self, one: Spoken, future: Future[Weighed | Fault]) -> None:
        try:
            found = future.result()
        except CancelledError:
            return  # the service ends; it is owed still
        except Exception as error:  # noqa: BLE001 - one odd scan must not stop the others
            self._fail(one, self._dispatcher.reason(error))
            return
        if isinstance(found, Fault):
            self._fail(one, f"it {found.reason}")
            return
        self._unreadable.update(found.unreadable)
        if not found.waiting:
            self._decide(one, found)

    def _fail(self, one: Spoken, reason: str) -> None:
        log.warning("no example", scan=one.scan.path.name, reason=reason)
        self._book.decide(one, "failed", Why(reason))

    def _decide(self, one: Spoken, found: Weighed) -> None:
        if found.same:
            if displayable(found.same.partition("/")[0]) == one.class_name:
                self._book.decide(one, "there")
                return
            why = Why(f"the same picture is the example {found.same} already", found.same)
        elif found.flips:
            why = _asked(found.flips, found.judged)
        else:
            self._book.decide(one, "adding")
            settle(self._home, self._book)
            return
        log.warning("not learned: a person is asked", scan=one.scan.path.name, reason=why.reason)
        self._book.decide(one, "asks", why)


def _asked(flips: tuple[Flip, ...], judged: int) -> Why:
    first = flips[0]
    whose = f"scan {first.scan_id}" if first.scan_id is not None else f"example {first.example}"
    reason = f"{whose}, which is {first.class_name}, would be taken for {first.taken_for}"
    if len(flips) > 1:
        reason += f"; {len(flips)} of {counted(judged, 'picture')} in all"
    return Why(reason, whose, first.scan_id, first.taken_for)
