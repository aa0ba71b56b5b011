"""Has made what ``ticket_outputs`` asks for, and puts it beside the tickets, once they are filed.

Filing comes first and waits for none of this: what is owed stands in the ledger, and is made when a
worker is free, now or after the next start.
"""

from __future__ import annotations

import errno
import hashlib
import queue
from collections.abc import Sequence
from concurrent.futures import CancelledError, Future
from dataclasses import replace
from pathlib import Path
from typing import Final

import structlog

from config.settings import OutputKind
from models.fields.ticket import Ticket
from models.page.scan import Fault
from service.daemon.tickets.clearing import mark_of
from service.workers.dispatcher import Dispatcher
from service.workers.outputs import Made, OutputJob, make_outputs
from storage.filing.beside import clear_part, put_beside
from storage.filing.files import fsync_folder, holds
from storage.filing.names import Names, next_name
from storage.filing.outcomes import advice_on
from storage.filing.refusals import other_name
from storage.ledger import Ledger
from storage.tickets.outputs import Output, OutputBook, Owed

log = structlog.get_logger()

ENDINGS: Final[dict[OutputKind, str]] = {"pdf": ".searchable.pdf", "text": ".txt"}
"""Behind the whole name of the scan: ``a.png.txt`` is of ``a.png``, not of ``a.jpg``."""
_GONE = frozenset({errno.ENOENT, errno.ENOTDIR, errno.ENAMETOOLONG})


class Making:
    """Works off what is owed.

    Args:
        kinds: the setting; what is owed of other kinds waits until it asks for them.
        ledger: what was read.
        book: what is owed.
        dispatcher: has it made by a worker.

    Attributes:
        trouble: why nothing can be written at present; empty if it can.
    """

    def __init__(
        self,
        kinds: Sequence[OutputKind],
        ledger: Ledger,
        book: OutputBook,
        dispatcher: Dispatcher,
    ) -> None:
        self.trouble = ""
        self._kinds = kinds
        self._ledger = ledger
        self._book = book
        self._dispatcher = dispatcher
        self._names = Names()
        self._done: queue.SimpleQueue[tuple[Owed, Future[Made]]] = queue.SimpleQueue()
        self._in_flight: set[int] = set()
        self._more = bool(kinds)

    @property
    def busy(self) -> bool:
        """Whether anything is being made."""
        return bool(self._in_flight)

    @property
    def idle(self) -> bool:
        """Whether there is nothing that could be done now."""
        return not self.busy and (not self._more or bool(self.trouble))

    def look(self) -> None:
        """There may be something new to make."""
        self._more = bool(self._kinds)

    def try_again(self) -> None:
        """What was refused may go well now."""
        self.trouble = ""
        self.look()

    def go_on(self, *, begin: bool = True) -> None:
        """Write what was made, and have more made, unless not to ``begin`` anything. Never waits."""
        while True:
            try:
                owed, future = self._done.get_nowait()
            except queue.Empty:
                break
            self._in_flight.discard(owed.scan_id)
            self.look()
            self._take(owed, future)
        while begin and self._more and not self.trouble:
            room = self._dispatcher.workers - len(self._in_flight)
            if room <= 0:
                return
            found = self._book.owed(self._kinds, len(self._in_flight) + room)
            new = [owed for owed in found if owed.scan_id not in self._in_flight]
            self._more = bool(new)
            for owed in new[:room]:
                self._begin(owed)

    def _begin(self, owed: Owed) -> None:
        """Hand over what is not there yet."""
        left = [output for output in owed.outputs if not self._stands(output)]
        ticket = self._ledger.ticket(owed.scan_id) or Ticket("")
        if left:
            begun = replace(owed, outputs=tuple(left))
            kinds = tuple(output.kind for output in left)
            job = OutputJob(owed.scan, kinds, ticket.text, ticket.words)
            self._in_flight.add(owed.scan_id)
            self._dispatcher.aside(lambda done: self._done.put((begun, done)), make_outputs, job)

    def _stands(self, output: Output) -> bool:
        """Whether a daemon that died had it written; then that is written down."""
        if output.place is None:
            return False
        try:
            clear_part(output.place, mark_of(output))
            if self._book.is_scan(output.place) or not holds(
                output.place, output.sha256, output.size
            ):
                return False
            fsync_folder(output.place.parent)
        except OSError as error:
            self._refused(output.place, error)
            return True
        self._book.made(output)
        return True

    def _take(self, owed: Owed, future: Future[Made]) -> None:
        try:
            made = future.result()
        except CancelledError:
            return  # the service ends; it is owed still
        except Exception as error:  # noqa: BLE001 - one odd ticket must not stop the others
            reason = self._dispatcher.reason(error)
            made = {output.kind: Fault("output", reason) for output in owed.outputs}
        for output in owed.outputs:
            data = made.get(output.kind)
            if isinstance(data, Fault):
                self._give_up(owed, output, data.reason)
            elif data is not None:
                self._put(owed, output, data)

    def _put(self, owed: Owed, output: Output, data: bytes) -> None:
        ticket = owed.scan.path
        place = self._names.free(ticket.parent, ticket.name + ENDINGS[output.kind])
        sha256 = hashlib.sha256(data).hexdigest()
        while self._book.begin(output, place, sha256, len(data)):
            try:
                if put_beside(data, place, mark_of(output)):
                    self._book.made(output)
                    log.info("made", output=place.name, beside=ticket.name)
                    return
                place = next_name(place)
            except OSError as error:
                other = other_name(place, error)
                if other is not None and other.parent == place.parent:
                    place = other
                    continue
                if error.errno in _GONE:
                    self._give_up(owed, output, error.strerror or str(error))
                else:
                    self._refused(place, error)
                return

    def _give_up(self, owed: Owed, output: Output, reason: str) -> None:
        log.warning("not made", kind=output.kind, file=str(owed.scan.path), reason=reason)
        self._book.give_up(output, reason)

    def _refused(self, place: Path, error: OSError) -> None:
        """Nothing more is made until `try_again`."""
        reason = error.strerror or str(error)
        if not self.trouble:
            log.error("cannot write beside a ticket", file=str(place), reason=reason)
        self.trouble = (
            f"ticket_outputs cannot be written: {place.parent}: {reason} (file {place.name})."
            f" {advice_on(error.errno or errno.EIO)}"
        )
