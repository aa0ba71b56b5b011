"""Scans whose files are not at their places: until they turn up, or count as deleted."""

from __future__ import annotations

import os
from collections.abc import Callable, Container, Iterator
from pathlib import Path

from config.home import Home
from config.links import lstat
from service.daemon.corrections.folders import Folders
from service.daemon.corrections.identity import GONE, Identities
from storage.ledger import Ledger
from storage.records import Filed, FileIdentity
from storage.standing import is_away


class Missing:
    """Remembers since when each is missed.

    Args:
        home: whose scans.
        ledger: that names their places.
        folders: where these are.
        identities: tells one file from another.
        clock: seconds that never go backwards.
    """

    def __init__(
        self,
        home: Home,
        ledger: Ledger,
        folders: Folders,
        identities: Identities,
        clock: Callable[[], float],
    ) -> None:
        self._home = home
        self._ledger = ledger
        self._folders = folders
        self._identities = identities
        self._clock = clock
        self._since: dict[int, float] = {}

    def note(self, scan_id: int) -> None:
        """The file of this scan is missed."""
        self._since.setdefault(scan_id, self._clock())

    def found(self, scan_id: int) -> None:
        """It is not, or no longer."""
        self._since.pop(scan_id, None)

    def owner(self, digest: str, place: Path) -> tuple[Filed, str] | None:
        """The scan that has left its place and whose file had the bytes of this one.

        Args:
            digest: the hash of the file.
            place: where the file stands.

        Returns:
            The scan, and the hash if the file had been edited (else empty); None if there is no such
            scan. Of several it is the one that is missed, and of these the one of this name.
        """
        found = [
            (one, "")
            for one in self._ledger.filed_with(digest)
            if one.place != place and self._identities.has_left(one)
        ]
        found += [
            (one, digest)
            for one in self._ledger.edited_to(digest)
            if one.place != place and self._is_nowhere(one)
        ]
        return min(
            found,
            key=lambda one: (one[0].state == GONE, one[0].place.name != place.name),
            default=None,
        )

    def deleted(
        self, patience: float, coming: Container[int], dropped: Container[int]
    ) -> list[Filed]:
        """Those that have been missed for so long, and are nowhere; they are told of once.

        Args:
            patience: seconds.
            coming: sizes of files that nobody has read yet: one of these may be the one that is missed.
            dropped: sizes of files in the inbox: a failed scan may be there, to be tried again.
        """
        now = self._clock()
        late = [one for one, since in self._since.items() if now >= since + patience]
        scans = self._ledger.filed(scan_ids=late) if late else []
        waits = {
            scan.scan_id
            for scan in scans
            if scan.size in coming
            or (scan.other and scan.identity is not None and scan.identity.size in coming)
            or (scan.state == "failed" and scan.size in dropped)
        }
        for scan_id in late:
            if scan_id not in waits:
                del self._since[scan_id]
        return [one for one in scans if one.scan_id not in waits and self._is_nowhere(one)]

    def _is_nowhere(self, scan: Filed) -> bool:
        if is_away(self._home, scan.place):
            return self._folders.holder_is_there(scan.place)
        return self._identities.is_of_another(scan)


class Strangers:
    """Files that no scan had left when they were compared: it may be copied first, then removed."""

    def __init__(self) -> None:
        self._by_hash: dict[str, dict[Path, FileIdentity]] = {}

    def remember(self, sha256: str, place: Path, state: os.stat_result) -> None:
        """A file with these bytes stands there."""
        self._by_hash.setdefault(sha256, {})[place] = FileIdentity.of(state)

    def hashes(self) -> list[str]:
        """Of all of them."""
        return list(self._by_hash)

    def take_of(self, scan: Filed) -> Iterator[tuple[Path, os.stat_result, str]]:
        """As `take`, those that have the bytes of a scan, or of its edited file, with that hash."""
        yield from ((place, state, "") for place, state in self.take(scan.sha256))
        if scan.other:
            yield from ((place, state, scan.other) for place, state in self.take(scan.other))

    def take(self, sha256: str) -> Iterator[tuple[Path, os.stat_result]]:
        """Those with these bytes that are still there and unchanged; what is taken is forgotten."""
        places = self._by_hash.get(sha256, {})
        for place in sorted(places):
            looks = places.pop(place)
            try:
                state = lstat(place)
            except OSError:
                continue
            if FileIdentity.of(state) == looks:
                yield place, state
