"""Walking through folders of any depth."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from config.links import listed


def walk(
    top: str | os.PathLike[str], onerror: Callable[[OSError], object] = lambda _error: None
) -> Iterator[tuple[str, list[str], list[str]]]:
    """As ``os.walk(top)``, which calls itself for each level up to Python 3.11: a folder of a thousand ends it.

    Links are not followed, even those that take the place of a folder meanwhile. A folder that is not in the list of names any more, once the caller has
    gone on, is not looked into.

    Args:
        top: a folder.
        onerror: told of each folder that cannot be looked into.

    Yields:
        Each folder with the names of the folders in it and of all else.
    """
    pending = [os.fspath(top)]
    while pending:
        folder = pending.pop()
        inner, names = list[str](), list[str]()
        try:
            with listed(folder) as entries:
                for entry in entries:
                    (inner if _is_folder(entry) else names).append(entry.name)
        except OSError as error:
            onerror(error)
            continue
        yield folder, inner, names
        pending += [
            path
            for name in reversed(inner)
            if not os.path.islink(path := os.path.join(folder, name))
        ]


def _is_folder(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_dir()
    except OSError:
        return False
