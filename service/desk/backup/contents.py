"""What goes into a backup, and from where: files go on moving while they are copied.

The archive is of one moment: that of the snapshot of the ledger. A file that is no longer where the
snapshot names it is looked for where the ledger names it now, and put into the archive at its place
of that moment. What arrived later is left out.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.home import Home
from config.links import open_regular
from service.desk.backup.archive import Archive, ChangedError
from service.desk.backup.manifest import (
    FORMAT,
    LEDGER,
    SETTINGS,
    LeftOut,
    Manifest,
    escaped,
    fits,
)
from service.desk.backup.named import Key, Named, Names, digest_of, listing, names_in
from service.desk.backup.naming import ALWAYS, WITH_FILES, Naming, folders_of
from service.version import VERSION
from storage.database import Database
from storage.filing import files
from storage.records import displayable
from storage.tables import HEAD

ROUNDS: Final = 5
"""Looks for files that move while they are looked for."""
_PAUSE = 0.2  # seconds between them
_TOO_DEEP = "has a path that is too long or too deep for an archive"

Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Given how many files there are, yields what is called after each."""


@dataclass
class Contents:
    """Puts a home into an archive.

    Args:
        home: whose ledger is at the newest migration.
        archive: still empty.
        with_files: also every scan.
        created_at: UTC ISO 8601: the moment of the snapshot.
        secret: a file that is left out, wherever it lies; None for none.
    """

    home: Home
    archive: Archive
    with_files: bool
    created_at: str
    secret: Path | None = None
    _waiting: dict[Path, os.stat_result] = field(default_factory=dict)
    _newest: int = 0
    _left_out: list[LeftOut] = field(default_factory=list)
    _naming: Naming = field(init=False)
    _hashes: dict[str, set[Path]] = field(default_factory=dict)
    _advance: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        """Take note of what waits in the inbox: before the snapshot, or it would be in neither."""
        self._naming = Naming(self.home, with_files=self.with_files)
        if self.with_files:
            with self._live() as look:
                self._newest = look().newest
            found = {path: files.status(path) for path in self._list("inbox")[0]}
            self._waiting = {path: state for path, state in found.items() if state is not None}

    def save(
        self, ledger: Path, settings: str, progress: Progress, *, with_secrets: bool
    ) -> Manifest:
        """Put everything into the archive; ``ledger`` is the snapshot of it."""
        with closing(Database(ledger)) as database:
            names = names_in(database, self.home)
            with database.read() as connection:
                scans = connection.exec_driver_sql("SELECT count(*) FROM scans").scalar_one()
        trees = {name: self._list(name) for name in ALWAYS}
        total = 2 + sum(len(found) for found, _ in trees.values())
        total += len(names.files) + len(self._waiting) if self.with_files else 0
        with progress(total) as self._advance:
            self.archive.add_text(SETTINGS, settings)
            self._add(ledger, LEDGER)
            for found, folders in trees.values():
                for name in map(self._naming.name_of, folders):
                    if fits(name):  # else what is in it is told
                        self.archive.add_folder(name)
                for path in found:
                    self._add(path)
            if self.with_files:
                self._save_scans(names)
        return Manifest(
            format=FORMAT, version=VERSION, revision=HEAD, created_at=self.created_at, scans=scans,
            with_files=self.with_files, with_secrets=with_secrets,
            home=escaped(os.fspath(self.home.root)), folders=self._naming.folders,
            members={escaped(name): one for name, one in self.archive.members.items()},
            left_out=tuple(self._left_out),
        )  # fmt: skip

    def _list(self, name: str) -> tuple[list[Path], list[Path]]:
        return listing(folders_of(self.home)[name], self._closed)

    def _closed(self, error: OSError) -> None:
        """A folder that cannot be looked into; one that is not there holds nothing."""
        if not files.is_no_file(error):
            self._report(Path(os.fsdecode(error.filename)), error)

    def _report(self, path: Path, error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        self._left_out.append(
            LeftOut(place=displayable(self.home.relative(path)), reason=f"cannot be read: {reason}")
        )

    def _save_scans(self, names: Names) -> None:
        pending = {key: one for key, one in names.files.items() if not self._add_named(one)}
        # What was claimed between the two looks is a row of the snapshot.
        known = names.places | names.dropped_after(self._newest).keys()
        waiting = {
            path: state
            for path, state in self._waiting.items()
            if path not in known and not self._add_waiting(path, state)
        }
        with self._live() as look:
            for number in range(ROUNDS):
                if not pending and not waiting:
                    break
                if number:
                    threading.Event().wait(_PAUSE)
                live = look()
                pending = {
                    key: one for key, one in pending.items()
                    if not self._add_moved(one, live.files.get(key))
                }  # fmt: skip
                pending = self._add_found(pending)
                dropped, unsaved = live.dropped_after(names.newest), self._unsaved()
                waiting = {
                    path: state for path, state in waiting.items()
                    if not self._add_waiting(path, state, dropped.get(path, ()), unsaved)
                }  # fmt: skip
            self._add_strangers(names.places, look)
        for key, one in pending.items():
            self._leave_out(key, one)

    def _add_named(self, one: Named) -> bool:
        """Add a file at the place that the snapshot names; False where it is not there."""
        return any(self._add_if(place, one.sha256, place) for place in one.places)

    def _add_moved(self, one: Named, live: Named | None) -> bool:
        """Add a file from where it is now, under the name that it had."""
        if self._add_named(one):
            return True
        if live is None:
            return False
        sha256 = one.sha256 or live.sha256
        if any(self._add_if(place, sha256, one.places[0]) for place in live.places):
            return True
        # A person has changed it: it is saved as it is.
        return live.places == one.places and self._add(one.places[0], report=False)

    def _add_found(self, pending: dict[Key, Named]) -> dict[Key, Named]:
        """Add what lies somewhere else under no row of its own; what is still missing.

        A person has dragged it, or it was put back into the inbox and is not claimed yet.
        """
        wanted = {one.sha256: key for key, one in pending.items() if one.sha256}
        for path in self._unsaved() if wanted else ():
            if (digest := digest_of(path)) not in wanted:
                continue
            key = wanted[digest]
            if self._add_if(path, digest, pending[key].places[0]):
                del wanted[digest]
                pending = {other: one for other, one in pending.items() if other != key}
        return pending

    def _add_waiting(
        self,
        path: Path,
        state: os.stat_result,
        dropped: Sequence[Path] = (),
        unsaved: Sequence[Path] = (),
    ) -> bool:
        """Add what waited in the inbox, from where it is now; False where it is not found.

        Args:
            path: in the inbox.
            state: of the file that waited: a later one may have its name.
            dropped: where scans are that were claimed there later.
            unsaved: other files.
        """
        for place in (path, *dropped, *unsaved):
            if (there := files.status(place)) is None:
                continue
            unchanged = (there.st_size, there.st_mtime_ns) == (state.st_size, state.st_mtime_ns)
            same = files.same_file(there, state)
            # In the inbox it may still be written to; a copy on another disk is another file.
            if (same and (unchanged or place == path)) or (unchanged and place in dropped):
                return self._add(place, self._naming.name_of(path), report=False)
        return False

    def _unsaved(self) -> list[Path]:
        """Files in the folders of scans that are not in the archive."""
        saved = set[Path]().union(*self._hashes.values())
        return [path for name in WITH_FILES for path in self._list(name)[0] if path not in saved]

    def _add_if(self, place: Path, sha256: str, as_place: Path) -> bool:
        """Add the file at ``place`` if it has these bytes; ``as_place`` gives its name."""
        if self._naming.name_of(as_place) in self.archive.members:
            return True  # of two rows at one place
        return self._add(place, self._naming.name_of(as_place), report=False, sha256=sha256)

    def _add_strangers(self, known: set[Path], look: Callable[[], Names]) -> None:
        """Add what no row names. What the ledger names by now is no stranger: it came later."""
        found = [
            path
            for name in WITH_FILES
            if name != "inbox"
            for path in self._list(name)[0]
            if path not in known
        ]
        live = look().places  # after the listing: each file is named before it appears
        for path in found:
            if path not in live and self._naming.name_of(path) not in self.archive.members:
                self._add(path, stranger=True)

    def _add(
        self,
        path: Path,
        name: str = "",
        *,
        report: bool = True,
        sha256: str = "",
        stranger: bool = False,
    ) -> bool:
        """Add a file; False, and reported if so wished, where that cannot be done.

        Args:
            path: absolute.
            name: in the archive; else by its place.
            report: whether it belongs to the backup: that it is not in it is then said.
            sha256: which bytes it must have; empty for any.
            stranger: it is left out if a scan that is saved has left its place: a person is just
                dragging that.
        """
        try:
            fd = open_regular(path)
        except OSError as error:
            if report and not files.is_no_file(error):
                self._report(path, error)
            return False
        name = name or self._naming.name_of(path)
        if self._is_secret(fd):
            os.close(fd)
            return True
        try:
            if sha256 and files.sha256_of(fd) != sha256:
                return False
            if stranger and self._is_dragged(path, files.sha256_of(fd)):
                return False
            if not fits(name):
                self._left_out.append(LeftOut(place=self._shown(path), reason=_TOO_DEEP))
                return True
            self.archive.add_file(name, fd)
        except ChangedError:
            reason = "was written to while it was copied"
            self._left_out.append(LeftOut(place=self._shown(path), reason=reason))
            return True
        finally:
            os.close(fd)
        self._hashes.setdefault(self.archive.members[name].sha256, set()).add(path)
        self._advance()
        return True

    def _is_secret(self, fd: int) -> bool:
        """Whether this is the file that is left out, under whatever name."""
        try:
            return self.secret is not None and os.path.samestat(os.stat(self.secret), os.fstat(fd))
        except OSError:
            return False

    def _is_dragged(self, path: Path, sha256: str) -> bool:
        """Whether a scan that is saved already has come to this path meanwhile."""
        saved = self._hashes.get(sha256, ())
        return any(one == path or not os.path.lexists(one) for one in saved)

    @contextmanager
    def _live(self) -> Iterator[Callable[[], Names]]:
        """The ledger as it is now."""
        with closing(Database.open_existing(self.home.database)) as database:
            yield lambda: names_in(database, self.home)

    def _leave_out(self, key: Key, one: Named) -> None:
        """Report what is nowhere, unless a person is just dragging it: then it is a stranger."""
        if one.sha256 and one.sha256 in self._hashes:
            return
        reason = "is not there"
        for place in one.places:
            try:
                os.close(open_regular(place))
                reason = "has other bytes than the ledger says"
            except OSError as error:
                if not files.is_no_file(error):
                    reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
        self._left_out.append(
            LeftOut(place=self._shown(one.places[0]), scan_id=key[0], reason=reason)
        )

    def _shown(self, path: Path) -> str:
        return displayable(self.home.relative(path))
