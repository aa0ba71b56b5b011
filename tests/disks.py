"""Disks of their own: another file system, a small one, a full one."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

_MEMORY = Path("/dev/shm")
_ROOM = 1 << 30


def memory() -> Path | None:
    """The folder of a file system in memory, which waits for no sync; None where it has no room."""
    if not (_MEMORY.is_dir() and os.access(_MEMORY, os.W_OK)):
        return None
    return _MEMORY if shutil.disk_usage(_MEMORY).free >= _ROOM else None


@contextmanager
def another_file_system(beside: Path) -> Iterator[Path]:
    """A folder that lies on another file system than ``beside``; else the test is skipped."""
    if (shared := memory()) and _device(shared) != _device(beside):
        with TemporaryDirectory(dir=shared) as folder:
            yield Path(folder)
    else:
        with small_disk(beside / "disk") as disk:
            yield disk


@contextmanager
def small_disk(place: Path, options: str = "size=1m") -> Iterator[Path]:
    """A file system in memory at ``place``; where that is not permitted the test is skipped."""
    place.mkdir(parents=True, exist_ok=True)
    _mount("-t", "tmpfs", "-o", options, "tmpfs", place)
    try:
        yield place
    finally:
        # Lazily: nothing that a failed test left open may keep the folder from being removed.
        # A test may have taken the disk away itself.
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)


@contextmanager
def bound(folder: Path, place: Path) -> Iterator[None]:
    """Mount a folder at another place, too; where that is not permitted the test is skipped."""
    _mount("--bind", folder, place)
    try:
        yield
    finally:
        subprocess.run(["umount", "-l", place], check=False, capture_output=True)


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


@contextmanager
def windows_disk(kind: str, place: Path) -> Iterator[Path]:
    """A real exFAT or NTFS of 16 MB at ``place``, by FUSE; else the test is skipped.

    Args:
        kind: ``exfat`` or ``ntfs``, the latter refusing what Windows does.
        place: a folder, made when missing, to mount it on.
    """
    image = place.with_name(f"{place.name}.img")
    place.mkdir(parents=True, exist_ok=True)
    with image.open("wb") as file:
        file.truncate(16 << 20)
    if not Path("/dev/fuse").exists():
        pytest.skip("FUSE is not available here")
    with ExitStack() as undo:
        if kind == "exfat":
            _run("mkfs.exfat", image)
            device = _run("losetup", "--find", "--show", image).strip()
            undo.callback(subprocess.run, ["losetup", "--detach", device], check=False)
            _run("mount.exfat-fuse", device, place)
        else:
            _run("mkntfs", "-F", "-Q", "-q", image)
            _run("ntfs-3g", "-o", "windows_names", image, place)
        undo.callback(subprocess.run, ["umount", "-l", place], check=False, capture_output=True)
        yield place


def _run(*words: str | Path) -> str:
    try:
        done = subprocess.run(words, capture_output=True, text=True, check=False)
    except FileNotFoundError:
        pytest.skip(f"there is no command {words[0]} here")
    if done.returncode:
        pytest.skip(f"{words[0]} cannot be used here: {(done.stderr or done.stdout).strip()}")
    return done.stdout
