"""The numbers of a head on disk: what `numpy.savez` wrote, and nothing else."""

from __future__ import annotations

import math
import zipfile
from pathlib import Path
from typing import Any

import numpy as np
from numpy.lib import format as npy
from numpy.typing import NDArray

_SUFFIX = ".npy"


def read_arrays(file: Path) -> dict[str, NDArray[Any]]:
    """The arrays in a file, by name; they take no more memory than the file does.

    Raises:
        ValueError: one is packed, is cut short, or holds what is no finite number.
        OSError, zipfile.BadZipFile: it cannot be read, or is no archive; a damaged one may make
            the library raise others.
    """
    found = {}
    with zipfile.ZipFile(file) as archive:
        for info in archive.infolist():
            name = info.filename.removesuffix(_SUFFIX)
            if info.compress_type != zipfile.ZIP_STORED:
                raise ValueError(f"{name} is packed")
            with archive.open(info) as member:
                if npy.read_magic(member) != (1, 0):
                    raise ValueError(f"{name} is of another version")
                shape, turned, kind = npy.read_array_header_1_0(member)
                data = member.read()
            if kind.kind != "f" or math.prod(shape) * kind.itemsize != len(data):
                raise ValueError(f"{name} does not hold the numbers that it says")
            numbers = np.frombuffer(data, kind).reshape(shape, order="F" if turned else "C")
            if not np.isfinite(numbers).all():
                raise ValueError(f"{name} holds what is no number")
            found[name] = numbers
    return found
