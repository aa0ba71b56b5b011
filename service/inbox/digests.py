"""The sha256 of files: of small ones at once, of large ones when a thread has read them."""

from __future__ import annotations

import os
from concurrent.futures import Future
from enum import Enum
from typing import NamedTuple

from models.page.hashing import hash_file
from service.background import LARGE, Background


class Pending(Enum):
    """The answer is not there yet."""

    PENDING = "pending"


PENDING = Pending.PENDING


class _Asked(NamedTuple):
    looks: tuple[int, ...]
    answer: Future[str | None]


class Digests:
    """Hashes files. None of them keeps others waiting.

    Args:
        background: reads large ones; without it they are read at once.
    """

    def __init__(self, background: Background | None = None) -> None:
        self._background = background
        self._asked: dict[str, _Asked] = {}

    def of(self, path: str, state: os.stat_result) -> str | Pending | None:
        """The hash of a file that looks like ``state``.

        Returns:
            64 hexadecimal digits; None if it changed while it was read; or `PENDING`: ask again
            when the background has called.

        Raises:
            OSError: it cannot be opened or read.
            InterruptedWork: the service ends.
        """
        if self._background is None or state.st_size < LARGE:
            return hash_file(path, state)
        looks = (
            state.st_dev, state.st_ino, state.st_size, state.st_mtime_ns, state.st_ctime_ns,
        )  # fmt: skip
        asked = self._asked.get(path)
        if asked is not None and asked.looks == looks:
            if not asked.answer.done():
                return PENDING
            del self._asked[path]
            return asked.answer.result()
        # One that was asked about before it changed ends by itself: it looks otherwise now.
        answer = self._background.submit(state.st_size, hash_file, path, state)
        self._asked[path] = _Asked(looks, answer)
        return PENDING

    def pending(self, path: str) -> bool:
        """Whether a file is being read, or waits for that."""
        asked = self._asked.get(path)
        return asked is not None and not asked.answer.done()

    def forget(self, path: str) -> None:
        """Nobody will ask about it any more."""
        self._asked.pop(path, None)
