"""When the service is to end: asked for by a signal, and how long what is under way still gets."""

from __future__ import annotations

import time
from typing import Final

GRACE: Final = 2.0
"""Seconds that what is under way gets; what is left of it then the next start completes."""


class Ending:
    """Whether it is to end. Safe from any thread and from a signal handler: it takes no lock."""

    def __init__(self) -> None:
        self.asked = False
        self._until = 0.0

    def ask(self) -> None:
        """It is to end, within `GRACE`."""
        if not self.asked:
            self._until = time.monotonic() + GRACE
        self.asked = True

    @property
    def seconds_left(self) -> float:
        """Seconds that what is under way still gets; as many as it wants until `ask`."""
        return max(0.0, self._until - time.monotonic()) if self.asked else float("inf")

    def is_due(self) -> bool:
        """Whether what is under way is to be left to the next start."""
        return self.seconds_left == 0
