"""Moves in folders that other people may replace: each folder is reached by a descriptor.

Whoever may write to the inbox, or to ``sorted/``, may rename a folder in it and put a symbolic link in
its place, between two steps of a move: the service would take away, or write, files of any folder that
the link leads to. So each folder is opened once, without following a link of theirs, and its files are
named by ``/proc/self/fd`` (proc(5)), which leads to the same folder whatever its name leads to by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from typing import Final

from config.links import held, may_be_replaced, refuse_foreign_links
from storage.filing.files import make_durable_folders
from storage.filing.outcomes import NameRefused, Outcome, Trouble
from storage.records import Move

_OPENED: Final = Path("/proc/self/fd")
_NOWHERE: Final = _OPENED / "none"
_FOLDER: Final = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def pinned(root: Path, moves: Sequence[Move]) -> Iterator[list[Move]]:
    """The moves, with paths that no link leads elsewhere as long as the block lasts.

    A source in the inbox whose folder is not there, or lies behind a link, is nowhere. A folder to which
    files go is made. Folders that nobody else can replace stay as they are.

    Args:
        root: the inbox, absolute; nobody but the user of the service replaces it. No link in it is
            followed.
        moves: what is to be moved.
    """
    with ExitStack() as stack:
        sources: dict[Path, Path] = {}
        for folder in {move.source.parent for move in moves}:
            if folder != root and folder.is_relative_to(root):
                sources[folder] = _open(root, folder, stack)
            elif may_be_replaced(folder):
                with suppress(OSError):  # the move says what is wrong
                    sources[folder] = stack.enter_context(held(folder))
        targets: dict[Path, Path] = {}
        for folder in {move.destination.parent for move in moves}:
            if may_be_replaced(folder):
                with suppress(OSError):
                    refuse_foreign_links(folder)
                    make_durable_folders(folder)
                    targets[folder] = stack.enter_context(held(folder))
        yield [
            replace(
                move,
                source=_in(sources, move.source),
                destination=_in(targets, move.destination),
            )
            for move in moves
        ]


def _in(folders: dict[Path, Path], path: Path) -> Path:
    return folders.get(path.parent, path.parent) / path.name


def _open(root: Path, folder: Path, stack: ExitStack) -> Path:
    fd = None
    try:
        fd = os.open(root, os.O_PATH | os.O_DIRECTORY | os.O_CLOEXEC)
        for part in folder.relative_to(root).parts:
            inner = os.open(part, _FOLDER, dir_fd=fd)
            os.close(fd)
            fd = inner
    except OSError:
        if fd is not None:
            os.close(fd)
        return _NOWHERE
    stack.callback(os.close, fd)
    return _OPENED / str(fd)


def unpinned(outcome: Outcome, move: Move) -> Outcome:
    """What became of a move that was pinned, in the words of ``move``, as it was asked for."""
    pairs = (
        (outcome.move.source.parent, move.source.parent),
        (outcome.move.destination.parent, move.destination.parent),
    )

    def named(path: Path) -> Path:
        for here, there in pairs:
            if path.is_relative_to(here):
                return there / path.relative_to(here)
        return path

    def said(trouble: Trouble) -> Trouble:
        return replace(trouble, move=move, folder=named(trouble.folder), file=named(trouble.file))

    if isinstance(outcome, NameRefused):
        return replace(
            outcome, move=move, other=named(outcome.other), trouble=said(outcome.trouble)
        )
    if isinstance(outcome, Trouble):
        return said(outcome)
    return replace(outcome, move=move)
