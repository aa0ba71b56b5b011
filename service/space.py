"""Room on the disks: how much there is, and when there is too little to begin anything."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterable
from pathlib import Path
from typing import Final

from storage.filing.sparse import allocated

LEAST: Final = 32 << 20
"""Bytes under which nothing is begun: the write-ahead log and a page for Tesseract need room.
Where the whole file system is small, a twentieth of it."""
FULL: Final = frozenset({errno.ENOSPC, errno.EDQUOT})
"""What the system says when there is no room, or none for this user."""


def shortage(folders: Iterable[Path]) -> str:
    """The first of ``folders`` that lies on a disk without room, in words; empty if none does.

    A folder that cannot be asked, or a mount that does not count its blocks, is passed over.
    """
    for folder in folders:
        try:
            found = os.statvfs(folder)
        except OSError:
            continue
        free, whole = found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize
        if whole and free < min(LEAST, whole // 20):
            return f"the disk is full: {shown(free)} free at {folder}"
    return ""


def is_full(number: int, file: Path, folder: Path) -> bool:
    """Whether a disk is full that refused a file with this error number.

    It is not where there is room, and only this file is larger than all of it.
    """
    if number not in FULL:
        return False
    try:
        needed, disk = allocated(os.stat(file, follow_symlinks=False)), os.statvfs(folder)
    except OSError:
        return True  # it cannot be told
    return needed <= disk.f_bavail * disk.f_frsize or bool(shortage([folder]))


def shown(size: int) -> str:
    """Bytes for a person."""
    if size < 1 << 30:
        return f"{size / 2**20:.1f} MiB"
    return f"{size / 2**30:.1f} GiB"


def free_bytes(folders: dict[str, Path]) -> dict[str, int]:
    """Bytes that this user may still write, by the name of the first folder on each file system."""
    found: dict[int, tuple[str, int]] = {}
    for name, folder in folders.items():
        try:
            device, space = os.stat(folder).st_dev, os.statvfs(folder)
        except OSError:
            continue
        found.setdefault(device, (name, space.f_bavail * space.f_frsize))
    return dict(found.values())
