"""The feeder's own book: what was dropped where, against which everything is counted at the end."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Drop:
    """One file that arrived in the inbox, whole.

    Attributes:
        sha256: of all its bytes.
        size: of all its bytes.
        path: where it was dropped.
        way: how.
        healthy: it can be judged.
        paused: its writer rested for so long that a part of it may count as the file.
    """

    sha256: str
    size: int
    path: Path
    way: str
    healthy: bool
    paused: bool = False


@dataclass
class Register:
    """What was dropped, and what the feeder itself took away again. Any thread may write.

    Attributes:
        drops: all of them, in order.
        replaced: what lay in the inbox when the feeder put another file in its place, by the
            path at which the feeder keeps it.
    """

    drops: list[Drop] = field(default_factory=list)
    replaced: dict[Path, str] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def dropped(
        self, content: bytes, path: Path, way: str, *, healthy: bool, paused: bool = False
    ) -> None:
        """A file is there."""
        drop = Drop(digest(content), len(content), path, way, healthy, paused)
        with self._lock:
            self.drops.append(drop)

    def was_replaced(self, kept_at: Path) -> None:
        """Another file was put in the place of this one."""
        with self._lock:
            self.replaced[kept_at] = digest(kept_at.read_bytes())

    def fed(self) -> Counter[str]:
        """How often each content was dropped."""
        return Counter(drop.sha256 for drop in self.drops)

    def ways(self) -> Counter[str]:
        """How many files came in each way."""
        return Counter(drop.way for drop in self.drops)

    def gone(self) -> Counter[str]:
        """How often each content may be missing, because the feeder replaced it.

        Not one that has another name by now: it was filed, just in time.
        """
        return Counter(
            sha256 for path, sha256 in self.replaced.items() if path.lstat().st_nlink == 1
        )


def digest(content: bytes) -> str:
    """The SHA-256 in hexadecimal digits."""
    return hashlib.sha256(content).hexdigest()
