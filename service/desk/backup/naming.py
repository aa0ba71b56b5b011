"""Where a home's folders are, and what they are called in an archive."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

from config.home import Home
from service.desk.backup.manifest import ELSEWHERE, LEDGER, MANIFEST, SETTINGS, Folder, escaped

ALWAYS: Final = ("support", "detectors", "removed")
WITH_FILES: Final = (
    "inbox", "sorted", "review", "failed", "duplicates", "originals", "trash",
)  # fmt: skip


def folders_of(home: Home) -> dict[str, Path]:
    """Every folder of a home that is saved, by its name."""
    more = {name: home.root / name for name in ("detectors", "removed", "originals", "trash")}
    return {**home.scan_folders, **more}


class Naming:
    """Gives each folder its name in the archive: that in the home, or a free one beside it.

    Attributes:
        folders: as the manifest describes them.
    """

    def __init__(self, home: Home, *, with_files: bool) -> None:
        self.folders: dict[str, Folder] = {}
        self._root = root = home.root
        self._names: dict[Path, str] = {}
        found = folders_of(home)
        taken = {place.relative_to(root).parts[0] for place in found.values() if _in(root, place)}
        taken |= {SETTINGS, LEDGER, MANIFEST, "cache"}
        for name, place in {**found, ELSEWHERE: Path("/")}.items():
            inside = _in(root, place)
            relative = os.fspath(place.relative_to(root)) if inside else name
            while not inside and relative in taken:
                relative += "-saved"
            taken.add(relative)
            self._names[place] = relative
            self.folders[name] = Folder(
                at=escaped(os.fspath(place)), name=escaped(relative), outside=not inside,
                saved=name in ALWAYS or with_files,
            )  # fmt: skip

    def name_of(self, path: Path) -> str:
        """The path in the archive of a file in one of the folders."""
        folder = next(one for one in self._names if path.is_relative_to(one))
        if folder == Path("/") and _in(self._root, path):
            return os.fspath(path.relative_to(self._root))
        inner = os.fspath(path.relative_to(folder))
        return self._names[folder] if inner == "." else f"{self._names[folder]}/{inner}"


def _in(root: Path, place: Path) -> bool:
    return place != root and place.is_relative_to(root)
