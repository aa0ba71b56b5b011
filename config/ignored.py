"""Names that are never users' files: what systems, editors and downloads leave behind."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable

BUILT_IN = (
    ".*", "._*", "Thumbs.db", "ehthumbs.db", "desktop.ini", "Icon\r", "~$*", "*~", "#*#",
    "*.part", "*.partial", "*.tmp", "*.temp", "*.crdownload", "*.download", "*.filepart",
    "*.swp", "*.swx", "*.lock", "*.!ut", "*.opdownload",
    "@eaDir", "@Recycle", "#recycle", "#snapshot", "$RECYCLE.BIN", "System Volume Information",
    "lost+found", "__MACOSX",
)  # fmt: skip
"""Globs over one name, compared without case: hidden files, partial downloads, lock files, and
the folders in which Windows, macOS, Synology and QNAP keep their own things."""


class Ignored:
    """Tells whether a file or folder of this name is to be left alone.

    Args:
        extra: the user's globs, added to the built-in ones.
    """

    def __init__(self, extra: Iterable[str] = ()) -> None:
        globs = "|".join(fnmatch.translate(glob.lower()) for glob in (*BUILT_IN, *extra))
        self._pattern = re.compile(globs)

    def __call__(self, name: str) -> bool:
        """Whether ``name``, one part of a path, is ignored."""
        return self._pattern.match(name.lower()) is not None
