"""Giving a file its name without replacing another: by a link, by ``renameat2``, or by a reservation."""

from __future__ import annotations

import ctypes
import errno
import os
import stat
from contextlib import suppress
from pathlib import Path
from typing import Final

from config.links import open_regular
from storage.filing import files
from storage.filing.names import LONGEST

LINKS_REFUSED: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
)
"""A hard link cannot be made there: other file system, other owner, exFAT, too many, …."""

_AT_FDCWD: Final = -100
_RENAME_NOREPLACE: Final = 1  # renameat2(2)


def publish(part: Path, target: Path, *, marker: Path | None = None) -> bool:
    """Give ``part`` the name ``target`` without replacing anything; False when it is taken.

    By a hard link, after which ``part`` still stands, and is the caller's to remove. Where the
    file system has no links, by ``renameat2(RENAME_NOREPLACE)``; where it has not that either,
    the name is first reserved with ``O_EXCL`` and the reservation renamed over. Either way
    ``part`` is then gone, and ``marker``, made before, tells that it went this way: it
    holds the target's name, and is the caller's to remove.
    """
    try:
        os.link(part, target, follow_symlinks=False)
    except FileExistsError:
        return False
    except OSError as error:
        if error.errno not in LINKS_REFUSED:
            raise
    else:
        return True
    if marker is not None:
        _mark(marker, target.name)
        files.fsync_folder(marker.parent)
    try:
        rename_without_replacing(part, target)
        published = True
    except FileExistsError:
        published = False
    except OSError as error:
        if error.errno not in {errno.EINVAL, *files.NO_SYNC}:
            raise
        published = _rename_over_reservation(part, target)
    if marker is not None and not published:
        marker.unlink()
    return published


def _mark(marker: Path, name: str) -> None:
    with suppress(FileNotFoundError):
        os.unlink(marker)
    # Whoever may write there can guess the name: what a link of theirs leads to is left alone.
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    fd = os.open(marker, flags, 0o600)
    try:
        os.write(fd, os.fsencode(name))
        files.fsync(fd)
    finally:
        os.close(fd)


def reserved_by(marker: Path) -> Path | None:
    """The empty file that a `publish` which was cut short has left; None where there is none."""
    try:
        fd = open_regular(marker)
    except OSError:
        return None
    try:
        name = os.fsdecode(os.read(fd, LONGEST))
    finally:
        os.close(fd)
    if name in {"", ".", ".."} or {"/", "\0"} & set(name):
        return None
    target = marker.with_name(name)
    return target if is_reservation(target) else None


def rename_without_replacing(source: Path, target: Path) -> None:
    """``renameat2(2)`` with ``RENAME_NOREPLACE``, which Python does not offer.

    Raises:
        OSError: EEXIST when ``target`` exists; EINVAL or ENOSYS where it is not supported.
    """
    try:
        renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    except AttributeError:
        raise OSError(errno.ENOSYS, os.strerror(errno.ENOSYS)) from None
    done = renameat2(
        ctypes.c_int(_AT_FDCWD), os.fsencode(source),
        ctypes.c_int(_AT_FDCWD), os.fsencode(target),
        ctypes.c_uint(_RENAME_NOREPLACE),
    )  # fmt: skip
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), os.fspath(source), None, os.fspath(target))


def _rename_over_reservation(part: Path, target: Path) -> bool:
    mine, there = reserve(target), files.status(target)
    if mine is None or there is None or (there.st_ino, there.st_size) != (mine.st_ino, 0):
        return False
    os.rename(part, target)
    return True


def is_reservation(target: Path) -> bool:
    """Whether an empty file of this user stands there, as `publish` makes one to rename over.

    It is that one only while the ``marker`` of `publish` stands.
    """
    there = files.status(target)
    if there is None or not stat.S_ISREG(there.st_mode):
        return False
    return there.st_size == 0 and there.st_uid == os.geteuid()


def reserve(target: Path) -> os.stat_result | None:
    """Take the name ``target`` with an empty file; None when it is taken."""
    try:
        fd = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
    except FileExistsError:
        return None
    try:
        return os.fstat(fd)
    finally:
        os.close(fd)
