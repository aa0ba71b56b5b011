"""Files that a person moves among the folders of classes: each is known by its bytes, and followed.

Dragging a scan from one class to another, or out of review, is the lightest way to correct a
verdict. Events are hints here as in the inbox, and a sweep looks into every folder that has
changed since the last, so that a share that sends no events is followed as well. What the ledger
itself moves stands in it before it moves: whatever it does not name is a person's doing.

Nothing is moved or removed here. A file that is nowhere any more is noted, after a while.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import structlog

from config.errors import UsageError
from config.home import Home
from config.ignored import Ignored
from indexer.support import check_class_name
from indexer.verdict import UNKNOWN
from models.page.hashing import hash_file
from storage.corrections.feedback import Correction, FeedbackBook
from storage.ledger import Ledger
from storage.records import Filed, Move
from storage.standing import final_state
from storage.tickets.outputs import OutputBook

log = structlog.get_logger()

Clock = Callable[[], float]

BUDGET = 0.2
"""Seconds that one round may take before the daemon turns to its scans again."""


@dataclass(slots=True)
class _Resting:
    """A file that the ledger does not name, as it was seen; ``since`` is on the clock."""

    size: int
    mtime_ns: int
    inode: int
    since: float


class Following:
    """Follows what a person moves below ``sorted`` and ``review``.

    Args:
        home: whose folders.
        ledger: that names where scans stand.
        ignored: names to leave alone.
        stability_delay: seconds that a file must rest before it is compared.
        patience: seconds after which a file that is nowhere counts as taken away.
        clock: seconds that never go backwards.
        moving: told of each scan before its row follows: what must not be missing afterwards.
        moved: told of it afterwards.
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
        moving: Callable[[Correction], None],
        moved: Callable[[Correction], None],
    ) -> None:
        self._home = home
        self._ledger = ledger
        self._book = FeedbackBook(ledger.database, home)
        self._outputs = OutputBook(ledger.database, home)
        self._ignored = ignored
        self._delay = stability_delay
        self._patience = patience
        self._clock = clock
        self._moving = moving
        self._moved = moved
        self._folders: dict[str, int] = {}
        self._resting: dict[Path, _Resting] = {}
        # Files that no scan had left when they were compared: it may be copied first, then removed.
        self._strangers: dict[str, set[Path]] = {}
        self._missing: dict[int, float] = {}
        self._gone: set[int] = set()

    @property
    def roots(self) -> tuple[Path, Path]:
        """The folders that are followed."""
        return self._home.sorted, self._home.review

    @property
    def due_in(self) -> float | None:
        """Seconds until there is something to compare; None while there is nothing."""
        if not self._resting:
            return None
        first = min(one.since for one in self._resting.values())
        return max(0.0, first + self._delay - self._clock())

    def look(self, path: str) -> None:
        """Something happened to this file or folder."""
        place = Path(path)
        if not self._is_followed(place):
            return
        try:
            state = place.lstat()
        except OSError:
            self._resting.pop(place, None)
            self._miss([*self._ledger.filed_at([place]), *self._ledger.filed_in(place, deep=True)])
            return
        if stat.S_ISDIR(state.st_mode):
            self._look_into(path)
        elif stat.S_ISREG(state.st_mode):
            self._rest(place, state)

    def sweep(self) -> None:
        """Look into every folder in which something came or went since the last sweep."""
        self._gone = self._ledger.gone()
        found = set[str]()
        for root in self.roots:
            if root.is_dir():
                found |= self._look_into(os.fspath(root))
        for folder in self._folders.keys() - found:
            del self._folders[folder]
            # A root that is gone is a share that is not mounted: nobody took its files away.
            if any(root.is_dir() and Path(folder).is_relative_to(root) for root in self.roots):
                self._miss(self._ledger.filed_in(Path(folder)))
        self._note_what_is_gone()

    def go_on(self) -> None:
        """Compare what has come to rest, for no longer than `BUDGET`."""
        until = self._clock() + BUDGET
        for place in [one for one, seen in self._resting.items() if self._rests(seen)]:
            if self._clock() >= until:
                return
            self._compare(place)

    def _look_into(self, top: str) -> set[str]:
        """All folders from ``top`` down; those that have changed were compared with the ledger."""
        found = set[str]()
        pending = [top]
        while pending:
            folder = pending.pop()
            try:
                changed = os.stat(folder, follow_symlinks=False).st_mtime_ns
                with os.scandir(folder) as entries:
                    listed = [one for one in entries if not self._ignored(one.name)]
            except OSError:
                found.add(folder)  # it cannot be looked into now: nothing of it is missing
                continue
            found.add(folder)
            pending += [one.path for one in listed if one.is_dir(follow_symlinks=False)]
            if self._folders.get(folder) != changed:
                self._compare_folder(Path(folder), listed)
                self._folders[folder] = changed
        return found

    def _compare_folder(self, folder: Path, listed: list[os.DirEntry[str]]) -> None:
        # By names alone: the first sweep of an archive compares all that was ever filed.
        named = self._ledger.names_in(folder)
        there = {one.name: one for one in listed}
        if missing := [scan_id for name, scan_id in named.items() if name not in there]:
            self._miss(self._ledger.filed(scan_ids=missing))
        for name, entry in there.items():
            if name in named:
                self._missing.pop(named[name], None)
            elif entry.is_file(follow_symlinks=False):
                self._rest(Path(entry.path), entry.stat(follow_symlinks=False))
        if back := [named[name] for name in named.keys() & there if named[name] in self._gone]:
            self._ledger.found_again(back)

    def _is_followed(self, place: Path) -> bool:
        for root in self.roots:
            if place.is_relative_to(root):
                return not any(map(self._ignored, place.relative_to(root).parts))
        return False

    def _rest(self, place: Path, state: os.stat_result) -> None:
        if self._ledger.is_scan(place) or self._outputs.is_output(place):
            return
        seen = _Resting(state.st_size, state.st_mtime_ns, state.st_ino, self._clock())
        before = self._resting.get(place)
        if before is None or not _alike(before, seen):
            self._resting[place] = seen

    def _rests(self, seen: _Resting) -> bool:
        return self._clock() >= seen.since + self._delay

    def _compare(self, place: Path) -> None:
        seen = self._resting.pop(place)
        try:
            state = place.lstat()
            if not _alike(seen, _Resting(state.st_size, state.st_mtime_ns, state.st_ino, 0.0)):
                self._rest(place, state)
                return
            digest = hash_file(os.fspath(place), state)
        except OSError:
            return  # it has gone again, or may not be read: the next sweep tells
        if digest is None:
            return
        scan = self._left_its_place(digest, place.name)
        if scan is not None:
            self._follow(scan, place)
        else:
            self._strangers.setdefault(digest, set()).add(place)

    def _left_its_place(self, digest: str, name: str) -> Filed | None:
        """A scan with these bytes whose file is no longer where it was; of several, by its name."""
        found = [
            scan
            for scan in self._ledger.filed_with(digest)
            if not os.path.lexists(scan.place) and self._root_is_there(scan)
        ]
        return min(found, key=lambda scan: scan.place.name != name, default=None)

    def _root_is_there(self, scan: Filed) -> bool:
        """Whether the folder of folders that it stood in is mounted, if it is one of ours."""
        folders = (*self.roots, self._home.failed)
        return all(root.is_dir() for root in folders if scan.place.is_relative_to(root))

    def _miss(self, scans: list[Filed]) -> None:
        for scan in scans:
            if os.path.lexists(scan.place):
                continue
            self._missing.setdefault(scan.scan_id, self._clock())
            for place in sorted(self._strangers.get(scan.sha256, ())):
                self._strangers[scan.sha256].discard(place)
                if os.path.lexists(place):
                    self._follow(scan, place)
                    break

    def _follow(self, scan: Filed, place: Path) -> None:
        """Have the row follow the file; in the folder of another class that is a correction."""
        class_name = self._class_of(place) or scan.class_name or UNKNOWN
        state = final_state(class_name)
        move = Move(scan.scan_id, scan.place, place, scan.sha256, scan.size, state)
        correction = Correction(class_name, move)
        self._moving(correction)
        if not self._book.moved([correction]):
            return
        self._missing.pop(scan.scan_id, None)
        log.info(
            "moved by hand", file=scan.place.name, to=self._home.relative(place), kind=class_name
        )
        self._moved(correction)

    def _class_of(self, place: Path) -> str | None:
        """The class that a folder stands for; None if it stands for none."""
        if place.is_relative_to(self._home.review):
            return UNKNOWN
        inside = place.relative_to(self._home.sorted).parts
        if len(inside) < 2:
            return None
        try:
            check_class_name(inside[0])
        except UsageError:
            return None
        return inside[0]

    def _note_what_is_gone(self) -> None:
        now = self._clock()
        late = [one for one, since in self._missing.items() if now >= since + self._patience]
        gone = [
            scan
            for scan in (self._ledger.filed(scan_ids=late) if late else [])
            if not os.path.lexists(scan.place) and self._root_is_there(scan)
        ]
        for scan in gone:
            log.info("taken away by hand", file=self._home.relative(scan.place))
        if gone:
            self._ledger.note_gone([scan.scan_id for scan in gone])
        for scan_id in late:
            del self._missing[scan_id]


def _alike(one: _Resting, other: _Resting) -> bool:
    return (one.size, one.mtime_ns, one.inode) == (other.size, other.mtime_ns, other.inode)
