"""Symbolic links of other users: never followed, neither to read, nor to move, nor to write.

Who may write to ``sorted/`` could put a link in the place of a class's folder. The service would then
read, show, take away or write files wherever its own user may. Links of its user and of root are
followed, and so are links in folders that only these two may write to. This is what the kernel does in
sticky folders: see ``protected_symlinks`` in proc_sys_fs(5).

A path is resolved folder by folder, each opened relative to the one before, so that nothing can be
swapped between the look at a link and its use (``openat``, see openat(2)).
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Final

WRITE_OF_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
"""The bits of a mode by which more than its owner may write."""

_MOST_LINKS: Final = 40  # as the kernel: path_resolution(7)
_FOLDER: Final = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_LINK: Final = os.O_PATH | os.O_NOFOLLOW | os.O_CLOEXEC
_TO_READ: Final = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC
_OPENED: Final = "/proc/self/fd/"


class ForeignLinkError(OSError):
    """Another user made a symbolic link on the way: what lies behind it is left alone (ELOOP)."""

    def __init__(self, path: str) -> None:
        super().__init__(
            errno.ELOOP, "a symbolic link that another user made leads elsewhere", path
        )


def is_ours_alone(folder: os.stat_result) -> bool:
    """Whether nobody but this user, and root, can put anything into a folder."""
    return folder.st_uid in (0, os.geteuid()) and not folder.st_mode & WRITE_OF_OTHERS


def open_folder(folder: str | Path) -> int:
    """A descriptor of a folder (``O_PATH``), reached by no link of another user.

    Raises:
        ForeignLinkError: there is such a link.
        OSError: the folder cannot be reached.
    """
    path = os.fspath(folder)
    if path.startswith(_OPENED):  # opened by this very process: it leads to no path
        return os.open(path, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
    if (straight := _open_straight(path)) is not None:
        return straight
    way = "/" if path.startswith("/") else "."
    fd = os.open(way, _FOLDER)
    try:
        left = _parts(path)
        links = 0
        while left:
            part = left.pop()
            try:
                inner = os.open(part, _FOLDER, dir_fd=fd)
            except NotADirectoryError:
                links += 1
                if links > _MOST_LINKS:
                    raise OSError(errno.ELOOP, os.strerror(errno.ELOOP)) from None
                target = _target(fd, part, os.path.join(way, part))
                left += _parts(target)
                if not target.startswith("/"):
                    continue
                way, inner = "/", os.open("/", _FOLDER)
            else:
                way = os.path.join(way, part)
            os.close(fd)
            fd = inner
    except OSError as error:
        os.close(fd)
        if not isinstance(error, ForeignLinkError):
            error.filename = path
        raise
    return fd


@contextmanager
def listed(folder: str | Path) -> Iterator[list[os.DirEntry[str]]]:
    """What a folder holds, which is reached by no link of another user.

    The entries can be asked for what they are during the block alone; their ``path`` is a name.

    Raises:
        ForeignLinkError: there is such a link.
        OSError: the folder cannot be reached or listed.
    """
    with ExitStack() as stack:
        around = open_folder(folder)
        stack.callback(os.close, around)
        try:
            fd = os.open(".", os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC, dir_fd=around)
            stack.callback(os.close, fd)
            with os.scandir(fd) as entries:
                # All of them first: a bad disk may refuse the second half of a folder.
                found = list(entries)
        except OSError as error:
            error.filename = os.fspath(folder)
            raise
        yield found


@contextmanager
def held(folder: Path) -> Iterator[Path]:
    """Another path of a folder, by ``/proc/self/fd``: it leads there whatever ``folder`` leads to by then.

    Raises:
        ForeignLinkError: a link of another user is on the way to it.
        OSError: it cannot be reached.
    """
    fd = open_folder(folder)
    try:
        yield Path(_OPENED, str(fd))
    finally:
        os.close(fd)


def is_held(folder: Path) -> bool:
    """Whether this is a path of `held`."""
    return os.fspath(folder.parent) == _OPENED.rstrip("/")


def may_be_replaced(folder: Path) -> bool:
    """Whether another user can put something else in the place of a folder, or of one around it."""
    for one in (folder, *folder.parents):
        try:
            state, around = os.lstat(one), os.stat(one.parent)
        except OSError:
            continue  # it does not exist yet
        sticky = around.st_mode & stat.S_ISVTX and state.st_uid in (0, os.geteuid())
        if not (is_ours_alone(around) or sticky):
            return True
    return False


def open_regular(path: str | Path) -> int:
    """A descriptor to read ``path``, which must be a regular file; nothing is waited for.

    Raises:
        ForeignLinkError: it lies behind a link of another user.
        OSError: it is not there (ENOENT), is a link (ELOOP), or no regular file (EINVAL).
    """
    folder, name = os.path.split(os.fspath(path))
    around = open_folder(folder)
    try:
        fd = os.open(name, _TO_READ, dir_fd=around)
    except OSError as error:
        error.filename = os.fspath(path)
        raise
    finally:
        os.close(around)
    if stat.S_ISREG(os.fstat(fd).st_mode):
        return fd
    os.close(fd)
    raise OSError(errno.EINVAL, "not a regular file", os.fspath(path))


def lstat(path: str | Path) -> os.stat_result:
    """As ``os.lstat``, but for what lies behind a link of another user.

    Raises:
        ForeignLinkError: there is such a link.
        OSError: it cannot be reached.
    """
    folder, name = os.path.split(os.fspath(path))
    if not name:
        return os.lstat(path)
    around = open_folder(folder)
    try:
        return os.stat(name, dir_fd=around, follow_symlinks=False)
    except OSError as error:
        error.filename = os.fspath(path)
        raise
    finally:
        os.close(around)


def lstat_each(paths: Iterable[str]) -> Iterator[os.stat_result | None]:
    """`lstat` of many files, None where it fails; those of one folder share the way to it."""
    around, last = -1, ""
    try:
        for path in paths:
            folder, name = os.path.split(path)
            try:
                if around < 0 or folder != last:
                    if around >= 0:
                        os.close(around)
                    around, last = -1, folder
                    around = open_folder(folder)
                yield os.stat(name, dir_fd=around, follow_symlinks=False)
            except OSError:
                yield None
    finally:
        if around >= 0:
            os.close(around)


def exists(path: str | Path) -> bool:
    """Whether there is anything at ``path``, also a link; False behind a link of another user."""
    try:
        lstat(path)
    except OSError:
        return False
    return True


def leads_somewhere(link: Path) -> bool:
    """Whether there is anything where a link leads; those of other users are not followed."""
    try:
        state = lstat(link)
        return state.st_uid not in (0, os.geteuid()) or link.exists()
    except OSError:
        return False


def refuse_foreign_links(folder: Path) -> None:
    """See that no link of another user lies on the way to a folder, which need not exist.

    Raises:
        ForeignLinkError: there is one.
    """
    with suppress(FileNotFoundError, NotADirectoryError):
        os.close(open_folder(folder))


def _open_straight(path: str) -> int | None:
    """A descriptor of a folder, if no link at all is on the way to it: then the kernel names it alike.

    Raises:
        OSError: the path is longer than the kernel takes.
    """
    try:
        fd = os.open(path, _FOLDER)
    except OSError as error:
        if error.errno == errno.ENAMETOOLONG:
            raise
        return None
    try:
        if os.readlink(f"{_OPENED}{fd}") == path:
            return fd
    except OSError:
        pass  # without /proc
    os.close(fd)
    return None


def _parts(path: str) -> list[str]:
    """The names of a path, the last first."""
    return [part for part in reversed(path.split("/")) if part not in {"", "."}]


def _target(folder: int, name: str, shown: str) -> str:
    """Where a link leads, unless another user made it."""
    link = os.open(name, _LINK, dir_fd=folder)
    try:
        state, around = os.fstat(link), os.fstat(folder)
        if not stat.S_ISLNK(state.st_mode):
            raise NotADirectoryError(errno.ENOTDIR, os.strerror(errno.ENOTDIR))
        if state.st_uid not in (0, os.geteuid()) and not is_ours_alone(around):
            raise ForeignLinkError(shown)
        return os.readlink("", dir_fd=link)
    finally:
        os.close(link)
