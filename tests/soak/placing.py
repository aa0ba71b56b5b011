"""Ways to put a file at a path, none of which replaces another without knowing it."""

from __future__ import annotations

import ctypes
import os
from pathlib import Path

from storage.filing.noreplace import rename_without_replacing

_AT_FDCWD = -100
_RENAME_EXCHANGE = 2  # renameat2(2)


def write_new(path: Path, content: bytes) -> bool:
    """Write a file at its place; False if the name is taken."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
    except FileExistsError:
        return False
    try:
        # In one call: what is no picture does not tell that it lacks its end.
        assert os.write(descriptor, content) == len(content)
    finally:
        os.close(descriptor)
    return True


def move_in(staged: Path, path: Path) -> bool:
    """Give a file this name; False, and the file is no more, if the name is taken."""
    try:
        rename_without_replacing(staged, path)
    except FileExistsError:
        staged.unlink()
        return False
    return True


def exchange(one: Path, other: Path) -> None:
    """Two files take each other's names in one step: renameat2(2) with ``RENAME_EXCHANGE``."""
    renameat2 = ctypes.CDLL(None, use_errno=True).renameat2
    done = renameat2(
        ctypes.c_int(_AT_FDCWD), os.fsencode(one),
        ctypes.c_int(_AT_FDCWD), os.fsencode(other),
        ctypes.c_uint(_RENAME_EXCHANGE),
    )  # fmt: skip
    if done != 0:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number), os.fspath(one), None, os.fspath(other))


def may_be_refused(folder: Path) -> bool:
    """Whether a file's mode keeps this user from reading it; root may read whatever it is."""
    probe = folder / "probe"
    probe.touch(0)
    refused = not os.access(probe, os.R_OK)
    probe.unlink()
    return refused
