"""What became of a move."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from storage.records import Move


@dataclass(frozen=True, slots=True)
class Placed:
    """The file stands at its destination, durably, and the source is no more."""

    move: Move


@dataclass(frozen=True, slots=True)
class Taken:
    """Another file has the destination's name: commit the next name, then ask again."""

    move: Move


@dataclass(frozen=True, slots=True)
class NameRefused:
    """The file system has no such names: commit the other one, then ask again.

    Attributes:
        other: a destination whose name, or that of its folder, is safe.
        trouble: what it is otherwise.
    """

    move: Move
    other: Path
    trouble: Trouble


@dataclass(frozen=True, slots=True)
class Gone:
    """Neither the source nor our file at the destination exists."""

    move: Move


@dataclass(frozen=True, slots=True)
class Changed:
    """The source no longer has the bytes that were judged. It was left where it is."""

    move: Move


@dataclass(frozen=True, slots=True)
class Trouble:
    """The file system refused. The source is where it was, and nothing is half done.

    Attributes:
        reason: for a person.
        errno: the system's number for it.
    """

    move: Move
    reason: str
    errno: int


Outcome = Placed | Taken | NameRefused | Gone | Changed | Trouble
