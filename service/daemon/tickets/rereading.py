"""Has read what is a ticket after all: it was judged to be something else, and not read."""

from __future__ import annotations

import queue
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future

import structlog

from config.settings import OutputKind
from models.fields.ticket import Ticket
from models.page.scan import Fault, Scan
from service.daemon.tickets.unread import without_words
from service.workers.dispatcher import Dispatcher
from service.workers.tickets import read_corrected
from storage.tickets.reading import ReadingBook

log = structlog.get_logger()


class Rereading:
    """Works off what is owed, as workers are free.

    Args:
        classes: whose scans are read; what is owed of others waits.
        outputs: what is made of tickets.
        book: what is owed.
        dispatcher: has it read by a worker.
    """

    def __init__(
        self,
        classes: Sequence[str],
        outputs: Sequence[OutputKind],
        book: ReadingBook,
        dispatcher: Dispatcher,
    ) -> None:
        self._classes = classes
        self._outputs = outputs
        self._book = book
        self._dispatcher = dispatcher
        self._done: queue.SimpleQueue[tuple[int, Scan, Future[Ticket | Fault]]] = (
            queue.SimpleQueue()
        )
        self._in_flight: set[int] = set()
        self._more = bool(classes)

    @property
    def busy(self) -> bool:
        """Whether anything is being read."""
        return bool(self._in_flight)

    @property
    def idle(self) -> bool:
        """Whether there is nothing that could be done now."""
        return not self.busy and not self._more

    def look(self) -> None:
        """There may be something new to read."""
        self._more = bool(self._classes)

    def go_on(self, *, begin: bool = True) -> None:
        """Write what was read, and have more read, unless not to ``begin`` anything. Never waits."""
        while True:
            try:
                scan_id, scan, future = self._done.get_nowait()
            except queue.Empty:
                break
            self._in_flight.discard(scan_id)
            self.look()
            self._take(scan_id, scan, future)
        room = self._dispatcher.workers - len(self._in_flight)
        if not (begin and self._more and room > 0):
            return
        found = self._book.owed(self._classes, len(self._in_flight) + room)
        new = [one for one in found if one[0] not in self._in_flight]
        self._more = bool(new)
        for scan_id, scan in new[:room]:
            self._in_flight.add(scan_id)
            self._begin(scan_id, scan)

    def _begin(self, scan_id: int, scan: Scan) -> None:
        self._dispatcher.aside(
            lambda done: self._done.put((scan_id, scan, done)), read_corrected, scan
        )

    def _take(self, scan_id: int, scan: Scan, future: Future[Ticket | Fault]) -> None:
        try:
            found = future.result()
        except CancelledError:
            return  # the service ends; it is owed still
        except Exception as error:  # noqa: BLE001 - one odd scan must not stop the others
            found = Fault("ocr", self._dispatcher.reason(error), "'retry' reads it again")
        if isinstance(found, Fault):
            log.warning("not read", scan=scan.path.name, reason=found.reason)
            self._book.unreadable(scan_id, found)
        else:
            log.info("read", scan=scan.path.name)
            self._book.read(scan_id, found, self._outputs, without_words(found))
