"""Files and folders that only the user of the service may read.

Settings may hold a token, the ledger holds the text of every receipt. They are created with these
modes: a file that is closed to others afterwards could be opened in between. What exists keeps its
mode; ``doctor`` reports it.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Final

PRIVATE_FILE: Final = 0o600
PRIVATE_FOLDER: Final = 0o700
OTHERS: Final = 0o077
"""The permission bits of the group and of everybody else."""


def private(path: str, flags: int) -> int:
    """An opener for the built-in ``open``: a file that it creates is private."""
    return os.open(path, flags, PRIVATE_FILE)


def create_private(path: Path) -> None:
    """Create an empty private file.

    Raises:
        FileExistsError: something has that name.
        OSError: it cannot be created.
    """
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    os.close(os.open(path, flags, PRIVATE_FILE))


def make_private_folder(folder: Path) -> None:
    """Make a private folder where there is none; missing parents follow the umask.

    Raises:
        OSError: it cannot be made.
    """
    folder.mkdir(mode=PRIVATE_FOLDER, parents=True, exist_ok=True)
