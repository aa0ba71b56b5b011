"""Files that somebody may still be writing: each rests for a while before it is read."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from config.links import lstat
from storage.records import FileIdentity


@dataclass(frozen=True, slots=True)
class _Seen:
    """How a file looked, and since when on the clock."""

    looks: FileIdentity
    since: float


class Resting:
    """Remembers files until they have looked the same for long enough.

    Args:
        clock: seconds that never go backwards.
    """

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._seen: dict[Path, _Seen] = {}

    def __bool__(self) -> bool:
        """Whether there is any."""
        return bool(self._seen)

    @property
    def sizes(self) -> set[int]:
        """Of all of them."""
        return {seen.looks.size for seen in self._seen.values()}

    def look(self, place: Path, state: os.stat_result) -> bool:
        """A file was seen; whether it starts to rest now."""
        looks = FileIdentity.of(state)
        before = self._seen.get(place)
        if before is not None and before.looks == looks:
            return False
        self._seen[place] = _Seen(looks, self._clock())
        return True

    def forget(self, place: Path) -> None:
        """It has gone, or is known."""
        self._seen.pop(place, None)

    def rested(self, delay: float) -> list[Path]:
        """Those that have rested for so many seconds."""
        now = self._clock()
        return [place for place, seen in self._seen.items() if now >= seen.since + delay]

    def due_in(
        self, delay: float, ready: Callable[[Path], bool] = lambda _place: True
    ) -> float | None:
        """Seconds until the first has; None where there is none. Only those that are ``ready`` count."""
        first = min(
            (seen.since for place, seen in self._seen.items() if ready(place)), default=None
        )
        return None if first is None else max(0.0, first + delay - self._clock())

    def take(self, place: Path) -> os.stat_result | None:
        """Its ``lstat``, if it looks as it did; else it has gone, or starts to rest again."""
        seen = self._seen.pop(place, None)
        try:
            state = lstat(place)
        except OSError:
            return None
        if seen is None:
            return None  # it is known by now
        if FileIdentity.of(state) == seen.looks:
            return state
        self.look(place, state)
        return None

    def put_back(self, place: Path, state: os.stat_result) -> None:
        """One that was taken could not be read yet: it has rested."""
        self._seen[place] = _Seen(FileIdentity.of(state), float("-inf"))
