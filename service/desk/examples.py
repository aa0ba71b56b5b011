"""The examples of the classes, looked at and taken away from afar; taking away destroys nothing."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.errors import ConflictError, MissingError
from config.home import Home
from indexer.support import SupportFile, class_counts, support_files
from models.page.formats import Kind, kind_of
from models.page.limits import Limits
from service.desk.classes import Added, add_examples
from storage.filing import files
from storage.filing.aside import set_aside
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
_one_at_a_time = threading.Lock()


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
class Picture:
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


def one_class(home: Home, name: str) -> ClassOf:
    """A class with its examples.

    Raises:
        MissingError: there is none of that name.
    """
    for one in classes(home):
        if one.name == name:
            return one
    raise MissingError(f"there is no class {name!r}", "'GET /classes' lists them")


def add_uploads(home: Home, name: str, given: Sequence[Path], limits: Limits) -> list[Added]:
    """Add examples, as `service.desk.classes.add_examples` does; one caller at a time."""
    with _one_at_a_time:
        return add_examples(home, name, given, limits, shown=lambda path: path.name)


def picture(home: Home, name: str, example: str) -> Picture:
    """The file of an example.

    Raises:
        MissingError: there is no such class or example, or it cannot be opened.
    """
    file = _file(home, name, example)
    try:
        descriptor = files.open_regular(file.path)
        with open(descriptor, "rb") as opened:
            kind = kind_of(opened.read(_HEAD))
    except OSError:
        raise _missing(name, example) from None
    known = None if kind is None else _TYPES[kind]
    return Picture(file.path, known or "application/octet-stream")


def remove_example(home: Home, name: str, example: str) -> str:
    """Move an example out of its class into ``removed/<class>/``; where it lies now.

    Raises:
        MissingError: there is no such class or example.
        ConflictError: it cannot be moved.
    """
    with _one_at_a_time:
        return _moved(home, _file(home, name, example))


def remove_class(home: Home, name: str) -> list[str]:
    """Move all examples of a class there, so that the class is none; where they lie now.

    Raises:
        MissingError: there is no such class.
        ConflictError: one of them cannot be moved.
    """
    with _one_at_a_time:
        one_class(home, name)
        moved = [
            _moved(home, file)
            for file in list(support_files(home.support))
            if displayable(file.class_name) == name
        ]
        for folder in {real for real in class_counts(home.support) if displayable(real) == name}:
            # Whatever else lies in it stays, and the folder with it: a class without examples.
            with contextlib.suppress(OSError):
                (home.support / folder).rmdir()
    return moved


def _file(home: Home, name: str, example: str) -> SupportFile:
    for file in support_files(home.support):
        if (displayable(file.class_name), displayable(file.path.name)) == (name, example):
            return file
    raise _missing(name, example)


def _missing(name: str, example: str) -> MissingError:
    return MissingError(
        f"the class {name!r} has no example {example!r}", "'GET /classes' lists them"
    )


def _moved(home: Home, file: SupportFile) -> str:
    try:
        place = set_aside(file.path, home.removed / file.class_name)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConflictError(
            f"{displayable(file.name)} cannot be moved: {reason}", "It stays an example"
        ) from None
    return displayable(home.relative(place))
