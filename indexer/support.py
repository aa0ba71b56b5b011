"""The support set: ``support/<class>/*``, read from the folder, which is the truth."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.errors import UsageError
from config.ignored import Ignored
from indexer.verdict import UNKNOWN

IGNORED: Final = Ignored(("*.error.json",))
"""Names of files in the support folder that are no examples, beside the built-in list."""


@dataclass(frozen=True, slots=True)
class SupportFile:
    """One example of a class, not opened yet.

    Attributes:
        class_name: the folder it lies in.
        name: its path relative to the support folder, with forward slashes.
        path: where it lies.
        size: in bytes.
        written: when its content and its inode were last changed, in ns, and the inode.
    """

    class_name: str
    name: str
    path: Path
    size: int
    written: tuple[int, int, int]


def check_class_name(name: str) -> None:
    """Refuse what cannot be a class.

    Raises:
        UsageError: a path, a hidden or ignored name, ``unknown``, or longer than 200 bytes.
    """
    reason = None
    if not name or name in {".", ".."} or "/" in name or "\0" in name:
        reason = "is not the name of a folder"
    elif name.casefold() == UNKNOWN:
        reason = "means none of the classes"
    elif Ignored()(name):
        reason = "is a name that is left alone, as hidden and temporary ones are"
    elif len(os.fsencode(name)) > 200:
        reason = "is longer than 200 bytes"
    elif not name.isprintable() or name != name.strip():
        reason = "has characters that cannot be seen"
    if reason:
        raise UsageError(f"{name!r} {reason}", "Choose a plain word, such as invoice")


def support_files(
    support: Path,
    closed: Callable[[OSError], object] = lambda _error: None,
    *,
    only: Callable[[str], bool] = lambda _class_name: True,
) -> Iterator[SupportFile]:
    """The examples under ``support``, sorted by name. A folder that is missing has none.

    Regular files directly inside a class folder count; hidden and temporary ones and symbolic
    links do not, nor does a folder called ``unknown``, which is no class.

    Args:
        support: the folder.
        closed: told of each folder and file that is there and cannot be looked at.
        only: the classes that are looked into; of others nothing is read.
    """
    for folder in _entries(support, closed):
        if not folder.is_dir(follow_symlinks=False) or folder.name == UNKNOWN:
            continue
        if not only(folder.name):
            continue
        for file in _entries(Path(folder.path), closed):
            try:
                if not file.is_file(follow_symlinks=False):
                    continue
                state = file.stat(follow_symlinks=False)
            except OSError as error:
                if not isinstance(error, FileNotFoundError):  # it went away while we looked
                    closed(error)
                continue
            yield SupportFile(
                folder.name,
                f"{folder.name}/{file.name}",
                Path(file.path),
                state.st_size,
                (state.st_mtime_ns, state.st_ctime_ns, state.st_ino),
            )


def support_stamp(support: Path) -> str:
    """What the folder looks like from outside: changes whenever an example comes, goes or changes.

    Names, sizes and times only; nothing is opened. 16 hexadecimal digits.
    """
    digest = hashlib.sha256()
    for file in support_files(support):
        digest.update(os.fsencode(file.name))
        digest.update(f"\0{file.size}\0{file.written}\n".encode())
    return digest.hexdigest()[:16]


def class_counts(support: Path) -> dict[str, int]:
    """Number of examples by class, classes with an empty folder included."""
    counts = {
        folder.name: 0
        for folder in _entries(support)
        if folder.is_dir(follow_symlinks=False) and folder.name != UNKNOWN
    }
    for file in support_files(support):
        counts[file.class_name] += 1
    return counts


def _entries(
    folder: Path, closed: Callable[[OSError], object] = lambda _error: None
) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(folder) as found:
            return sorted(
                (entry for entry in found if not IGNORED(entry.name)), key=lambda entry: entry.name
            )
    except FileNotFoundError:
        return []
    except OSError as error:
        closed(error)
        return []
