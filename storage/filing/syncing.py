"""Syncs of many files at once: a journalling file system takes those that wait in one commit.

One after the other they would each wait for a commit of its own, which on a busy or a slow disk
is most of the time that filing takes.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple, TypeVar

from config.links import open_regular
from storage.filing import files

T = TypeVar("T")

AT_ONCE = 16
"""Syncs that wait at the same time; more brought nothing."""


class Looks(NamedTuple):
    """A file as it was when it was synced; one that looks otherwise is to be synced again."""

    device: int
    inode: int
    size: int
    mtime_ns: int
    ctime_ns: int

    @classmethod
    def of(cls, state: os.stat_result) -> Looks:
        """What tells it from another, or from itself when more was written."""
        return cls(state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns)


def sync_files(paths: Iterable[Path]) -> dict[Path, Looks]:
    """Sync regular files; how each looked. One that cannot be synced is left out."""
    found = _at_once(_sync_file, paths)
    return {path: looks for path, looks in found.items() if looks is not None}


def sync_folders(folders: Iterable[Path]) -> dict[Path, OSError]:
    """Make the names in folders durable; the errors of those that could not be."""
    found = _at_once(_sync_folder, folders)
    return {folder: error for folder, error in found.items() if error is not None}


def _sync_file(path: Path) -> Looks | None:
    try:
        fd = open_regular(path)
    except OSError:
        return None
    try:
        looks = Looks.of(os.fstat(fd))
        files.fsync(fd)
    except OSError:
        return None
    finally:
        os.close(fd)
    return looks


def _sync_folder(folder: Path) -> OSError | None:
    try:
        files.fsync_folder(folder)
    except OSError as error:
        return error
    return None


def _at_once(sync: Callable[[Path], T], paths: Iterable[Path]) -> dict[Path, T]:
    """What ``sync`` says of each path, asked from several threads where there are several."""
    wanted = sorted(set(paths))
    if len(wanted) < 2:
        return {path: sync(path) for path in wanted}
    with ThreadPoolExecutor(min(AT_ONCE, len(wanted))) as threads:
        return dict(zip(wanted, threads.map(sync, wanted), strict=True))
