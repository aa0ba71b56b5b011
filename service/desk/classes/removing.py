"""Examples taken out of their classes, and put back; nothing is destroyed: they lie in ``removed/``."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass
from pathlib import Path

from config.errors import ConflictError, MissingError
from config.home import Home
from indexer.support import class_counts, support_files
from service.desk.classes.examples import find, one_at_a_time, one_class
from storage.filing.aside import set_aside
from storage.records import displayable


@dataclass(frozen=True, slots=True)
class Removed:
    """What was taken out of a class; all names as UTF-8 can hold them.

    Attributes:
        class_name: of what it was an example.
        name: of the file now.
        place: where it lies, relative to the home.
    """

    class_name: str
    name: str
    place: str


def remove_example(home: Home, name: str, example: str) -> str:
    """Move an example out of its class into ``removed/<class>/``; where it lies now.

    Raises:
        MissingError: there is no such class or example.
        ConflictError: it cannot be moved.
    """
    with one_at_a_time:
        file = find(home, name, example)
        place = _moved(file.path, home.removed / file.class_name, "It stays an example")
        return displayable(home.relative(place))


def remove_class(home: Home, name: str) -> list[str]:
    """Move all examples of a class there, so that the class is none; where they lie now.

    Raises:
        MissingError: there is no such class.
        ConflictError: one of them cannot be moved.
    """
    with one_at_a_time:
        one_class(home, name)
        moved = [
            _moved(file.path, home.removed / file.class_name, "It stays an example")
            for file in list(support_files(home.support))
            if displayable(file.class_name) == name
        ]
        for folder in {real for real in class_counts(home.support) if displayable(real) == name}:
            # Whatever else lies in it stays, and the folder with it: a class without examples.
            with contextlib.suppress(OSError):
                (home.support / folder).rmdir()
    return [displayable(home.relative(place)) for place in moved]


def removed(home: Home) -> list[Removed]:
    """What lies in ``removed/``, by class and name."""
    return [
        Removed(
            displayable(file.class_name), displayable(file.path.name),
            displayable(home.relative(file.path)),
        )
        for file in support_files(home.removed)
    ]  # fmt: skip


def put_back(home: Home, name: str, example: str) -> str:
    """Make what was taken out an example again; its name under the support folder.

    Args:
        home: whose classes.
        name: of the class; made anew if it has gone.
        example: name of the file, as `removed` has it.

    Raises:
        MissingError: it does not lie there.
        ConflictError: it cannot be moved.
    """
    with one_at_a_time:
        for file in support_files(home.removed):
            if (displayable(file.class_name), displayable(file.path.name)) == (name, example):
                break
        else:
            raise MissingError(
                f"{example!r} is not among what was taken out of {name!r}", "Look again"
            )
        folder = home.support / file.class_name
        stays = "It stays where it is"
        if folder.is_symlink():
            raise ConflictError(f"the folder of {name!r} is a symbolic link", stays)
        place = _moved(file.path, folder, stays)
        with contextlib.suppress(OSError):  # other things lie in it
            file.path.parent.rmdir()
        return displayable(f"{file.class_name}/{place.name}")


def _moved(source: Path, folder: Path, otherwise: str) -> Path:
    try:
        return set_aside(source, folder)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConflictError(
            f"{displayable(source.name)} cannot be moved: {reason}", otherwise
        ) from None
