"""The folders in which people move scans: which there are, what they stand for, whether they are there."""

from __future__ import annotations

import os
from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path

from config.errors import UsageError
from config.home import Home
from config.interrupting import raise_if_interrupted
from config.links import listed
from indexer.support import check_class_name
from indexer.verdict import UNKNOWN
from service.mounts import Mounted, numbers_files_anew


class Folders:
    """The folders of classes, of review, of failed scans and of copies.

    Args:
        home: whose.
        ignored: names to leave alone.
        mounts: what is there.
    """

    def __init__(self, home: Home, ignored: Callable[[str], bool], mounts: Mounted) -> None:
        self._mounts = mounts
        self._home = home
        self.ignored = ignored
        self.roots = (home.sorted, home.review, home.failed, home.duplicates)
        self._seen: dict[str, int] = {}
        self._devices: dict[Path, int] = {}
        self._renumbered: dict[Path, bool] = {}

    def holds(self, place: Path) -> bool:
        """Whether a file at ``place`` may be a scan: no name on the way is ignored."""
        root = self._root_of(place)
        return root is not None and not any(map(self.ignored, place.relative_to(root).parts))

    def holder_is_there(self, place: Path) -> bool:
        """Whether the folders that hold ``place`` are there; True for a place in none of the roots.

        Where a share is not mounted nobody deleted its files.
        """
        root = self._root_of(place)
        return root is None or (self._is_there(root) and self._mounts.ended(place.parent) is None)

    def numbers_anew(self, place: Path) -> bool:
        """Whether the file system at ``place`` may give a file another inode number by itself."""
        root = self._root_of(place)
        if root is None:
            return False
        if root not in self._renumbered:
            self._renumbered[root] = numbers_files_anew(root)
        return self._renumbered[root]

    def class_of(self, place: Path) -> str | None:
        """The class that the folder of ``place`` stands for; None if it stands for none."""
        root = self._root_of(place)
        if root == self._home.review:
            return UNKNOWN
        if root != self._home.sorted:
            return None
        inside = place.relative_to(root).parts
        if len(inside) < 2:
            return None
        try:
            check_class_name(inside[0])
        except UsageError:
            return None
        return inside[0]

    def look_into(
        self, top: str, compare: Callable[[Path, list[os.DirEntry[str]]], None]
    ) -> set[str]:
        """All folders from ``top`` down; what those hold in which something came or went is compared.

        Args:
            top: a folder.
            compare: given each that has changed since it was looked into last, and all that it holds.
        """
        found = set[str]()
        pending = [top]
        while pending:
            raise_if_interrupted()
            folder = pending.pop()
            found.add(folder)
            with ExitStack() as stack:
                try:
                    changed = os.stat(folder, follow_symlinks=False).st_mtime_ns
                    entries = stack.enter_context(listed(folder))
                    held = [one for one in entries if not self.ignored(one.name)]
                    inner = [one.name for one in held if one.is_dir(follow_symlinks=False)]
                except OSError:
                    continue  # it cannot be looked into now: nothing of it is missing
                pending += [os.path.join(folder, name) for name in inner]
                if self._seen.get(folder) != changed:
                    compare(Path(folder), held)
                    self._seen[folder] = changed
        return found

    def look_into_all(self, compare: Callable[[Path, list[os.DirEntry[str]]], None]) -> list[Path]:
        """The same of all roots; the folders that were there the last time and are gone.

        One below a root that is gone is none of them: that is a share that is not mounted.
        """
        self.look_for_mounts()
        there = [root for root in self.roots if self._is_there(root)]
        found = set[str]()
        for root in there:
            found |= self.look_into(os.fspath(root), compare)
        lost = [Path(folder) for folder in self._seen.keys() - found]
        for folder in lost:
            del self._seen[os.fspath(folder)]
        return [one for one in lost if any(one.is_relative_to(root) for root in there)]

    def look_for_mounts(self) -> None:
        """Take note of the mounts that there are now."""
        self._mounts.look()

    def _root_of(self, place: Path) -> Path | None:
        return next((root for root in self.roots if place.is_relative_to(root)), None)

    def _is_there(self, root: Path) -> bool:
        if self._mounts.overlap or self._mounts.ended(root) is not None:
            return False
        try:
            device = os.stat(root).st_dev
            known = self._devices.setdefault(root, device)
            if device != known:
                # Mounted over while this process runs; what is empty then holds none of its files.
                with listed(root) as entries:
                    if not entries:
                        return False
                self._devices[root] = device
                self._renumbered.pop(root, None)
        except OSError:
            return False
        return os.path.isdir(root)
