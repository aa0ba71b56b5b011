"""The process's stderr as a stream that never raises and never blocks for long.

A service outlives the reader of its log: the log partition fills up, ``| less`` is closed, a
collector hangs. None of that may stop the sorting of scans.
"""

from __future__ import annotations

import io
import os
import select
import sys
import threading
from collections.abc import Callable
from typing import Final

PATIENCE: Final = 1.0
"""Seconds that one write waits for a reader that does not read; later ones do not wait at all,
until something could be written again."""

_ATOMIC: Final = 4096
"""Bytes that a pipe takes at once where ``poll`` says that it can be written (PIPE_BUF)."""

Report = Callable[[int, str], None]
"""Told how many lines could not be written, and why, once lines can be written again."""


class BestEffortStream(io.TextIOBase):
    """A text stream, buffered by lines, on a descriptor: what cannot be written is counted.

    Args:
        descriptor: to write to; it stays the caller's.
        encoding: of the text; what it cannot hold is escaped.
        patience: see the attribute.

    Attributes:
        patience: seconds, see `PATIENCE`; None waits for a reader as long as it takes.
        report: called after the first line that could be written after some could not.
    """

    def __init__(
        self, descriptor: int, *, encoding: str = "utf-8", patience: float | None = PATIENCE
    ) -> None:
        self.patience = patience
        self._encoding = encoding
        self.report: Report = self._say
        self._descriptor = descriptor
        # Reentrant: a garbage collection may warn in the middle of a write.
        self._lock = threading.RLock()
        self._pending = ""
        self._lost = 0
        self._reason = ""
        self._reporting = False
        self._stalled = False
        self._torn = False

    @property
    def encoding(self) -> str:  # type: ignore[override]  # as in the library itself
        """Of the text."""
        return self._encoding

    @property
    def errors(self) -> str:  # type: ignore[override]
        """What is done with characters that the encoding cannot hold."""
        return "backslashreplace"

    def write(self, text: str) -> int:
        """Take ``text``; lines are written when they are complete."""
        if not isinstance(text, str):
            raise TypeError(f"text is written here, not {type(text).__name__}")
        with self._lock:
            self._pending += text
            if "\n" not in text and len(self._pending) < _ATOMIC:
                return len(text)
        self.flush()
        return len(text)

    def flush(self) -> None:
        """Write what is complete or not; report what was lost, if this was written."""
        with self._lock:
            text, self._pending = self._pending, ""
            if not text:
                return
            reason = self._put(text.encode(self._encoding, "backslashreplace"))
            if reason:
                self._lost += max(1, text.count("\n"))
                self._reason = reason
                return
            lost, why = self._lost, self._reason
            if not lost or self._reporting:
                return
            self._reporting = True
        try:
            self.report(lost, why)
        finally:
            with self._lock:
                self._reporting = False
                # Where the report itself was lost, the next one counts all of them but it.
                self._lost -= lost if self._lost == lost else self._lost - lost

    def isatty(self) -> bool:
        """Whether a person reads at a terminal."""
        try:
            return os.isatty(self._descriptor)
        except OSError:
            return False

    def fileno(self) -> int:
        """The descriptor."""
        return self._descriptor

    def writable(self) -> bool:
        """Always."""
        return True

    def _put(self, data: bytes) -> str:
        """Write all of it; else why not."""
        view = memoryview(b"\n" + data if self._torn else data)
        begun = False
        try:
            while view:
                if not self._has_room():
                    self._torn |= begun
                    return "its reader does not read"
                view = view[os.write(self._descriptor, view[:_ATOMIC]) :]
                begun = True
        except OSError as error:  # BlockingIOError among them
            self._torn |= begun
            return error.strerror or str(error)
        self._torn = self._stalled = False
        return ""

    def _has_room(self) -> bool:
        poll = select.poll()
        poll.register(self._descriptor, select.POLLOUT)
        if self.patience is None:
            poll.poll()
            return True
        ready = bool(poll.poll(0 if self._stalled else self.patience * 1000))
        self._stalled = not ready
        return ready

    def _say(self, lost: int, reason: str) -> None:
        self.write(f"pigeonhole: {lost} lines could not be written: {reason}\n")


def secure_streams(patience: float | None = None) -> None:
    """Have nothing that this process says stop it. For a process of our own, at its start.

    Args:
        patience: how long a reader of stderr that does not read is waited for. Who runs a command
            may read page by page, and it is waited for; a service must not wait.

    Standard streams that are closed are opened on ``/dev/null``: a file that is opened later,
    the ledger say, would get their number, and whatever a library writes to stderr.
    """
    for number in range(3):
        try:
            os.fstat(number)
        except OSError:
            os.set_inheritable(os.open(os.devnull, os.O_RDWR), True)  # it gets the lowest number
    if sys.stdin is None:
        sys.stdin = open(0, closefd=False)  # noqa: SIM115 - as long as the process
    if sys.stdout is None:
        sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    if not isinstance(sys.stderr, BestEffortStream):
        encoding = getattr(sys.stderr, "encoding", "utf-8")
        sys.stderr = BestEffortStream(2, encoding=encoding, patience=patience)
    sys.stderr.patience = patience
