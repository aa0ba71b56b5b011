"""Files that a person moves among the folders of scans: each is known by its bytes, and followed.

Dragging a scan from one class to another, or out of review, is the lightest way to correct a
verdict. Events are hints here as in the inbox, and a sweep looks into every folder that has
changed since the last, so that a share that sends no events is followed as well. What the ledger
itself moves stands in it before it moves: whatever it does not name is a person's doing.

A name proves nothing: a file may be dragged onto one that the ledger knows, and two files of one name
may be swapped. So each file is compared with what its scan's file looked like (`Identities`), and read
where it looks otherwise. Who has the bytes of a scan that is not at its place any more is that scan; a
scan whose place another one has is missing; an edited file stays where and what it is.

Nothing is moved or removed here. A file that is nowhere any more is noted as gone, after a while.
"""

from __future__ import annotations

import os
import stat
from collections import deque
from collections.abc import Callable, Container, Iterable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.home import Home
from config.ignored import Ignored
from config.links import lstat, lstat_each
from service.daemon.corrections.folders import Folders
from service.daemon.corrections.identity import CLOSED, GONE, Identities, Sighting
from service.daemon.corrections.missing import Missing, Strangers
from service.daemon.corrections.resting import Resting
from service.inbox.digests import PENDING, Digests
from service.mounts import Mounted
from storage.corrections.feedback import Correction, FeedbackBook
from storage.ledger import Ledger
from storage.presence import PresenceBook
from storage.records import Filed, FileIdentity, Move
from storage.standing import Known, final_state, is_away
from storage.tickets.outputs import OutputBook

log = structlog.get_logger()

Clock = Callable[[], float]

BUDGET = 0.2
"""Seconds that one round may take before the daemon turns to its scans again."""
AT_ONCE = 200
"""Files whose looks are compared between two looks at the clock."""


@dataclass(frozen=True, slots=True)
class Followers:
    """Who is told of what people do.

    Attributes:
        moving: of a scan before its row follows: what must not be missing afterwards.
        moved: of it afterwards, with the scan as it stood before.
        going: of a scan before its row is ``gone``.
        back: of one before its row is again what it was.
    """

    moving: Callable[[Correction], None]
    moved: Callable[[Correction, Filed], None]
    going: Callable[[Filed], None] = lambda _scan: None
    back: Callable[[Filed], None] = lambda _scan: None


class Following:
    """Follows what a person moves in the folders of scans, and notes what they delete.

    Args:
        home: whose folders.
        ledger: that names where scans stand.
        ignored: names to leave alone.
        stability_delay: seconds that a file must rest before it is compared.
        patience: seconds after which a file that is nowhere counts as deleted.
        clock: seconds that never go backwards.
        tell: who is told.
        digests: hashes the files.
        dropped: sizes of the files that lie in the inbox.
        mounts: what is there.
    """

    def __init__(
        self,
        home: Home,
        ledger: Ledger,
        *,
        ignored: Ignored,
        stability_delay: float,
        patience: float,
        clock: Clock,
        tell: Followers,
        digests: Digests | None = None,
        dropped: Callable[[], Container[int]] = frozenset,
        mounts: Mounted | None = None,
    ) -> None:
        self._digests = digests or Digests()
        self._home = home
        self._ledger = ledger
        self._book = FeedbackBook(ledger.database, home)
        self._outputs = OutputBook(ledger.database, home)
        self._places = Folders(home, ignored, mounts or Mounted(home))
        self._presence = PresenceBook(ledger.database, home)
        self._identities = Identities(ledger, self._presence, self._places)
        self._delay = stability_delay
        self._patience = patience
        self._clock = clock
        self._tell = tell
        self._dropped = dropped
        # Files at places that scans name, still to be compared with what is remembered of them.
        self._named: deque[tuple[str, Known]] = deque()
        self._resting = Resting(clock)
        self._strangers = Strangers()
        self._missing = Missing(home, ledger, self._places, self._identities, clock)

    @property
    def roots(self) -> tuple[Path, ...]:
        """The folders whose events are worth hearing."""
        return self._home.sorted, self._home.review, self._home.failed

    @property
    def due_in(self) -> float | None:
        """Seconds until there is something to compare; None while there is nothing.

        Nor while a large file is being hashed: who does that wakes the daemon.
        """
        if self._named:
            return 0.0
        return self._resting.due_in(
            self._delay, lambda place: not self._digests.pending(os.fspath(place))
        )

    def look(self, path: str) -> None:
        """Something happened to this file or folder."""
        place = Path(path)
        if not self._places.holds(place):
            return
        try:
            state = lstat(place)
        except OSError:
            self._resting.forget(place)
            self._miss([*self._ledger.filed_at([place]), *self._ledger.filed_in(place, deep=True)])
            return
        if stat.S_ISDIR(state.st_mode):
            self._places.look_into(path, self._compare_folder)
        elif stat.S_ISREG(state.st_mode):
            self._look_at(place, state, self._ledger.named_at(place))
            self._identities.write_down()

    def sweep(self) -> None:
        """Look into every folder in which something came or went since the last sweep.

        For no longer than `BUDGET` is compared what was found there.
        """
        for folder in self._places.look_into_all(self._compare_folder):
            self._miss(self._ledger.filed_in(folder))
        self._work(self._delay)
        self._note_what_is_gone(self._patience)

    def go_on(self) -> None:
        """Compare what has come to rest, for no longer than `BUDGET`."""
        self._work(self._delay)

    def settle(self) -> bool:
        """Compare without waiting for anything to rest; False while there is more to compare.

        In the end what is nowhere is noted as gone. No longer than `BUDGET` at a time.
        """
        self._work(0.0)
        if self._named or self._resting:
            return False
        self._note_what_is_gone(0.0)
        return True

    def reconsider(self) -> None:
        """A scan has gone while it was to be moved: its file may be one that nobody had left."""
        for digest in self._strangers.hashes():
            for place, state in list(self._strangers.take(digest)):
                self._recognise(digest, place, state)

    def _work(self, delay: float) -> None:
        until = self._clock() + BUDGET
        while self._named and self._clock() < until:
            self._look_at_named()
        for place in self._resting.rested(delay):
            if self._clock() >= until:
                return
            self._compare(place)

    def _compare_folder(self, folder: Path, listed: list[os.DirEntry[str]]) -> None:
        # By names first: what is missing is known at once. How an archive looks is compared bit by bit.
        known = self._ledger.known_in(folder)
        there = {one.name for one in listed}
        if missing := [
            scan_id for name, one in known.items() if name not in there for scan_id in one.closed
        ]:
            self._miss(self._ledger.filed(scan_ids=missing))
        for entry in listed:
            place = folder / entry.name
            if one := known.get(entry.name):
                self._named.append((os.fspath(place), one))
            elif self._places.holds(place):
                with suppress(OSError):  # it has gone, or may not be looked at
                    if entry.is_file(follow_symlinks=False):
                        self._rest(place, entry.stat(follow_symlinks=False))

    def _look_at_named(self) -> None:
        """Compare the looks of some files with what is remembered of them."""
        odd: list[tuple[Path, os.stat_result, list[int]]] = []
        some = [self._named.popleft() for _ in range(min(AT_ONCE, len(self._named)))]
        for (path, known), state in zip(some, lstat_each(path for path, _ in some), strict=True):
            if state is None:
                self._miss(self._ledger.filed(scan_ids=known.closed))
                continue
            if known.identity == FileIdentity.of(state):
                self._missing.found(known.scan_ids[0])
            elif stat.S_ISREG(state.st_mode):
                odd.append((Path(path), state, known.scan_ids))
        ids = [scan_id for _, _, of_one in odd for scan_id in of_one]
        found = self._ledger.filed(scan_ids=ids, states=(*CLOSED, GONE)) if ids else []
        scans = {one.scan_id: one for one in found}
        for place, state, of_one in odd:
            # Some may have been moved since the folder was looked into.
            named = [scans[one] for one in of_one if one in scans and scans[one].place == place]
            self._look_at(place, state, named)
        self._identities.write_down()

    def _look_at(self, place: Path, state: os.stat_result, named: list[Filed]) -> None:
        """Know a file by its looks, or have it rest and read it."""
        if not any(one.state in CLOSED or one.state == GONE for one in named):
            self._rest(place, state)
            return
        seen = self._identities.look(place, state, named)
        if seen.unsure:
            self._rest(place, state)
            return
        self._resting.forget(place)
        self._take_in(seen, place, state)

    def _rest(self, place: Path, state: os.stat_result) -> None:
        if self._resting.look(place, state) and self._outputs.is_output(place):
            self._resting.forget(place)

    def _compare(self, place: Path) -> None:
        """Read a file that has come to rest."""
        state = self._resting.take(place)
        if state is None:
            return
        looks = FileIdentity.of(state)
        named = self._ledger.named_at(place)
        # What has the size of no scan is none, however large it is.
        if not (named or self._ledger.has_size(looks.size)):
            return
        try:
            digest = self._digests.of(os.fspath(place), state)
        except OSError:
            return  # it may not be read: the next sweep tells
        if digest is PENDING:
            self._resting.put_back(place, state)
            return
        if digest is None:
            return  # it changes still: the next sweep tells
        self._take_in(self._identities.read(looks, digest, named), place, state)

    def _take_in(self, seen: Sighting, place: Path, state: os.stat_result) -> None:
        """It is known who a file is: whose it is, and whose it is not."""
        if seen.owner is not None:
            self._missing.found(seen.owner.scan_id)
        if seen.back is not None:
            self._restore(seen.back, FileIdentity.of(state), seen.edited)
        self._miss(seen.displaced, displaced=True)
        if seen.other:
            self._recognise(seen.other, place, state)

    def _recognise(self, digest: str, place: Path, state: os.stat_result) -> None:
        """A file has the bytes of none that name its place: those of one that has left its own?"""
        if owner := self._missing.owner(digest, place):
            scan, edited = owner
            self._follow(scan, place, state, edited)
        else:
            self._strangers.remember(digest, place, state)

    def _miss(self, scans: Iterable[Filed], *, displaced: bool = False) -> None:
        """These files are not at their places: nothing is there, or, ``displaced``, another scan's."""
        for scan in scans:
            if scan.state == GONE or not (displaced or is_away(self._home, scan.place)):
                continue
            self._missing.note(scan.scan_id)
            for place, state, edited in self._strangers.take_of(scan):
                self._follow(scan, place, state, edited)
                break

    def _follow(self, scan: Filed, place: Path, state: os.stat_result, edited: str) -> None:
        """Have the row follow the file; in the folder of another class that is a correction."""
        # In the same folder it stays what it is: the folder may have a safe name, not the class's.
        of_folder = None if place.parent == scan.place.parent else self._places.class_of(place)
        # A folder that stands for no class says nothing of what a scan is.
        end = final_state(of_folder) if of_folder else scan.gone_from or scan.state
        move = Move(scan.scan_id, scan.place, place, scan.sha256, scan.size, end)  # type: ignore[arg-type]
        looks = FileIdentity.of(state)
        correction = Correction(of_folder or scan.class_name, move, looks, edited)
        self._tell.moving(correction)
        if not self._book.moved([correction]):
            return
        self._missing.found(scan.scan_id)
        log.info(
            "moved by hand",
            file=scan.place.name,
            to=self._home.relative(place),
            kind=correction.class_name,
        )
        self._tell.moved(correction, scan)
        # Whoever was filed here before is so no longer.
        here = [one for one in self._ledger.filed_at([place]) if one.scan_id != scan.scan_id]
        self._miss(here, displaced=True)

    def _restore(self, scan: Filed, looks: FileIdentity, edited: str) -> None:
        """A file that was deleted stands at its place again."""
        self._tell.back(scan)
        self._presence.found_again({scan.scan_id: (looks, edited)})
        log.info("put back by hand", file=self._home.relative(scan.place))

    def _note_what_is_gone(self, patience: float) -> None:
        if self._named:
            return  # there may be files among them that nobody has missed yet
        self._places.look_for_mounts()
        gone = self._missing.deleted(patience, self._resting.sizes, self._dropped())
        for scan in gone:
            self._tell.going(scan)
            log.info("taken away by hand", file=self._home.relative(scan.place))
        if gone:
            self._presence.note_gone([scan.scan_id for scan in gone])
