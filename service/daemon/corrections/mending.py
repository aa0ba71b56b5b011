"""Failed files whose bytes have changed since: they are tried again.

A program that still had the file open when it was moved to ``failed/`` went on writing, or a person
mended it where it lies. The ledger knows the size and the hash; what may have changed, by its
times, is hashed once it rests.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.home import Home
from config.interrupting import raise_if_interrupted
from config.links import lstat
from service.inbox.digests import PENDING, Digests
from storage.filing.names import Names
from storage.filing.syncing import Looks
from storage.ledger import Ledger
from storage.records import Filed, Move
from storage.standing import place_in_inbox

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Resting:
    """A failed file that may have changed; it looks like this ``since`` then, on the clock."""

    scan: Filed
    looks: Looks
    since: float


class Mending:
    """Takes failed files that have changed back to the inbox, through the journal.

    Args:
        home: whose files.
        ledger: that names them.
        stability_delay: seconds that a file must rest before it is compared.
        clock: seconds that never go backwards.
        digests: hashes them.
    """

    def __init__(
        self,
        home: Home,
        ledger: Ledger,
        *,
        stability_delay: float,
        clock: Callable[[], float],
        digests: Digests,
    ) -> None:
        self._home = home
        self._ledger = ledger
        self._delay = stability_delay
        self._clock = clock
        self._digests = digests
        self._names = Names()
        # How files looked that had the bytes of their rows.
        self._same: dict[int, Looks] = {}
        self._resting: dict[int, _Resting] = {}

    @property
    def busy(self) -> bool:
        """Whether a file rests, or is being hashed."""
        return bool(self._resting)

    @property
    def due_in(self) -> float | None:
        """Seconds until there is something to compare; None while there is nothing."""
        waits = [
            max(0.0, one.since + self._delay - self._clock())
            for one in self._resting.values()
            if not self._digests.pending(os.fspath(one.scan.place))
        ]
        return min(waits, default=None)

    def sweep(self) -> None:
        """Look at every failed file."""
        self._reopen_what_went_on()
        found = self._ledger.failed()
        for scan, finished_ns in found:
            raise_if_interrupted()
            looks = _looks(scan.place)
            if looks is None or self._same.get(scan.scan_id) == looks:
                continue
            if self._is_untouched(scan, looks, finished_ns) and scan.scan_id not in self._same:
                self._same[scan.scan_id] = looks
            else:
                self._rest(scan, looks)
        ids = {scan.scan_id for scan, _ in found}
        self._same = {one: looks for one, looks in self._same.items() if one in ids}
        self._resting = {one: seen for one, seen in self._resting.items() if one in ids}

    def _reopen_what_went_on(self) -> None:
        """Have a scan fail again that was given up for a file that begins with its bytes.

        Many files begin alike, so that may have been another: the program of this one went on writing
        it in the folder of failed files.
        """
        for old in self._ledger.retried():
            if old.place is None or not old.place.is_relative_to(self._home.failed):
                continue
            looks = _looks(old.place)
            if looks is None or looks.size == old.size or self._ledger.filed_at([old.place]):
                continue
            self._ledger.fail_again(old.scan_id)
            log.info("went on after it failed", file=self._home.relative(old.place))

    def _is_untouched(self, scan: Filed, looks: Looks, finished_ns: int) -> bool:
        """Whether a file looks as it was filed, by what is remembered of it and by its times."""
        as_filed = scan.identity in (None, (looks.inode, looks.size, looks.mtime_ns))
        if not as_filed or scan.other or looks.size != scan.size:
            return False
        # Some programs hold the mtime while they write. A move changes the ctime, too, but before the
        # row is closed.
        return max(looks.mtime_ns, looks.ctime_ns) <= finished_ns

    def go_on(self) -> None:
        """Compare what has come to rest. What has changed then stands in the journal, to be moved."""
        for seen in list(self._resting.values()):
            if self._clock() >= seen.since + self._delay:
                self._compare(seen)

    def _rest(self, scan: Filed, looks: Looks) -> None:
        seen = self._resting.get(scan.scan_id)
        if seen is None or seen.looks != looks:
            self._resting[scan.scan_id] = _Resting(scan, looks, self._clock())

    def _compare(self, seen: _Resting) -> None:
        scan, place = seen.scan, seen.scan.place
        looks = _looks(place)
        if looks != seen.looks:
            if looks is None:
                del self._resting[scan.scan_id]
            else:
                self._rest(scan, looks)
            return
        try:
            state = lstat(place)
            digest = self._digests.of(os.fspath(place), state)
        except OSError:
            digest = scan.sha256  # it may not be read; when that changes, so does its ctime
        if digest is PENDING:
            return
        del self._resting[scan.scan_id]
        if digest is None:
            if (looks := _looks(place)) is not None:
                self._rest(scan, looks)
            return
        if digest == scan.sha256 or self._is_of_another(scan, digest):
            self._same[scan.scan_id] = seen.looks
            return
        to = place_in_inbox(self._home, self._names, scan)
        move = Move(scan.scan_id, place, to, digest, state.st_size, "superseded", state.st_ino)
        if self._ledger.recall([move]):
            log.info("changed since it failed: tried again", file=self._home.relative(place))

    def _is_of_another(self, scan: Filed, digest: str) -> bool:
        """Whether a person has put the file of another scan there: that is followed, and not tried."""
        return any(one.scan_id != scan.scan_id for one in self._ledger.filed_with(digest))


def _looks(place: Path) -> Looks | None:
    """How a regular file looks; None where none is, or that cannot be told."""
    try:
        state = lstat(place)
    except OSError:
        return None
    return Looks.of(state) if stat.S_ISREG(state.st_mode) else None
