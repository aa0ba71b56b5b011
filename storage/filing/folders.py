"""Moving whole folders, so that nothing is overwritten and nothing lost."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import tempfile
from pathlib import Path
from typing import Final

from config.links import open_regular
from storage.filing import files, noreplace
from storage.filing.names import Names, next_name
from storage.filing.refusals import other_name

_UNSUPPORTED: Final = frozenset({errno.EINVAL, errno.ENOSYS, errno.EOPNOTSUPP, errno.ENOTSUP})


def rename_folder(source: Path, target: Path) -> None:
    """Give a folder another name on its file system, without replacing anything.

    By ``renameat2(RENAME_NOREPLACE)``. NFS, some FUSE mounts and old kernels have not that; there
    a plain ``rename(2)`` serves: of folders it replaces none but an empty one, which holds nothing
    that could be lost. No name is reserved before, as it is for files: an empty folder at the
    target would be taken for a detector, or a class.

    Raises:
        OSError: EEXIST when ``target`` is taken; EXDEV across file systems, and for a folder of an
            overlay's lower layer.
    """
    try:
        noreplace.rename_without_replacing(source, target)
    except OSError as error:
        if error.errno not in _UNSUPPORTED or not stat.S_ISDIR(source.lstat().st_mode):
            raise
        _rename_plainly(source, target)


def _rename_plainly(source: Path, target: Path) -> None:
    taken = FileExistsError(errno.EEXIST, os.strerror(errno.EEXIST), os.fspath(target))
    if os.path.lexists(target):
        raise taken
    try:
        os.rename(source, target)
    except OSError:
        if os.path.lexists(target):  # somebody was faster
            raise taken from None
        raise


def sync_tree(folder: Path) -> None:
    """Make a folder durable with everything below it; links are not followed."""
    for one in (*folder.rglob("*"), folder):
        if one.is_symlink():
            continue
        descriptor = os.open(one, os.O_RDONLY | os.O_CLOEXEC)
        try:
            files.fsync(descriptor)
        finally:
            os.close(descriptor)


def set_folder_aside(folder: Path, into: Path) -> Path:
    """Move a folder into another one, which is made when missing; where it lies now.

    Args:
        folder: absolute.
        into: absolute; it may lie on another disk.

    Raises:
        OSError: it cannot be moved; it stays where it is.
    """
    files.make_durable_folders(into)
    place = Names().free(into, folder.name)
    try:
        place = _renamed(folder, place)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        place = _copied(folder, place)
    files.fsync_folder(into)
    files.fsync_folder(folder.parent)
    return place


def _renamed(folder: Path, place: Path) -> Path:
    while True:
        try:
            rename_folder(folder, place)
        except FileExistsError:
            place = next_name(place)
        except OSError as error:
            other = other_name(place, error)
            if other is None:
                raise
            place = other
        else:
            return place


def _copied(folder: Path, place: Path) -> Path:
    """To another disk: a copy that is whole and durable; only then does the original go."""
    part = Path(tempfile.mkdtemp(prefix=files.OURS, suffix=".part", dir=place.parent))
    try:
        shutil.copytree(folder, part, symlinks=True, dirs_exist_ok=True, copy_function=_copy_file)
        for one in (part, *(one for one in part.rglob("*") if not one.is_symlink())):
            if one.is_dir() and (mode := stat.S_IMODE(one.stat().st_mode)) & ~0o777:
                one.chmod(mode & 0o777)
        sync_tree(part)
        place = _renamed(part, place)
        # Before the original goes: a power cut may undo the rename, and not the removal.
        try:
            files.fsync_folder(place.parent)
        except OSError:
            shutil.rmtree(place, ignore_errors=True)
            raise
    finally:
        shutil.rmtree(part, ignore_errors=True)
    # Under another name first: nobody takes half a folder for a whole one.
    going = folder.with_name(f"{files.OURS}{os.getpid()}.part")
    try:
        os.rename(folder, going)
    except OSError as error:
        # An overlay's lower folder has no other name: its files go in place.
        if error.errno != errno.EXDEV:
            shutil.rmtree(place, ignore_errors=True)
            raise
        going = folder
    shutil.rmtree(going)
    return place


def _copy_file(source: str, target: str) -> None:
    """What `shutil.copy2` does, without set-uid bits and extended attributes, and durably."""
    from_fd = open_regular(Path(source))
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        to_fd = os.open(target, flags, 0o600)
        try:
            files.copy_open(from_fd, to_fd)
        finally:
            os.close(to_fd)
    finally:
        os.close(from_fd)
