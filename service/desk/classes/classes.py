"""The classes of a home: what there is, and adding an example."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from config.errors import MissingError, SupportError, UsageError
from config.home import Home
from indexer.support import IGNORED, check_class_name, class_counts, support_files
from indexer.verdict import UNKNOWN
from models.page.hashing import hash_file
from models.page.opening import scan_of
from models.page.read import Limits
from models.page.scan import Fault, Scan
from service.workers.detectors import detector_names
from service.workers.trials import REASON, Trials
from storage.filing.copying import copy_in
from storage.filing.files import make_durable_folders
from storage.filing.names import Names, visible

__all__ = [
    "Added", "add_examples", "check_class_name", "class_meant", "class_names", "list_classes",
    "unreadable_examples",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Added:
    """An image that was given as an example.

    Attributes:
        source: what the user named.
        name: its name under the support folder.
        new: False if the class already had these bytes.
    """

    source: Path
    name: str
    new: bool


def list_classes(home: Home) -> dict[str, int]:
    """Number of examples by class."""
    return class_counts(home.support)


def class_names(home: Home) -> list[str]:
    """The classes that a scan can be of: those of the support folder and of the detectors."""
    return sorted({*list_classes(home), *detector_names(home.detectors)})


def class_meant(home: Home, typed: str) -> str:
    """The class that somebody means: by its name, or by letters that only one name begins with.

    Raises:
        MissingError: it is none.
        UsageError: it may be more than one, or nothing was typed.
    """
    names = [UNKNOWN, *class_names(home)]
    typed = typed.strip()
    if typed in names:
        return typed
    begun = [name for name in names if typed and name.casefold().startswith(typed.casefold())]
    if len(begun) == 1:
        return begun[0]
    if begun:
        raise UsageError(f"{typed!r} may be {' or '.join(begun)}", "Type more of it")
    if not typed:
        raise UsageError("no class is named", f"The classes are {', '.join(names)}")
    raise MissingError(f"there is no class {typed!r}", "Add an example of it first")


def add_examples(
    home: Home,
    name: str,
    files: Sequence[Path],
    limits: Limits,
    *,
    fault: Callable[[Path], Fault | None],
    shown: Callable[[Path], str] = str,
) -> list[Added]:
    """Copy images into ``support/<name>``; all of them, or none.

    Args:
        home: whose class.
        name: of the class; it need not exist.
        files: the images.
        limits: what one may ask of this machine.
        fault: why the first page of a file cannot be read: asked of another process, for a decoder may
            crash over it, take all memory or never end.
        shown: how a file is called in what is said of it.

    Raises:
        UsageError: ``name`` cannot be a class.
        SupportError: a file cannot be read as an image, or cannot be copied.
    """
    check_class_name(name)
    scans = [_readable(path, limits, shown(path), fault) for path in files]
    folder = home.support / name
    if folder.is_symlink():
        raise SupportError(f"{folder} is a symbolic link, which is left alone", "Replace it")
    held = _digests(home, name, limits)
    names, added, made = Names(), [], []
    made_folders: list[Path] = []
    try:
        made_folders = make_durable_folders(folder)
        for path, scan in zip(files, scans, strict=True):
            if scan.sha256 in held:
                added.append(Added(path, held[scan.sha256], new=False))
                continue
            free = names.free(folder, visible(path.name, scan.sha256, IGNORED, "example"))
            place = copy_in(scan.path, scan.sha256, free)
            made.append(place)
            held[scan.sha256] = f"{name}/{place.name}"
            added.append(Added(path, held[scan.sha256], new=True))
    except OSError as error:
        with contextlib.suppress(OSError):
            for place in made:
                place.unlink(missing_ok=True)
            for new in reversed(made_folders):
                new.rmdir()
        raise SupportError(
            f"cannot add to {folder}: {error.strerror or error}", "Nothing was added"
        ) from None
    return added


def unreadable_examples(
    home: Home, limits: Limits, fault: Callable[[Path], Fault | None]
) -> Iterator[tuple[str, str]]:
    """Name and reason of each example that cannot be used; for ``fault`` see `add_examples`."""
    trials = Trials(home.cache)
    for file in support_files(home.support):
        scan = scan_of(file.path, limits)
        if isinstance(scan, Fault):
            yield file.name, scan.reason
        elif trials.refuses(scan.sha256):
            yield file.name, REASON
        elif found := fault(file.path):
            yield file.name, found.reason


def _readable(
    path: Path, limits: Limits, shown: str, fault: Callable[[Path], Fault | None]
) -> Scan:
    try:
        real = Path(os.path.realpath(path, strict=True))
        state = real.lstat()
        if huge := limits.too_large(state.st_size):
            raise SupportError(f"{shown} {huge.reason}", "Nothing was added")
        digest = hash_file(os.fspath(real), state) if real.is_file() else None
    except OSError as error:
        raise SupportError(
            f"{shown}: {(error.strerror or str(error)).lower()}", "Nothing was added"
        ) from None
    if digest is None:
        raise SupportError(f"{shown} is not a file at rest", "Name an image; nothing was added")
    scan = Scan(real, digest, real.stat().st_size)
    if found := fault(real):
        raise SupportError(f"{shown} {found.reason}", "Nothing was added")
    return scan


def _digests(home: Home, name: str, limits: Limits) -> dict[str, str]:
    found = {}
    for file in support_files(home.support):
        if file.class_name == name:
            scan = scan_of(file.path, limits)
            if not isinstance(scan, Fault):  # 'doctor' names what cannot be read
                found[scan.sha256] = file.name
    return found
