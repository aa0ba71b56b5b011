"""Where a home is restored until it is whole: a hidden folder beside its place."""

from __future__ import annotations

import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from config.errors import HomeError
from config.links import WRITE_OF_OTHERS
from storage.filing import files
from storage.filing.names import LONGEST, fitted

_HIDDEN: Final = f"{files.OURS}restore-"
_RANDOM: Final = 8  # characters that `tempfile.mkdtemp` adds, of [a-z0-9_]
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def parents_of(root: Path) -> Iterator[None]:
    """Make the folder in which ``root`` is to be; what was made goes if the restore fails."""
    missing = [one for one in root.parents if not os.path.lexists(one)]
    try:
        root.parent.mkdir(parents=True, exist_ok=True)
        yield
        for folder in missing:
            files.fsync_folder(folder.parent)
    except BaseException:
        for folder in missing:
            try:
                folder.rmdir()
            except OSError:  # somebody uses it, or it was not made
                continue
        raise


@contextmanager
def hidden_folder(root: Path) -> Iterator[Path]:
    """An empty folder beside ``root``, made here and locked; whatever is left of it in the end goes.

    What a restore to ``root`` left there that was killed goes as well. A folder that was there
    before is never used: another user may have made it, to own what is unpacked.

    Raises:
        HomeError: another process restores to the same place.
    """
    prefix = fitted(f"{_HIDDEN}{root.name}", "-", LONGEST - _RANDOM)
    _remove_left_over(root, prefix)
    stage = Path(tempfile.mkdtemp(prefix=prefix, dir=root.parent))
    fd = os.open(stage, _FOLDER)
    try:
        if _lock(fd) is False:
            raise _busy(root)  # it removes what was not locked yet
        try:
            yield stage
        finally:
            _remove(fd, stage)  # once it has its final name there is none, or it is another's
    finally:
        os.close(fd)


def _remove_left_over(root: Path, prefix: str) -> None:
    """Remove the hidden folders of restores to ``root`` that were killed; no one else's.

    Raises:
        HomeError: one of them is in use.
    """
    hidden = re.compile(re.escape(prefix) + f"[a-z0-9_]{{{_RANDOM}}}")
    for name in os.listdir(root.parent):
        if not hidden.fullmatch(name):
            continue
        try:
            fd = os.open(root.parent / name, _FOLDER)
        except OSError:
            continue  # no folder, or another user's
        try:
            made = os.fstat(fd)
            if made.st_uid != os.geteuid() or made.st_mode & WRITE_OF_OTHERS:
                continue
            locked = _lock(fd)
            if locked is False:
                raise _busy(root)
            if locked:
                _remove(fd, root.parent / name)
        finally:
            os.close(fd)


def _busy(root: Path) -> HomeError:
    return HomeError(f"another process restores to {root}", "Wait until it has ended")


def _lock(fd: int) -> bool | None:
    """Whether the folder is locked now; None on a file system without locks."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove(fd: int, folder: Path) -> None:
    """Remove the open ``folder`` with what is in it, if it still has that name."""
    there = files.status(folder)
    if there is None or not files.same_file(os.fstat(fd), there):
        return
    for name in os.listdir(fd):
        if stat.S_ISDIR(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=fd)
        else:
            os.unlink(name, dir_fd=fd)
    folder.rmdir()
