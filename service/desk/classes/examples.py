"""The examples of the classes, looked at and added from afar."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from config.errors import ConflictError, MissingError
from config.home import Home
from config.links import open_regular
from indexer.support import SupportFile, class_counts, support_files, whole_stamp
from models.page.formats import Kind, kind_of
from models.page.opening import scan_of
from models.page.scan import Fault
from service.desk.classes.classes import Added, add_examples, list_classes
from service.desk.pictures import Picture, Pictures
from storage.records import displayable

_HEAD: Final = 4096
_TYPES: Final = {
    Kind.PNG: "image/png",
    Kind.JPEG: "image/jpeg",
    Kind.TIFF: "image/tiff",
    Kind.BMP: "image/bmp",
    Kind.WEBP: "image/webp",
    Kind.GIF: "image/gif",
    Kind.PDF: "application/pdf",
    Kind.HEIF: "image/heic",
    Kind.AVIF: "image/avif",
}
one_at_a_time = threading.Lock()
"""Held by whoever changes the examples of a class over HTTP."""


@dataclass(frozen=True, slots=True)
class ClassOf:
    """A class with its examples; all names as UTF-8 can hold them.

    Attributes:
        name: of the class.
        examples: names of the files in its folder, sorted.
    """

    name: str
    examples: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ExampleFile:
    """An example's file.

    Attributes:
        path: absolute.
        media_type: by its first bytes, never by its name.
    """

    path: Path
    media_type: str


def classes(home: Home) -> list[ClassOf]:
    """Every class with its examples, by name."""
    found: dict[str, list[str]] = {displayable(name): [] for name in class_counts(home.support)}
    for file in support_files(home.support):
        found.setdefault(displayable(file.class_name), []).append(displayable(file.path.name))
    return [ClassOf(name, tuple(sorted(found[name]))) for name in sorted(found)]


def mark(home: Home) -> str:
    """Changes whenever an example, or what is left alone, comes, goes or changes; nothing is opened."""
    return whole_stamp(home.support)


def one_class(home: Home, name: str) -> ClassOf:
    """A class with its examples.

    Raises:
        MissingError: there is none of that name.
    """
    for one in classes(home):
        if one.name == name:
            return one
    raise MissingError(f"there is no class {name!r}", "'GET /classes' lists them")


def add_uploads(home: Home, name: str, given: Sequence[Path], pictures: Pictures) -> list[Added]:
    """Add examples, as `service.desk.classes.classes.add_examples` does; one caller at a time.

    A class whose name is no UTF-8 is meant by what is shown of it, and refused: no second one is
    made that looks the same.
    """
    with one_at_a_time:
        real = next((one for one in list_classes(home) if displayable(one) == name), name)
        added = add_examples(
            home, real, given, pictures.limits,
            fault=pictures.fault, shown=lambda path: displayable(path.name),
        )  # fmt: skip
    return [replace(one, name=displayable(one.name)) for one in added]


def file_of(home: Home, name: str, example: str) -> ExampleFile:
    """The file of an example.

    Raises:
        MissingError: there is no such class or example, or it cannot be opened.
    """
    file = find(home, name, example)
    try:
        descriptor = open_regular(file.path)
        with open(descriptor, "rb") as opened:
            kind = kind_of(opened.read(_HEAD))
    except OSError:
        raise _missing(name, example) from None
    known = None if kind is None else _TYPES[kind]
    return ExampleFile(file.path, known or "application/octet-stream")


def thumbnail(home: Home, pictures: Pictures, name: str, example: str, side: int) -> Picture:
    """The first page of an example, small.

    Args:
        home: whose classes.
        pictures: draws it.
        name: of the class.
        example: name of the file.
        side: its longest side, in pixels, at most.

    Raises:
        MissingError: there is no such class or example.
        ConflictError: it cannot be drawn.
    """
    file = find(home, name, example)
    scan = scan_of(file.path, pictures.limits)
    if isinstance(scan, Fault):
        raise _undrawn(file, scan)
    drawn = pictures.page(file.path, scan.sha256, 1, side)
    if isinstance(drawn, Fault):
        raise _undrawn(file, drawn)
    return drawn


def find(home: Home, name: str, example: str) -> SupportFile:
    """An example by the names that are shown.

    Raises:
        MissingError: there is no such class or example.
    """
    for file in support_files(home.support, only=lambda real: displayable(real) == name):
        if displayable(file.path.name) == example:
            return file
    raise _missing(name, example)


def _undrawn(file: SupportFile, fault: Fault) -> ConflictError:
    return ConflictError(f"{displayable(file.name)} {fault.reason}", fault.advice)


def _missing(name: str, example: str) -> MissingError:
    return MissingError(
        f"the class {name!r} has no example {example!r}", "'GET /classes' lists them"
    )
