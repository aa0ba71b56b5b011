"""The signals that end the service: Ctrl-C and SIGTERM, heard until everything is closed again."""

from __future__ import annotations

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any

End = Callable[[bool], None]
"""Asks to end; with True at once, for it is a second Ctrl-C. It neither logs nor takes a lock: the
thread that the signal interrupts may hold it."""


@contextmanager
def ending_signals(*, also_ignored: bool = True) -> Iterator[Callable[[End], None]]:
    """Have what is set hear Ctrl-C and SIGTERM until the end of the block.

    A second SIGTERM hurries nobody, nor does it end a process that closes what it has opened: where it
    is sent to the process group, it comes once more from whoever passes it on.

    Args:
        also_ignored: hear them even where whoever started this process has it ignore them.

    Yields:
        What sets who is asked to end.
    """
    before: dict[signal.Signals, Any] = {}

    def ask(end: End) -> None:
        impatient = False

        def heard(number: int, _frame: FrameType | None) -> None:
            nonlocal impatient
            again = impatient and number == signal.SIGINT
            impatient |= number == signal.SIGINT
            end(again)

        for number in (signal.SIGINT, signal.SIGTERM):
            if also_ignored or signal.getsignal(number) != signal.SIG_IGN:
                before[number] = signal.signal(number, heard)

    try:
        yield ask
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
