"""What goes into a backup, and from where: files go on moving while they are copied.

The archive is of one moment: that of the snapshot of the ledger. A file that is no longer where the
snapshot names it is looked for where the ledger names it now, and put into the archive at its place
of that moment. What arrived later is left out.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from config.home import Home
from service.desk.backup.archive import Archive, ChangedError
from service.desk.backup.manifest import (
    ELSEWHERE,
    FORMAT,
    LEDGER,
    MANIFEST,
    SETTINGS,
    Folder,
    LeftOut,
    Manifest,
    escaped,
)
from service.desk.backup.named import Key, Named, Names, listing, names_in
from service.version import VERSION
from storage.database import Database
from storage.filing import files
from storage.records import displayable
from storage.tables import HEAD

ROUNDS: Final = 5
"""Looks for files that move while they are looked for."""
_PAUSE = 0.2  # seconds between them
_ALWAYS: Final = ("support", "detectors", "removed")
_WITH_FILES: Final = (
    "inbox", "sorted", "review", "failed", "duplicates", "originals", "trash",
)  # fmt: skip

Progress = Callable[[int], AbstractContextManager[Callable[[], None]]]
"""Given how many files there are, yields what is called after each."""


def folders_of(home: Home) -> dict[str, Path]:
    """Every folder of a home that is saved, by its name."""
    more = {name: home.root / name for name in ("detectors", "removed", "originals", "trash")}
    return {**home.scan_folders, **more}


@dataclass
class Contents:
    """Puts a home into an archive.

    Args:
        home: whose ledger is at the newest migration.
        archive: still empty.
        with_files: also every scan.
        created_at: UTC ISO 8601: the moment of the snapshot.
    """

    home: Home
    archive: Archive
    with_files: bool
    created_at: str
    _inbox: list[Path] = field(init=False)
    _left_out: list[LeftOut] = field(default_factory=list)
    _folders: dict[str, Folder] = field(default_factory=dict)
    _names: dict[Path, str] = field(default_factory=dict)
    _hashes: dict[str, set[Path]] = field(default_factory=dict)
    _advance: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        """Take note of what waits in the inbox: before the snapshot, or it would be in neither."""
        self._inbox = self._list("inbox")[0] if self.with_files else []

    def save(
        self, ledger: Path, settings: str, progress: Progress, *, with_secrets: bool
    ) -> Manifest:
        """Put everything into the archive; ``ledger`` is the snapshot of it."""
        inbox = self._inbox
        with closing(Database(ledger)) as database:
            names = names_in(database, self.home)
            with database.read() as connection:
                scans = connection.exec_driver_sql("SELECT count(*) FROM scans").scalar_one()
        self._name_folders()
        trees = {name: self._list(name) for name in _ALWAYS}
        total = 2 + sum(len(found) for found, _ in trees.values())
        total += len(names.files) + len(inbox) if self.with_files else 0
        with progress(total) as self._advance:
            self.archive.add_text(SETTINGS, settings)
            self._add(ledger, LEDGER)
            for found, folders in trees.values():
                for folder in folders:
                    self.archive.add_folder(self._name_of(folder))
                for path in found:
                    self._add(path)
            if self.with_files:
                self._save_scans(names, inbox)
        return Manifest(
            format=FORMAT, version=VERSION, revision=HEAD, created_at=self.created_at, scans=scans,
            with_files=self.with_files, with_secrets=with_secrets,
            home=escaped(os.fspath(self.home.root)), folders=self._folders,
            members={escaped(name): one for name, one in self.archive.members.items()},
            left_out=tuple(self._left_out),
        )  # fmt: skip

    def _list(self, name: str) -> tuple[list[Path], list[Path]]:
        return listing(folders_of(self.home)[name], self._closed)

    def _closed(self, error: OSError) -> None:
        """A folder that cannot be looked into; one that is not there holds nothing."""
        if error.errno not in files.NO_FILE:
            self._report(Path(os.fsdecode(error.filename)), error)

    def _report(self, path: Path, error: OSError) -> None:
        reason = (error.strerror or str(error)).lower()
        self._left_out.append(
            LeftOut(place=displayable(self.home.relative(path)), reason=f"cannot be read: {reason}")
        )

    def _save_scans(self, names: Names, inbox: list[Path]) -> None:
        pending = {key: one for key, one in names.files.items() if not self._add_named(one)}
        known = names.places
        waiting = [path for path in inbox if path not in known]
        waiting = [path for path in waiting if not self._add(path, report=False)]
        with self._live() as look:
            for number in range(ROUNDS):
                if not pending and not waiting:
                    break
                if number:
                    threading.Event().wait(_PAUSE)
                live = look()
                waiting = [
                    path for path in waiting
                    if not self._add_dropped(path, live.dropped_at(path, after=names.newest))
                ]  # fmt: skip
                pending = {
                    key: one for key, one in pending.items()
                    if not self._add_moved(one, live.files.get(key))
                }  # fmt: skip
            self._add_strangers(known, look)
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

    def _add_dropped(self, path: Path, live: Named | None) -> bool:
        """Add what waited in the inbox, from where it is now; what was taken away is done with."""
        if live is None:
            return not os.path.lexists(path) or self._add(path, report=False)
        return any(self._add_if(place, live.sha256, path) for place in live.places)

    def _add_if(self, place: Path, sha256: str, as_place: Path) -> bool:
        """Add the file at ``place`` if it has these bytes; ``as_place`` gives its name."""
        if self._name_of(as_place) in self.archive.members:
            return True  # of two rows at one place
        return self._add(place, self._name_of(as_place), report=False, sha256=sha256)

    def _add_strangers(self, known: set[Path], look: Callable[[], Names]) -> None:
        """Add what no row names. What the ledger names by now is no stranger: it came later."""
        found = [
            path
            for name in _WITH_FILES
            if name != "inbox"
            for path in self._list(name)[0]
            if path not in known
        ]
        live = look().places  # after the listing: each file is named before it appears
        for path in found:
            if path not in live and self._name_of(path) not in self.archive.members:
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
            fd = files.open_regular(path)
        except OSError as error:
            if report and error.errno not in files.NO_FILE:
                self._report(path, error)
            return False
        name = name or self._name_of(path)
        try:
            if sha256 and files.sha256_of(fd) != sha256:
                return False
            if stranger and self._is_dragged(files.sha256_of(fd)):
                return False
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

    def _is_dragged(self, sha256: str) -> bool:
        return any(not os.path.lexists(path) for path in self._hashes.get(sha256, ()))

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
                os.close(files.open_regular(place))
                reason = "has other bytes than the ledger says"
            except OSError as error:
                if error.errno not in files.NO_FILE:
                    reason = f"cannot be read: {(error.strerror or str(error)).lower()}"
        self._left_out.append(
            LeftOut(place=self._shown(one.places[0]), scan_id=key[0], reason=reason)
        )

    def _name_folders(self) -> None:
        """Give each folder its name in the archive: that in the home, or a free one beside it."""
        found = folders_of(self.home)
        root = self.home.root
        taken = {place.relative_to(root).parts[0] for place in found.values() if _in(root, place)}
        taken |= {SETTINGS, LEDGER, MANIFEST, "cache"}
        for name, place in {**found, ELSEWHERE: Path("/")}.items():
            inside = _in(root, place)
            relative = os.fspath(place.relative_to(root)) if inside else name
            while not inside and relative in taken:
                relative += "-saved"
            taken.add(relative)
            self._names[place] = relative
            self._folders[name] = Folder(
                at=escaped(os.fspath(place)), name=escaped(relative), outside=not inside,
                saved=name in _ALWAYS or self.with_files,
            )  # fmt: skip

    def _name_of(self, path: Path) -> str:
        """The path in the archive of a file in one of the folders."""
        folder = next(one for one in self._names if path.is_relative_to(one))
        if folder == Path("/") and _in(self.home.root, path):
            return os.fspath(path.relative_to(self.home.root))
        inner = os.fspath(path.relative_to(folder))
        return self._names[folder] if inner == "." else f"{self._names[folder]}/{inner}"

    def _shown(self, path: Path) -> str:
        return displayable(self.home.relative(path))


def _in(root: Path, place: Path) -> bool:
    return place != root and place.is_relative_to(root)
