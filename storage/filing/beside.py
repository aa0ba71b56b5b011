"""Files that are made of a scan and stand beside it: whole or not at all, never over another.

They can be made again, so they have no journal of their own: who writes one commits its place and its
bytes first, and takes away only what still has these bytes.
"""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from config.links import held
from storage.filing import files, noreplace
from storage.filing.leaving import settle, take_away
from storage.records import Move


def put_beside(data: bytes, target: Path, mark: str) -> bool:
    """Write ``data`` as the file ``target``, durably; False where the name is taken.

    Args:
        data: the whole file.
        target: absolute, in a folder that exists.
        mark: tells what is written from all else that is written there: it names the hidden part,
            which the next call, or `clear_part`, takes away if a process dies.

    Raises:
        OSError: it cannot be written. Nothing is left behind.
    """
    with held(target.parent) as folder:
        return _put(data, folder / target.name, mark)


def _put(data: bytes, target: Path, mark: str) -> bool:
    part = _part(target, mark)
    clear_part(target, mark)
    try:
        fd = os.open(
            part, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o666
        )
        try:
            view = memoryview(data)
            while view:
                view = view[os.write(fd, view) :]
            files.fsync(fd)
        finally:
            os.close(fd)
        published = noreplace.publish(part, target, marker=_marker(target, mark))
        if files.status(_marker(target, mark)) is not None:
            files.fsync_folder(target.parent)  # until then the marker is needed
    finally:
        with suppress(OSError):  # hidden, and the next call takes it away
            clear_part(target, mark)
    if published:
        files.fsync_folder(target.parent)
    return published


def clear_part(target: Path, mark: str) -> None:
    """Take away what a process that died while it wrote ``target`` left."""
    marker = _marker(target, mark)
    if (reserved := noreplace.reserved_by(marker)) is not None:
        os.unlink(reserved)
        files.fsync_folder(target.parent)  # before the marker goes
    if files.status(marker) is not None:
        os.unlink(marker)
    if files.status(_part(target, mark)) is not None:
        os.unlink(_part(target, mark))


def take_back(scan_id: int, place: Path, sha256: str, size: int) -> bool:
    """Take a file away that was put there; False where another has its name, or it was changed.

    True as well where nothing is there. May be called again after a crash.

    Raises:
        OSError: it cannot be taken away; it is there as it was.
    """
    try:
        with held(place.parent) as folder:
            return _take_back(scan_id, folder / place.name, sha256, size)
    except (FileNotFoundError, NotADirectoryError):
        return True


def _take_back(scan_id: int, place: Path, sha256: str, size: int) -> bool:
    # It goes the way of a source that is to go; all its bytes are is in the scan.
    move = Move(scan_id, place, place, sha256, size, "superseded")
    settle(move)
    there = files.status(place)
    if there is None:
        return True
    if not files.holds(place, sha256, size):
        return False
    with suppress(FileNotFoundError):
        if not take_away(move, there):
            return False
    files.fsync_folder(place.parent)
    return True


def _marker(target: Path, mark: str) -> Path:
    return _part(target, mark).with_suffix(".renamed")


def _part(target: Path, mark: str) -> Path:
    return target.with_name(f"{files.OURS}{mark}.part")
