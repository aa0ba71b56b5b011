"""What people do in the folders of classes: heard, followed, and learned from."""

from __future__ import annotations

import os
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Iterator
from pathlib import Path
from typing import Final

import structlog

from config.home import Home
from config.ignored import Ignored
from config.settings import Settings
from indexer.support import IGNORED, class_counts
from indexer.verdict import UNKNOWN
from service.daemon.corrections.following import Followers, Following
from service.daemon.corrections.mending import Mending
from service.daemon.notes import clear_note, renew_note
from service.daemon.tickets.clearing import bring_after, clear_outputs
from service.inbox.digests import Digests
from service.inbox.events import InboxEvents
from service.mounts import Mounted
from service.workers.detectors import detector_names
from storage.corrections.feedback import Correction
from storage.filing.copying import clear_what_the_dead_left, copy_in
from storage.filing.files import fsync_folder, make_durable_folders
from storage.filing.names import Names, visible
from storage.ledger import Ledger
from storage.records import Filed
from storage.tickets.outputs import OutputBook

log = structlog.get_logger()

MANY: Final = 100
"""Files of one folder that are looked at one by one at a time."""


class Shelves:
    """The folders of classes, of review and of failed scans, while a daemon works.

    A file that a person puts into a folder that is no class yet makes one: it is its first
    example. To a class that has examples, or a detector, nothing is added.

    Args:
        home: whose folders.
        settings: how long files rest, and what is ignored.
        ledger: that names where scans stand.
        wake: called, from any thread, when there is something to look at.
        digests: hashes the files.
        dropped: sizes of the files that lie in the inbox.
        mounts: what is there.
    """

    def __init__(
        self,
        home: Home,
        settings: Settings,
        ledger: Ledger,
        wake: Callable[[], None],
        digests: Digests | None = None,
        dropped: Callable[[], Container[int]] = frozenset,
        mounts: Mounted | None = None,
    ) -> None:
        self._longest = settings.max_file_bytes
        self._mending = Mending(
            home,
            ledger,
            stability_delay=settings.stability_delay,
            clock=time.monotonic,
            digests=digests or Digests(),
        )
        self._home = home
        self._book = OutputBook(ledger.database, home)
        ignored = Ignored(settings.ignore)
        self._following = Following(
            home,
            ledger,
            ignored=ignored,
            stability_delay=settings.stability_delay,
            patience=settings.rescan_interval,
            clock=time.monotonic,
            # Before the row is written: with it all is done, and nobody would look for a missing
            # example, or for a note that stays.
            tell=Followers(
                moving=self._learn, moved=self._tidy, going=self._clear_note, back=self._renew_note
            ),
            digests=digests,
            dropped=dropped,
            mounts=mounts,
        )
        self._ledger = ledger
        # Large archives are not polled: on a share that sends no events the sweeps find it all.
        self._events = [
            InboxEvents(
                root, recursive=True, polling_interval=0.0, wake=wake, ignored=ignored,
                called=f"the folder {root.name}",
            )
            for root in self._following.roots
        ]  # fmt: skip

    @property
    def due_in(self) -> float | None:
        """Seconds until there is something to compare; None while there is nothing."""
        waits = (self._following.due_in, self._mending.due_in)
        return min((one for one in waits if one is not None), default=None)

    @property
    def settles_in(self) -> float | None:
        """Seconds until `settle` has something to do; None while it waits to be woken."""
        return self._mending.due_in if self._following.due_in is None else 0.0

    def start(self) -> None:
        """Begin to hear."""
        for events in self._events:
            events.start()

    def stop(self) -> None:
        """Hear no more."""
        for events in self._events:
            events.stop()

    def listen(self) -> None:
        """Look where events point, and compare what has come to rest."""
        for events in self._events:
            for path in self._worth_a_look(events.paths()):
                self._following.look(path)
        self._following.go_on()
        self._mending.go_on()

    def _worth_a_look(self, paths: Iterable[str]) -> Iterator[str]:
        """The paths; where very much happened in a folder, its scans and the folder itself.

        A program that makes and deletes thousands of files there keeps no scan waiting.
        """
        by_folder = defaultdict[str, list[str]](list)
        for path in paths:
            by_folder[os.path.dirname(path)].append(path)
        for folder, inside in by_folder.items():
            if len(inside) <= MANY:
                yield from inside
            else:
                known = self._ledger.known_in(Path(folder))
                yield from (path for path in inside if os.path.basename(path) in known)
                yield folder

    def look(self) -> None:
        """Hear again where hearing has ended; what was missed meanwhile a sweep finds."""
        for events in self._events:
            events.restart_if_dead()

    def sweep(self) -> None:
        """Look into every folder that has changed, and at every failed file."""
        self._following.sweep()
        self._mending.sweep()

    def reconsider(self) -> None:
        """A scan has gone while it was to be moved; see `Following.reconsider`."""
        self._following.reconsider()

    def settle(self) -> bool:
        """Compare without waiting, and note what is gone; False while there is more to compare.

        A failed file that has changed must rest: whoever writes it may not have finished.
        """
        self._mending.go_on()
        return self._following.settle() and not self._mending.busy

    def _learn(self, correction: Correction) -> None:
        """A folder that is no class yet becomes one."""
        name = correction.class_name
        if name in (None, UNKNOWN) or name in detector_names(self._home.detectors):
            return
        assert name is not None
        if correction.move.size > self._longest:
            log.warning("no example of it is taken", kind=name, reason="larger than max_file_bytes")
            return
        folder, place = self._home.support / name, correction.move.destination
        try:
            # A daemon may have died over this very example.
            digest = correction.edited or correction.move.sha256
            clear_what_the_dead_left(folder, digest)
            if class_counts(self._home.support).get(name):
                # A daemon may have died over the first example before its sync.
                fsync_folder(folder)
                fsync_folder(folder.parent)
                return
            make_durable_folders(folder)
            shown = visible(place.name, digest, IGNORED, "example")
            copy_in(place, digest, Names().free(folder, shown))
        except OSError as error:
            log.warning("no example of it is taken", kind=name, reason=error.strerror)
        else:
            log.info("a new class", kind=name, example=place.name)

    def _tidy(self, correction: Correction, before: Filed) -> None:
        """What was made of a ticket goes with it, and so does what stands beside a failed file."""
        clear_outputs(self._book)
        move = correction.move
        bring_after(self._book, move.scan_id)
        self._clear_note(before)
        in_failed = move.destination.is_relative_to(self._home.failed)
        if move.final_state == "failed" and in_failed:
            renew_note(self._ledger, move.scan_id, move.destination, move.sha256)

    def _clear_note(self, scan: Filed) -> None:
        if scan.state == "failed" and scan.place.is_relative_to(self._home.failed):
            clear_note(self._ledger, scan.scan_id, scan.place, scan.sha256)

    def _renew_note(self, scan: Filed) -> None:
        if scan.gone_from == "failed" and scan.place.is_relative_to(self._home.failed):
            renew_note(self._ledger, scan.scan_id, scan.place, scan.sha256)
