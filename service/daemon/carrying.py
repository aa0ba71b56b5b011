"""Carrying out moves: of small files at once, of large ones by a thread."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from pathlib import Path

from config.interrupting import InterruptedWork
from service.background import LARGE, Background
from service.mounts import Mounted
from storage.filing.moving import file_away
from storage.filing.outcomes import Outcome, Trouble
from storage.filing.pinned import pinned, unpinned
from storage.records import Move


@dataclass(frozen=True, slots=True)
class _UnderWay:
    moves: tuple[Move, ...]
    outcomes: Future[list[Outcome]]
    again: bool


class Carrier:
    """Moves files, and keeps in mind which are on their way.

    Args:
        inbox: whose folders other people may replace while their files are moved.
        background: moves large ones; without it they are moved at once.
        mounts: what is there. Nothing is moved to, or from, where a disk or share was unmounted, nor
            while folders lie in one another.
    """

    def __init__(self, inbox: Path, background: Background | None, mounts: Mounted) -> None:
        self._inbox = inbox
        self._mounts = mounts
        self._background = background
        self._under_way: list[_UnderWay] = []

    @property
    def under_way(self) -> dict[int, Move]:
        """What the background moves now, by the ids of the scans."""
        return {move.scan_id: move for one in self._under_way for move in one.moves}

    @property
    def sources(self) -> set[str]:
        """Where that comes from."""
        return {os.fspath(move.source) for move in self.under_way.values()}

    def carry(self, moves: Sequence[Move], *, again: bool) -> list[Outcome]:
        """Carry out moves; what became of those that are no longer under way.

        Args:
            moves: what stands in the journal.
            again: is given back by `arrived`.
        """
        self._mounts.look()
        unmounted = [trouble for move in moves if (trouble := self._unmounted(move)) is not None]
        left = {trouble.move.scan_id for trouble in unmounted}
        moves = [move for move in moves if move.scan_id not in left]
        if self._background is None:
            return unmounted + self._file_away(moves)
        large = [move for move in moves if move.size >= LARGE]
        for some in self._background.parted(large, lambda move: move.size):
            outcomes = self._background.submit(some[0].size, self._file_away, some)
            self._under_way.append(_UnderWay(some, outcomes, again))
        return unmounted + self._file_away([move for move in moves if move.size < LARGE])

    def _unmounted(self, move: Move) -> Trouble | None:
        if overlap := self._mounts.overlap:
            return Trouble(move, overlap, errno.EBUSY, move.destination.parent, move.source)
        for folder in (move.destination.parent, move.source.parent):
            if point := self._mounts.ended(folder):
                reason = "was unmounted while the service ran"
                return Trouble(move, reason, errno.ENOENT, point, move.source)
        return None

    def _file_away(self, moves: Sequence[Move]) -> list[Outcome]:
        with pinned(self._inbox, moves) as sources:
            outcomes = file_away(sources)
        return [unpinned(one, move) for one, move in zip(outcomes, moves, strict=True)]

    def arrived(self) -> Iterator[tuple[list[Outcome], bool]]:
        """What has become of large files since the last call, with its ``again``. Never waits.

        What was interrupted stands in the journal, and is left to the next start.
        """
        for one in [one for one in self._under_way if one.outcomes.done()]:
            self._under_way.remove(one)
            try:
                outcomes = one.outcomes.result()
            except InterruptedWork:
                continue
            yield outcomes, one.again
