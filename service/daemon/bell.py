"""A bell that wakes a waiting thread, and that a signal handler may ring."""

from __future__ import annotations

import queue


class Bell:
    """Ringing is never lost: a ring before the wait ends the wait at once.

    `threading.Event` would do, but for signals: a handler runs between two steps of the thread
    that waits, which may hold the event's lock, and setting it would wait for that lock for
    ever. `queue.SimpleQueue.put` is made to be called so (its documentation, "reentrant").
    """

    def __init__(self) -> None:
        self._rings: queue.SimpleQueue[None] = queue.SimpleQueue()

    def ring(self) -> None:
        """Wake who waits, now or next. Safe from any thread and from a signal handler."""
        self._rings.put(None)

    def wait(self, seconds: float | None) -> None:
        """Until the bell has rung since the last wait, or the time is up; None waits for ever."""
        try:
            self._rings.get(timeout=seconds)
            while True:
                self._rings.get_nowait()
        except queue.Empty:
            return
