"""Where a worker keeps temporary files: a folder of its own that no other user may read.

Tesseract is handed pages as files; one that is killed with its worker leaves them behind, and who
buries the worker removes them.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import tempfile
from pathlib import Path

from config.private import PRIVATE_FOLDER, make_private_folder


def private_folder(cache: Path, pid: int) -> Path:
    """The folder in ``cache`` of the worker with that id; it need not be there."""
    return _all_of(cache) / str(pid)


def use_private_folder(cache: Path) -> None:
    """Have this process, and what it starts, keep its temporary files there.

    Raises:
        OSError: it cannot be made.
    """
    folder = private_folder(cache, os.getpid())
    for one in (cache, _all_of(cache), folder):
        make_private_folder(one)
    folder.chmod(PRIVATE_FOLDER)
    tempfile.tempdir = os.environ["TMPDIR"] = os.fspath(folder)


def remove_private_folder(cache: Path, pid: int) -> None:
    """Remove what a worker that is dead has left."""
    shutil.rmtree(private_folder(cache, pid), ignore_errors=True)


def remove_what_the_dead_left(cache: Path) -> None:
    """Remove what is nobody's: a service that was killed could not bury its workers."""
    with contextlib.suppress(OSError):  # where there is none, nothing was left
        for path in _all_of(cache).iterdir():
            if path.name.isdecimal() and Path("/proc", path.name).exists():
                continue  # another command's worker, at work beside this one
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path, ignore_errors=True)
            else:
                path.unlink()


def _all_of(cache: Path) -> Path:
    return cache / "tmp"
