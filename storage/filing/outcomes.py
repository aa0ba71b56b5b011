"""What became of a move."""

from __future__ import annotations

import errno
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from storage.records import Move

_ADVICE: Final = {
    "Make room there": (errno.ENOSPC, errno.EDQUOT),
    "Mount it so that it can be written": (errno.EROFS,),
    "Give the user of the service leave to read and write there": (errno.EACCES, errno.EPERM),
    "See that the folder is there, and the share mounted": (errno.ENOENT, errno.ENOTDIR),
    "Give the file another name": (errno.EINVAL, errno.EILSEQ, errno.ENAMETOOLONG),
    "Put a folder there, or have the user of the service make the link": (errno.ELOOP,),
    "Look at the disk, or at the share": (
        errno.EIO, errno.ESTALE, errno.ENOTCONN, errno.ETIMEDOUT, errno.EHOSTDOWN,
        errno.EHOSTUNREACH, errno.ENODEV, errno.ENXIO,
    ),
}  # fmt: skip


def advice_on(number: int) -> str:
    """What a person can do when the file system refuses with this error number."""
    for advice, numbers in _ADVICE.items():
        if number in numbers:
            return advice
    return "'pigeonhole doctor' tries every folder"


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
        folder: where it refused: that of the destination, or of the source.
        file: what could not be moved, or written.
    """

    move: Move
    reason: str
    errno: int
    folder: Path
    file: Path

    @property
    def advice(self) -> str:
        """What a person can do."""
        return advice_on(self.errno)


Outcome = Placed | Taken | NameRefused | Gone | Changed | Trouble
