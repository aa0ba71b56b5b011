"""Keeps equal log lines from filling the disk: a few a minute, and how many more there were."""

from __future__ import annotations

import logging
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from typing import Final

import structlog
from structlog.typing import EventDict

BURST: Final = 5
"""Equal lines that are written in one period."""
PERIOD: Final = 60.0
"""Seconds after which equal lines are written again, and the number of those left out is."""
ALIKE: Final = "_alike"
"""Key of a line that is equal to others of this value, whatever else they tell (a client's path, say)."""
_LIMITED: Final = frozenset({"warning", "error", "critical", "exception"})
_KINDS: Final = 512


@dataclass(slots=True)
class _Period:
    """Equal lines since ``began``.

    Attributes:
        said: what the line says.
        level: of it, as the name of a logger's method.
        began: by the clock.
        count: how many there were.
    """

    said: str
    level: str
    began: float
    count: int = 0

    @property
    def left_out(self) -> int:
        return max(self.count - BURST, 0)


class RateLimit(logging.Filter):
    """Drops warnings and errors that repeat: a processor of structlog and a filter of `logging`.

    Lines of ours are equal when all their values are; lines of libraries when they come from the
    same place in the code and begin with the same line.

    Args:
        clock: seconds, of a clock that is never set back.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._clock = clock
        self._lock = threading.Lock()
        self._periods: OrderedDict[Hashable, _Period] = OrderedDict()

    def __call__(self, _logger: object, level: str, event: EventDict) -> EventDict:
        """Let a line of ours pass.

        Raises:
            structlog.DropEvent: enough equal ones were written.
        """
        self._report()
        alike = event.pop(ALIKE, None)
        said = str(event.get("event"))
        key = (said, alike) if alike is not None else repr(sorted(event.items(), key=_first))
        if level in _LIMITED and not self._passes((level, key), said, level):
            raise structlog.DropEvent
        return event

    def filter(self, record: logging.LogRecord) -> bool:
        """Whether a line of a library is written."""
        self._report()
        said = str(record.msg).partition("\n")[0]
        key = (record.name, record.pathname, record.lineno, said)
        return record.levelno < logging.WARNING or self._passes(key, said, record.levelname.lower())

    def _passes(self, key: Hashable, said: str, level: str) -> bool:
        with self._lock:
            period = self._periods.setdefault(key, _Period(said, level, self._clock()))
            period.count += 1
            return not period.left_out

    def _report(self) -> None:
        """Write how many lines were left out in the periods that are over."""
        with self._lock:
            ended = self._ended(self._clock())
        for one in ended:
            # Without the lock, for this line comes by here itself.
            told = structlog.get_logger()
            getattr(told, one.level, told.error)("repeated", line=one.said, times=one.left_out)

    def _ended(self, now: float) -> list[_Period]:
        """Remove the periods that are over; those of which lines were left out."""
        ended = []
        while self._periods:
            key, oldest = next(iter(self._periods.items()))
            if now - oldest.began < PERIOD and len(self._periods) < _KINDS:
                break
            del self._periods[key]
            if oldest.left_out:
                ended.append(oldest)
        return ended


def _first(item: tuple[str, object]) -> str:
    return item[0]
