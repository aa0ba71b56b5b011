"""Single steps on files, each safe by itself: sync, hash, copy, publish without replacing."""

from __future__ import annotations

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

from config.interrupting import raise_if_interrupted
from config.links import ForeignLinkError, lstat, open_regular
from storage.filing import sparse
from storage.records import FileIdentity

OURS: Final = ".pigeonhole-"
"""Begins the hidden names of what is not yet, or no longer, at its place."""

NO_SUCH_NAME: Final = frozenset({errno.ENOENT, errno.ENOTDIR, errno.EILSEQ, errno.ENAMETOOLONG})
"""Nothing has that name, or nothing can: NTFS and exFAT look for no bytes that are not UTF-8."""

_NO_FILE = NO_SUCH_NAME | {errno.ELOOP, errno.EINVAL, errno.ENXIO}

COPIED_MODE: Final = 0o666
"""The most that a copy takes over of a file's mode."""

_CHUNK = 1 << 20
NO_SYNC = frozenset({errno.EINVAL, errno.EOPNOTSUPP, errno.ENOTSUP, errno.ENOSYS})

log = structlog.get_logger(__name__)


def is_no_file(error: OSError) -> bool:
    """Whether `open_regular` found nothing, a symbolic link, a folder, a pipe or a socket."""
    return error.errno in _NO_FILE and not isinstance(error, ForeignLinkError)


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


def _read(fd: int, most: int = _CHUNK) -> bytes:
    with _naming(fd):
        return os.read(fd, most)


def sha256_of(fd: int) -> str:
    """The SHA-256 of what the descriptor holds, from its start; 64 hexadecimal digits.

    Raises:
        InterruptedWork: see `config.interrupting`; so do those who call this.
    """
    os.lseek(fd, 0, os.SEEK_SET)
    digest = hashlib.sha256()
    while chunk := _read(fd):
        digest.update(chunk)
        raise_if_interrupted()
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
        state = lstat(path)
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
        if is_no_file(error):
            return False
        raise
    try:
        return os.fstat(fd).st_size == size and sha256_of(fd) == sha256
    finally:
        os.close(fd)


def status(path: Path) -> os.stat_result | None:
    """`config.links.lstat`, or None where nothing is."""
    try:
        return lstat(path)
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
        if error.errno not in NO_SYNC:
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
    missing, made = list[Path](), list[Path]()
    while not os.path.isdir(folder) and folder != folder.parent:
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        try:
            one.mkdir()
        except FileExistsError:
            if not os.path.isdir(one):
                raise NotADirectoryError(errno.ENOTDIR, "not a folder", os.fspath(one)) from None
        else:
            made.append(one)
    return made


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
        with _naming(fd):
            sparse.require_room(source, fd)
        copy_open(source, fd, keep_holes=True)
        same = sha256_of(fd) == sha256
    except BaseException:
        part.unlink(missing_ok=True)
        raise
    finally:
        os.close(fd)
    if not same:
        part.unlink(missing_ok=True)
        raise OSError(errno.EIO, "the copy differs from the file", os.fspath(part))


def copy_open(source: int, target: int, *, keep_holes: bool = False) -> None:
    """Copy the bytes of an open file to another, durably; mtime, and who may read and write it.

    With ``keep_holes`` what was never written is not written to the copy either: use it where the
    copy is compared with a hash afterwards.

    Set-uid, set-gid and the permission to execute are not copied: the copy belongs to the user of
    the service, and whoever may drop files would get a program that runs as that user. Neither are
    extended attributes, which may hold capabilities(7). A linked or renamed file needs no such
    care: it is the same inode and keeps its owner.
    """
    if keep_holes:
        for start, end in sparse.data_ranges(source):
            _copy_range(source, target, start, end)
        with _naming(target):
            os.ftruncate(target, os.fstat(source).st_size)
    else:
        _copy_range(source, target, 0, None)
    seen = os.fstat(source)
    try:
        os.fchmod(target, seen.st_mode & COPIED_MODE)
    except OSError as error:
        # exFAT and shares have no modes; the bytes matter more.
        if error.errno not in {errno.EPERM, *NO_SYNC}:
            raise
    with _naming(target):
        os.utime(target, ns=(seen.st_atime_ns, seen.st_mtime_ns))
    fsync(target)


def _copy_range(source: int, target: int, start: int, end: int | None) -> None:
    """Copy from one offset to another, or to the end of the file."""
    os.lseek(source, start, os.SEEK_SET)
    os.lseek(target, start, os.SEEK_SET)
    while chunk := _read(source, _CHUNK if end is None else min(_CHUNK, end - start)):
        start += len(chunk)
        view = memoryview(chunk)
        with _naming(target):
            while view:
                view = view[os.write(target, view) :]
        raise_if_interrupted()
