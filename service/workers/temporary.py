"""Where workers keep temporary files: a folder that no other user may read, emptied at each start.

Tesseract is handed pages as files; one that is killed with its worker leaves them behind.
"""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path


def private_folder(cache: Path) -> Path:
    """The folder in ``cache``; it need not be there."""
    return cache / "tmp"


def use_private_folder(cache: Path) -> None:
    """Have this process, and what it starts, keep its temporary files there.

    Raises:
        OSError: it cannot be made.
    """
    folder = private_folder(cache)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    folder.chmod(0o700)
    tempfile.tempdir = os.environ["TMPDIR"] = os.fspath(folder)


def empty_private_folder(cache: Path) -> None:
    """Remove what dead workers left. Only for who holds the home's lock: workers use it."""
    shutil.rmtree(private_folder(cache), ignore_errors=True)
