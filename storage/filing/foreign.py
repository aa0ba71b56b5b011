"""Symbolic links that another user made in a folder that several may write to.

Who may write to ``sorted/`` could lead the folder of a class elsewhere, and have the service write files of
theirs wherever its user may: links of its user, and of root, are followed, no one else's. This is what
the kernel does in sticky folders: see ``protected_symlinks`` in proc_sys_fs(5).
"""

from __future__ import annotations

import errno
import os
import stat
from pathlib import Path
from typing import Final

WRITE_OF_OTHERS: Final = stat.S_IWGRP | stat.S_IWOTH
"""The bits of a mode by which more than its owner may write."""


def refuse_foreign_links(folder: Path) -> None:
    """See that no link of another user lies on the way to a folder, which need not exist.

    Looked at are the folder and those around it, up to one that nobody else can replace.

    Raises:
        OSError: there is one (ELOOP).
    """
    ours = (0, os.geteuid())
    for place in (folder, *folder.parents):
        try:
            state = os.lstat(place)
            around = os.lstat(place.parent)
        except (FileNotFoundError, NotADirectoryError):
            continue
        alone = around.st_uid in ours and not around.st_mode & WRITE_OF_OTHERS
        if alone and stat.S_ISDIR(around.st_mode):
            return  # nobody else has put anything there
        if stat.S_ISLNK(state.st_mode) and state.st_uid not in ours:
            raise OSError(
                errno.ELOOP, "a symbolic link that another user made leads elsewhere",
                os.fspath(place),
            )  # fmt: skip
