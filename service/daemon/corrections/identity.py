"""Whether the file at a scan's place is the scan: by inode, size and mtime, and by its hash on a difference.

The name alone tells nothing: a person may drag another file onto it. What was compared is remembered in
the ledger, so that an archive is read once, and not with every start.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.links import lstat
from models.page.hashing import hash_file
from service.background import LARGE
from service.daemon.corrections.folders import Folders
from storage.ledger import Ledger
from storage.presence import PresenceBook
from storage.records import Filed, FileIdentity

GONE: Final = "gone"
CLOSED: Final = frozenset({"filed", "review", "failed", "duplicate"})


@dataclass(slots=True)
class Sighting:
    """Who the file at a place is, as far as can be told.

    Attributes:
        owner: the scan whose file it is; None if it is none's.
        back: the deleted scan whose file it is.
        edited: the hash of that file, if it was edited.
        displaced: closed scans that name the place, and whose file it is not.
        unsure: it has to be read.
        other: its hash, where it is known to have the bytes of none that name the place.
    """

    owner: Filed | None = None
    back: Filed | None = None
    edited: str = ""
    displaced: list[Filed] = field(default_factory=list)
    unsure: bool = False
    other: str = ""


class Identities:
    """Compares files with what the ledger remembers of them.

    Args:
        ledger: that names the scans.
        presence: remembers.
        folders: where they stand.
    """

    def __init__(self, ledger: Ledger, presence: PresenceBook, folders: Folders) -> None:
        self._ledger = ledger
        self._presence = presence
        self._folders = folders
        self._presumed: dict[int, tuple[FileIdentity, str]] = {}

    def look(self, place: Path, state: os.stat_result, named: Sequence[Filed]) -> Sighting:
        """Who a regular file is, by its looks alone.

        Args:
            place: where it stands.
            state: its ``lstat``.
            named: the scans that name the place.
        """
        looks = FileIdentity.of(state)
        closed = [scan for scan in named if scan.state in CLOSED]
        gone = [scan for scan in named if scan.state == GONE]
        alike = [one for one in (*closed, *gone) if self._is_same(place, one.identity, looks)]
        if owner := next((one for one in alike if not one.other), None):
            others = [one for one in closed if one is not owner]
            if owner.state == GONE:
                return Sighting(back=owner, displaced=others)
            return Sighting(owner=owner, displaced=others)
        if alike:  # an edited file
            if alike[0].state == GONE:
                return Sighting(back=alike[0], edited=alike[0].other, displaced=closed)
            return Sighting(other=alike[0].other)
        # Filed before looks were remembered. Read are only those of another size: an archive of
        # 100,000 scans would keep the disk busy for hours.
        if len(closed) == 1 and closed[0].identity is None and closed[0].size == looks.size:
            self._presumed[closed[0].scan_id] = (looks, "")
            return Sighting(owner=closed[0])
        return Sighting(unsure=True)

    def read(self, looks: FileIdentity, digest: str, named: Sequence[Filed]) -> Sighting:
        """Who a regular file is, by its hash; that is remembered of those that name the place.

        Args:
            looks: of the file.
            digest: its hash.
            named: the scans that name the place.
        """
        closed = [one for one in named if one.state in CLOSED]
        same = [one for one in named if digest in (one.sha256, one.other)]
        # A closed scan, or one that is on its way here.
        if owner := next((one for one in same if one.state != GONE), None):
            self._presence.remember({owner.scan_id: (looks, _edited(owner, digest))})
            return Sighting(owner=owner, displaced=[one for one in closed if one is not owner])
        if same:
            return Sighting(back=same[0], edited=_edited(same[0], digest), displaced=closed)
        self._presence.remember({one.scan_id: (looks, digest) for one in closed})
        return Sighting(other=digest)

    def write_down(self) -> None:
        """Remember what `look` has seen for the first time: many at once, each commit takes its time."""
        if self._presumed:
            self._presence.remember(self._presumed)
            self._presumed = {}

    def has_left(self, scan: Filed) -> bool:
        """Whether the file of a scan is not at its place any more; False where that cannot be told."""
        try:
            state = lstat(scan.place)
        except (FileNotFoundError, NotADirectoryError):
            return self._folders.holder_is_there(scan.place)
        except OSError:
            return False
        if not stat.S_ISREG(state.st_mode):
            return False
        looks = FileIdentity.of(state)
        if self._is_same(scan.place, scan.identity, looks):
            return bool(scan.other)
        if looks.size != scan.size:
            return True
        if scan.identity is None or looks.size >= LARGE:  # that would take hours
            return False
        digest = read(scan.place, state)
        if digest is None:
            return False
        self._presence.remember({scan.scan_id: (looks, _edited(scan, digest))})
        return digest != scan.sha256

    def is_of_another(self, scan: Filed) -> bool:
        """Whether another scan's file stands at the place of this one."""
        try:
            state = lstat(scan.place)
        except OSError:
            return False
        named = [one for one in self._ledger.named_at(scan.place) if one.scan_id != scan.scan_id]
        looks = FileIdentity.of(state)
        return any(
            one.state in CLOSED
            and not one.other
            and self._is_same(one.place, one.identity, looks)
            for one in named
        )  # fmt: skip

    def _is_same(self, place: Path, known: FileIdentity | None, looks: FileIdentity) -> bool:
        if known is None or known[1:] != looks[1:]:
            return False
        return known.inode == looks.inode or self._folders.numbers_anew(place)


def read(place: Path, state: os.stat_result) -> str | None:
    """The hash of a file; None if it changed since, has gone, or may not be read."""
    try:
        return hash_file(os.fspath(place), state)
    except OSError:
        return None


def _edited(scan: Filed, digest: str) -> str:
    """The hash of a scan's file if it was edited; else empty."""
    return "" if digest == scan.sha256 else digest
