"""Stories in which a daemon dies: what lies in the inbox, and what has to come of it."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from config.home import Home
from storage import files


@dataclass(frozen=True, slots=True)
class Story:
    """One way of a scan.

    Attributes:
        files: in the home before the daemon starts, by their paths in it; those in ``inbox/`` are
            dropped.
        end: all files in the end, by their paths in the home, notes left out.
        states: of all rows in the end, oldest first, superseded ones left out.
        settings: of the daemon.
        refuse: makes the file system refuse something.
        back: everything was sorted before, and is put back into the inbox now.
    """

    files: dict[str, str]
    end: dict[str, str]
    states: tuple[str, ...]
    settings: dict[str, Any] = field(default_factory=dict)
    refuse: Callable[[Home], None] = lambda _home: None
    back: bool = False


def _no_links(_home: Home) -> None:
    """As on exFAT and some shares."""

    def refuse(source: Path, target: Path, **_: object) -> None:
        raise OSError(
            errno.EPERM, os.strerror(errno.EPERM), os.fspath(source), None, os.fspath(target)
        )

    os.link = refuse  # type: ignore[assignment]


def _another_file_system(home: Home) -> None:
    """Links are refused from the inbox to anywhere else, and work within a folder."""
    link = os.link

    def refuse(source: Path, target: Path, **more: Any) -> None:
        if os.fspath(source).startswith(os.fspath(home.inbox)):
            raise OSError(
                errno.EXDEV, os.strerror(errno.EXDEV), os.fspath(source), None, os.fspath(target)
            )
        link(source, target, **more)

    os.link = refuse  # type: ignore[assignment]


def _no_links_nor_renameat2(home: Home) -> None:
    """As on the oldest of them."""
    _no_links(home)

    def refuse(*_: object) -> None:
        raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))

    files.rename_without_replacing = refuse


STORIES = {
    "filed": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/ticket/a.png": "ticket 1"}, ("filed",)
    ),
    "three at once": Story(
        {f"inbox/{name}.png": f"ticket {name}" for name in "abc"},
        {f"sorted/ticket/{name}.png": f"ticket {name}" for name in "abc"},
        ("filed",) * 3,
    ),
    "not recognised": Story(
        {"inbox/a.png": "unknown 1"}, {"review/a.png": "unknown 1"}, ("review",)
    ),
    "the name is taken": Story(
        {"inbox/a.png": "ticket 1", "sorted/ticket/a.png": "theirs"},
        {"sorted/ticket/a.png": "theirs", "sorted/ticket/a (2).png": "ticket 1"},
        ("filed",),
    ),
    "failed": Story({"inbox/a.png": "broken 1"}, {"failed/a.png": "broken 1"}, ("failed",)),
    "a second copy is set aside": Story(
        {"inbox/a.png": "ticket 1", "inbox/b.png": "ticket 1"},
        {"sorted/ticket/a.png": "ticket 1", "duplicates/b.png": "ticket 1"},
        ("filed", "duplicate"),
        settings={"duplicates": "skip"},
    ),
    "to another file system": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/ticket/a.png": "ticket 1"}, ("filed",),
        refuse=_another_file_system,
    ),
    "where there are no links": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/ticket/a.png": "ticket 1"}, ("filed",),
        refuse=_no_links,
    ),
    "nor renames without replacing": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/ticket/a.png": "ticket 1"}, ("filed",),
        refuse=_no_links_nor_renameat2,
    ),
    "put back": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/ticket/a.png": "ticket 1"}, ("filed",), back=True
    ),
    "put back after it failed": Story(
        {"inbox/a.png": "broken 1"}, {"failed/a.png": "broken 1"}, ("failed",), back=True
    ),
    "put back where there are no links": Story(
        {"inbox/a.png": "ticket 1"}, {"sorted/ticket/a.png": "ticket 1"}, ("filed",), back=True,
        refuse=_no_links,
    ),
}  # fmt: skip
