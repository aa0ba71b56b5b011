"""What travels: a scan, its pages, and the fault when it cannot be judged."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Scan:
    """One file that was dropped, as it was when it became stable.

    Attributes:
        path: absolute path.
        sha256: of its bytes, 64 hexadecimal digits; empty if they may not be read.
        size: in bytes.
    """

    path: Path
    sha256: str
    size: int


@dataclass(frozen=True, slots=True, eq=False)
class Page:
    """One decoded image of a scan, upright.

    Attributes:
        number: from 1.
        pixels: uint8 of shape (height, width), grey, 0 is black.
    """

    number: int
    pixels: NDArray[np.uint8]


@dataclass(frozen=True, slots=True)
class Fault:
    """Why a scan could not be judged. A value: it crosses processes, it is never raised across.

    Attributes:
        stage: where it stopped: ``open``, ``decode``, ``limits``, ``ocr``, ``worker``, ….
        reason: what is wrong, for a person.
        advice: what to do about it.
        truncated: the file ends early, as one that is still being written does; worth one
            more look later.
        passing: not the scan's doing, and over by itself: the disk is full, say.
    """

    stage: str
    reason: str
    advice: str = ""
    truncated: bool = False
    passing: bool = False
