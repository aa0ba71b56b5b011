"""Mounts that refuse, pretended: for every rule of filing, on any machine."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from storage.filing import files

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
        if Path(source).parent == inbox:
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        link(source, target, follow_symlinks=follow_symlinks)

    if way == "copy":
        patched.setattr(os, "link", crossing)
    if way in {"rename", "reserve"}:
        patched.setattr(os, "link", refuse(errno.EOPNOTSUPP))
    if way == "reserve":
        patched.setattr(files, "rename_without_replacing", refuse(errno.EINVAL))
