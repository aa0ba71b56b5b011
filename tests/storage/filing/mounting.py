"""Mounts that refuse: pretended ones for every rule of filing, real ones where this machine lets us."""

from __future__ import annotations

import errno
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from storage.filing import files
from tests.storage.filing.test_moving import refuse

WAYS = ("link", "copy", "rename", "reserve")
"""What a mount offers: links, links of copies, renameat2, or nothing but names."""


def behave_as(way: str, inbox: Path, patched: pytest.MonkeyPatch) -> None:
    """Have the system calls answer as on a mount that offers this, to files of this inbox."""
    link = os.link

    def crossing(source: Path, target: Path, *, follow_symlinks: bool = True) -> None:
        if Path(source).parent == inbox:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(source, target, follow_symlinks=follow_symlinks)

    if way == "copy":
        patched.setattr(os, "link", crossing)
    if way in {"rename", "reserve"}:
        patched.setattr(os, "link", refuse(errno.EOPNOTSUPP))
    if way == "reserve":
        patched.setattr(files, "rename_without_replacing", refuse(errno.EINVAL))


@contextmanager
def another_file_system(beside: Path) -> Iterator[Path]:
    """A folder that lies on another file system than ``beside``; else the test is skipped."""
    shared = Path("/dev/shm")
    if shared.is_dir() and os.access(shared, os.W_OK) and _device(shared) != _device(beside):
        with TemporaryDirectory(dir=shared) as folder:
            yield Path(folder)
    else:
        with small_disk(beside / "disk") as disk:
            yield disk


@contextmanager
def small_disk(place: Path, options: str = "size=1m") -> Iterator[Path]:
    """A file system in memory at ``place``; where that is not permitted the test is skipped."""
    place.mkdir()
    _mount("-t", "tmpfs", "-o", options, "tmpfs", place)
    try:
        yield place
    finally:
        # Lazily: nothing that a failed test left open may keep the folder from being removed.
        subprocess.run(["umount", "-l", place], check=True)


def remount(place: Path, options: str) -> None:
    """Change how a disk is mounted: ``ro``, ``rw``, ``size=2m``."""
    _mount("-o", f"remount,{options}", place)


def fill(disk: Path) -> Path:
    """Write until there is no room, and then by single bytes: the file that took it all."""
    path = disk / ".ballast"
    with path.open("wb", buffering=0) as file:
        for size in (1 << 16, 1 << 12, 1):
            with suppress(OSError):
                while file.write(bytes(size)):
                    pass
    return path


def _mount(*words: str | Path) -> None:
    try:
        done = subprocess.run(["mount", *words], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip("there is no command mount here")
    if done.returncode:
        pytest.skip(f"nothing can be mounted here: {done.stderr.strip()}")


def _device(path: Path) -> int:
    return path.stat().st_dev
