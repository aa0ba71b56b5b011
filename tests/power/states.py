"""The states in which a power cut may leave a disk.

At each moment every sync that has returned holds, and of the changes since, any subset may have reached
the disk, in any order. Changes of the same name, and of the same bytes, keep their order. What may be
missing just before a sync includes all that may be missing at any moment since the one before, so
subsets are drawn there; states with everything up to some moment are added for all moments.

Of n changes there are 2^n subsets. All are taken for up to `ALL` changes. For more, as in Mohan et al.,
"Finding Crash-Consistency Bugs with Bounded Black-Box Crash Testing" (OSDI 2018), a bounded choice:
none, all, all up to each, all but each, each alone, and random ones.
"""

from __future__ import annotations

import random
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

from tests.power.disk import Change, Disk, Names
from tests.power.history import History, Sync

ALL = 8
"""Of so many changes all subsets are taken."""
RANDOM = 48
"""So many random subsets of more."""


@dataclass(frozen=True, slots=True)
class State:
    """A disk after a power cut.

    Attributes:
        disk: what it holds.
        before: the event before which the power was cut.
        missing: what was done and is not there.
        there: what is there, although no sync had made it durable.
        only_names: only names of files are in question, no bytes.
    """

    disk: Disk
    before: str
    missing: tuple[str, ...]
    there: tuple[str, ...]
    only_names: bool

    def __str__(self) -> str:
        missing, there = (", ".join(one) or "nothing" for one in (self.missing, self.there))
        return f"power cut before {self.before}; missing: {missing}; there, unsynced: {there}"


def states(
    history: History,
    *,
    settled: bool = False,
    lies: Callable[[Sync], bool] = lambda _sync: False,
) -> Iterator[State]:
    """Every state of a bounded choice, each different one once.

    Args:
        history: what was done.
        settled: what was done before the story begins is durable: a person did it, long ago.
        lies: a sync of which it says so makes nothing durable.
    """
    rng = random.Random(0)
    seen: set[str] = set()
    for sync, number, durable, pending in _syncs(history, settled=settled, lies=lies):
        if number < history.begins:
            continue
        # A later change may be durable where an earlier one is not: their order is kept.
        first = pending[0][0] if pending else number
        base = history.initial.copy()
        for _, change in durable[: bisect_left(durable, first, key=_number)]:
            base.apply(change)
        later = durable[bisect_left(durable, first, key=_number) :]
        for chosen in _subsets(len(pending), rng):
            taken = [one for one, there in zip(pending, chosen, strict=True) if there]
            disk = base.copy()
            for _, change in sorted([*later, *taken], key=_number):
                disk.apply(change)
            if (digest := disk.digest()) in seen:
                continue
            seen.add(digest)
            left = [one for one, there in zip(pending, chosen, strict=True) if not there]
            yield State(
                disk, sync.label,
                tuple(change.label for _, change in left),
                tuple(change.label for _, change in taken),
                all(isinstance(change, Names) for _, change in pending),
            )  # fmt: skip


def unsynced(history: History, *, settled: bool = False) -> list[str]:
    """What may still be missing when all was done."""
    *_, (_, _, _, pending) = _syncs(history, settled=settled)
    return [change.label for _, change in pending]


_Numbered = tuple[int, Change]


def _number(one: _Numbered) -> int:
    return one[0]


def _syncs(
    history: History,
    *,
    settled: bool = False,
    lies: Callable[[Sync], bool] = lambda _sync: False,
) -> Iterator[tuple[Sync, int, list[_Numbered], list[_Numbered]]]:
    """Each sync, and the end, with its number, and what is durable and what is not just before it."""
    durable: list[_Numbered] = []
    pending: list[_Numbered] = []
    end = Sync(None, len(history.events), "the end")
    for number, event in enumerate([*history.events, end]):
        if number == history.begins and settled:
            durable, pending = sorted([*durable, *pending], key=_number), []
        if not isinstance(event, Sync):
            pending.append((number, event))
            continue
        yield event, number, durable, pending
        if not lies(event):
            held = [one for one in pending if one[0] < event.events and event.covers(one[1])]
            pending = [one for one in pending if one not in held]
            durable = sorted([*durable, *held], key=_number)


def _subsets(number: int, rng: random.Random) -> Iterator[tuple[bool, ...]]:
    """Which of so many changes reached the disk."""
    if number <= ALL:
        yield from product((False, True), repeat=number)
        return
    for at in range(number + 1):
        yield tuple(one < at for one in range(number))
    for at in range(number):
        yield tuple(one != at for one in range(number))
        yield tuple(one == at for one in range(number))
    for _ in range(RANDOM):
        share = rng.random()
        yield tuple(rng.random() < share for _ in range(number))
