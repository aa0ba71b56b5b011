"""Single steps on files, each safe by itself: sync, hash, copy, publish without replacing."""

from __future__ import annotations

import ctypes
import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from typing import Final

import structlog

from config.interrupting import checkpoint
from storage.filing.names import LONGEST
from storage.records import FileIdentity

OURS: Final = ".pigeonhole-"
"""Begins the hidden names of what is not yet, or no longer, at its place."""

LINKS_REFUSED: Final = frozenset(
    {errno.EPERM, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS, errno.EMLINK, errno.EXDEV}
)
"""A hard link cannot be made there: other file system, other owner, exFAT, too many, …."""

NO_SUCH_NAME: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EILSEQ, errno.ENAMETOOLONG})
"""Nothing has that name, or nothing can: NTFS and exFAT look for no bytes that are not UTF-8."""

NO_FILE: Final = NO_SUCH_NAME | {errno.ELOOP, errno.EINVAL, errno.ENXIO}
"""What ``open_regular`` says of nothing, a symbolic link, a folder, a pipe, a socket."""

COPIED_MODE: Final = 0o666
"""The most that a copy takes over of a file's mode."""

_CHUNK = 1 << 20
_TO_READ = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_NO_SYNC = frozenset({errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS})
_AT_FDCWD: Final = -100
_RENAME_NOREPLACE: Final = 1  # renameat2(2)

log = structlog.get_logger(__name__)


def open_regular(path: Path) -> int:
    """A descriptor to read ``path``, which must be a regular file; nothing is waited for.

    Raises:
        OSError: it is not there (ENOENT), is a link (ELOOP), or no regular file (EINVAL).
    """
    fd = os.open(path, _TO_READ)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))


@contextmanager
def _naming(fd: int) -> Iterator[None]:
    """Have an error of an open file name that file, as errors of paths do."""
    try:
        yield
    except OSError as error:
        if not isinstance(error.filename, str | bytes):  # of some calls it is the descriptor
            error.filename = None
            with suppress(OSError):
                error.filename = os.readlink(f"/proc/self/fd/{fd}")
        raise


def _read(fd: int) -> bytes:
    with _naming(fd):
        return os.read(fd, _CHUNK)


def sha256_of(fd: int) -> str:
    """The SHA-256 of what the descriptor holds, from its start; 64 hexadecimal digits.

    Raises:
        InterruptedWork: see `config.interrupting`; so do those who call this.
    """
    os.lseek(fd, 0, os.SEEK_SET)
    digest = hashlib.sha256()
    while chunk := _read(fd):
        digest.update(chunk)
        checkpoint()
    return digest.hexdigest()


def begins_with(path: Path, sha256: str, size: int) -> bool:
    """Whether the first ``size`` bytes of a regular file hash to ``sha256``; False if unreadable."""
    try:
        fd = open_regular(path)
    except OSError:
        return False
    digest, left = hashlib.sha256(), size
    try:
        while left and (chunk := os.read(fd, min(left, _CHUNK))):
            digest.update(chunk)
            left -= len(chunk)
    except OSError:
        return False
    finally:
        os.close(fd)
    return left == 0 and digest.hexdigest() == sha256


def identity_at(path: Path, size: int) -> FileIdentity | None:
    """How a regular file of ``size`` bytes looks; None where none is."""
    try:
        state = os.lstat(path)
    except OSError:
        return None
    same = stat.S_ISREG(state.st_mode) and state.st_size == size
    return FileIdentity.of(state) if same else None


def holds(path: Path, sha256: str, size: int) -> bool:
    """Whether a regular file stands at ``path`` with exactly these bytes.

    Raises:
        OSError: it is there and cannot be read.
    """
    try:
        fd = open_regular(path)
    except OSError as error:
        if error.errno in NO_FILE:
            return False
        raise
    try:
        return os.fstat(fd).st_size == size and sha256_of(fd) == sha256
    finally:
        os.close(fd)


def status(path: Path) -> os.stat_result | None:
    """``lstat``, or None where nothing is."""
    try:
        return os.lstat(path)
    except OSError as error:
        if error.errno in NO_SUCH_NAME:
            return None
        raise


def same_file(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether two names lead to one file."""
    return (one.st_dev, one.st_ino) == (other.st_dev, other.st_ino)


def unchanged(one: os.stat_result, other: os.stat_result) -> bool:
    """Whether it is one file, as it was."""
    return same_file(one, other) and (one.st_size, one.st_mtime_ns) == (
        other.st_size,
        other.st_mtime_ns,
    )


def fsync(fd: int) -> None:
    """``os.fsync``; a mount that does not support it is tolerated, and named in the log once."""
    try:
        with _naming(fd):
            os.fsync(fd)
    except OSError as error:
        if error.errno not in _NO_SYNC:
            raise
        _tell_once(os.fstat(fd).st_dev, error.errno)


def fsync_folder(folder: Path) -> None:
    """Make the names in ``folder`` durable. One that may be written but not read is tolerated."""
    try:
        fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    except PermissionError:
        _tell_once(os.stat(folder).st_dev, errno.EACCES)
        return
    try:
        fsync(fd)
    finally:
        os.close(fd)


@cache
def _tell_once(device: int, number: int) -> None:
    log.warning("fsync_unsupported", device=device, reason=os.strerror(number))


def make_folders(folder: Path) -> list[Path]:
    """Make ``folder`` with its parents; the folders made, outermost first."""
    if folder.is_dir():
        return []
    made = make_folders(folder.parent)
    try:
        folder.mkdir()
    except FileExistsError:
        if not folder.is_dir():
            raise NotADirectoryError(errno.ENOTDIR, "not a folder", os.fspath(folder)) from None
        return made
    return [*made, folder]


def make_durable_folders(folder: Path) -> list[Path]:
    """Make ``folder`` with its parents and sync their names; the folders made, outermost first.

    The name of a folder that exists is synced, too: whoever made it may have died before.
    """
    made = make_folders(folder)
    for parent in {folder.parent, *(one.parent for one in made)}:
        fsync_folder(parent)
    return made


def copy_to_part(source: int, part: Path, sha256: str) -> None:
    """Copy an open file to ``part``, durable and verified; see `copy_open` for what is kept.

    Raises:
        OSError: it cannot be written, or (EIO) what was written does not have this ``sha256``.
            Nothing is left behind.
    """
    part.unlink(missing_ok=True)
    fd = os.open(part, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    try:
        copy_open(source, fd)
        same = sha256_of(fd) == sha256
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)
    if not same:
        part.unlink(missing_ok=True)
        raise OSError(errno.EIO, "the copy differs from the file", os.fspath(part))


def copy_open(source: int, target: int) -> None:
    """Copy the bytes of an open file to another, durably; mtime, and who may read and write it.

    Set-uid, set-gid and the permission to execute are not copied: the copy belongs to the user of
    the service, and whoever may drop files would get a program that runs as that user. Neither are
    extended attributes, which may hold capabilities(7). A linked or renamed file needs no such
    care: it is the same inode and keeps its owner.
    """
    os.lseek(source, 0, os.SEEK_SET)
    while chunk := _read(source):
        view = memoryview(chunk)
        with _naming(target):
            while view:
                view = view[os.write(target, view) :]
        checkpoint()
    seen = os.fstat(source)
    try:
        os.fchmod(target, seen.st_mode & COPIED_MODE)
    except OSError as error:
        # exFAT and shares have no modes; the bytes matter more.
        if error.errno not in {errno.EPERM, *_NO_SYNC}:
            raise
    with _naming(target):
        os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    fsync(target)


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
        fsync_folder(marker.parent)
    try:
        rename_without_replacing(part, target)
        published = True
    except FileExistsError:
        published = False
    except OSError as error:
        if error.errno not in {errno.EINVAL, *_NO_SYNC}:
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
    mine, there = reserve(target), status(target)
    if mine is None or there is None or (there.st_ino, there.st_size) != (mine.st_ino, 0):
        return False
    os.rename(part, target)
    return True


def is_reservation(target: Path) -> bool:
    """Whether an empty file of this user stands there, as `publish` makes one to rename over.

    It is that one only while the ``marker`` of `publish` stands.
    """
    there = status(target)
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
