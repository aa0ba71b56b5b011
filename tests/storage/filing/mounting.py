"""Mounts that refuse, pretended: for every rule of filing, on any machine."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from storage.filing import noreplace

_HELD = "/proc/self/fd/"

WAYS = ("link", "copy", "rename", "reserve")
"""What a mount offers: links, links of copies, renameat2, or nothing but names."""


def refuse(number: int) -> Callable[..., Any]:
    """A system call that always fails with ``number``."""

    def refused(*_: object, **__: object) -> None:
        raise OSError(number, os.strerror(number))

    return refused


def behave_as(way: str, inbox: Path, patched: pytest.MonkeyPatch) -> None:
    """Have the system calls answer as on a mount that offers this, to files of this inbox."""
    link = os.link

    def crossing(source: Path, target: Path, *, follow_symlinks: bool = True) -> None:
        if _real(source).parent == inbox:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(source, target, follow_symlinks=follow_symlinks)

    if way == "copy":
        patched.setattr(os, "link", crossing)
    if way in {"rename", "reserve"}:
        patched.setattr(os, "link", refuse(errno.EOPNOTSUPP))
    if way == "reserve":
        patched.setattr(noreplace, "rename_without_replacing", refuse(errno.EINVAL))


def _real(path: Any) -> Path:
    """Where a file is: it may be named by the descriptor of its folder. Asks for no state of a file."""
    place = os.path.abspath(os.fsdecode(path))
    if not place.startswith(_HELD):
        return Path(place)
    number, _, inside = place.removeprefix(_HELD).partition("/")
    return Path(os.readlink(_HELD + number), inside)


def _whole(path: Any, called_with: dict[str, Any]) -> str:
    """The path that a call means whose path may be relative to an open folder."""
    folder = called_with.get("dir_fd")
    around = "" if folder is None else os.readlink(f"/proc/self/fd/{folder}")
    return os.path.join(around, os.fsdecode(path))


Patch = tuple[Any, str, Callable[..., Any]]
"""What holds a system call, its name, and what is to be called instead."""


def takes_windows_names(folder: Path, number: int, *, links: bool) -> Iterator[Patch]:
    """Have the system calls answer as on exFAT or NTFS to names in this folder and below.

    Measured with exfat-fuse 1.3 (``number`` ENOENT, no links) and ntfs-3g 2022.10 mounted with
    ``windows_names`` (EINVAL, with links). Bytes that are not UTF-8 are EILSEQ on both, to
    whatever is asked.
    """

    def check(path: Any, wrong: int) -> None:
        inside = os.path.relpath(_real(path), folder)
        if inside.startswith(".."):
            return
        try:
            inside.encode()
        except UnicodeEncodeError:
            raise OSError(errno.EILSEQ, os.strerror(errno.EILSEQ), path) from None
        if wrong and set(':?*<>|"\\\n') & set(inside):
            raise OSError(wrong, os.strerror(wrong), path)

    def check_second(source: Any, target: Any, wrong: int = number) -> None:
        try:
            check(target, wrong)
        except OSError as error:
            raise OSError(error.errno, error.strerror, source, None, target) from None

    link, rename, replace = os.link, os.rename, os.replace
    opens, mkdir, stat = os.open, os.mkdir, os.stat
    without_replacing = noreplace.rename_without_replacing

    def linking(source: Any, target: Any, **more: Any) -> None:
        check_second(source, target, number if links else 0)
        if not links and _real(target).is_relative_to(folder):
            raise OSError(errno.EPERM, os.strerror(errno.EPERM), source, None, target)
        link(source, target, **more)

    def renaming(source: Any, target: Any, **more: Any) -> None:
        check_second(source, target)
        rename(source, target, **more)

    def replacing(source: Any, target: Any, **more: Any) -> None:
        check_second(source, target)
        replace(source, target, **more)

    def renaming_over_nothing(source: Path, target: Path) -> None:
        if _real(target).is_relative_to(folder):  # neither driver has renameat2
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL), source, None, target)
        without_replacing(source, target)

    def opening(path: Any, flags: int, *args: Any, **more: Any) -> int:
        if isinstance(path, str | bytes | os.PathLike):
            check(_whole(path, more), number if flags & os.O_CREAT else errno.ENOENT)
        return opens(path, flags, *args, **more)

    def making(path: Any, *args: Any, **more: Any) -> None:
        check(path, number)
        mkdir(path, *args, **more)

    def looking(path: Any, *args: Any, **more: Any) -> os.stat_result:
        if isinstance(path, str | bytes | os.PathLike):
            check(_whole(path, more), 0)
        return stat(path, *args, **more)

    def looking_at_links(path: Any, *args: Any, **more: Any) -> os.stat_result:
        return looking(path, *args, follow_symlinks=False, **more)

    yield from (
        (os, "link", linking), (os, "rename", renaming), (os, "replace", replacing),
        (os, "open", opening), (os, "mkdir", making), (os, "stat", looking), (os, "lstat", looking_at_links),
        (noreplace, "rename_without_replacing", renaming_over_nothing),
    )  # fmt: skip
