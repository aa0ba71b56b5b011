"""Sources in folders that other people may replace: each is reached by a descriptor of its folder.

Whoever may write to the inbox may rename a folder in it and put a symbolic link in its place, between
two steps of a move: the service would take away its own files, of any folder that the link leads to. So
the folder is opened once, without following a link on the way, and its files are named by
``/proc/self/fd`` (proc(5)), which leads to the same folder whatever its name leads to by then.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Final

from storage.filing.outcomes import NameRefused, Outcome, Trouble
from storage.records import Move

_OPENED: Final = Path("/proc/self/fd")
_NOWHERE: Final = _OPENED / "none"
_FOLDER: Final = os.O_PATH | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC


@contextmanager
def pinned(root: Path, moves: Sequence[Move]) -> Iterator[list[Move]]:
    """The moves, with sources that no link leads elsewhere as long as the block lasts.

    A source whose folder is not there, or lies behind a link, is nowhere.

    Args:
        root: absolute; nobody but the user of the service replaces it. Sources directly in it, or
            elsewhere, stay as they are.
        moves: what is to be moved.
    """
    with ExitStack() as stack:
        folders: dict[Path, Path] = {}
        for folder in {move.source.parent for move in moves}:
            if folder != root and folder.is_relative_to(root):
                folders[folder] = _open(root, folder, stack)
        yield [
            replace(move, source=folders[move.source.parent] / move.source.name)
            if move.source.parent in folders
            else move
            for move in moves
        ]


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
    folder = outcome.move.source.parent

    def named(path: Path) -> Path:
        inside = path.is_relative_to(folder)
        return move.source.parent / path.relative_to(folder) if inside else path

    if isinstance(outcome, NameRefused):
        refused = outcome.trouble
        trouble = replace(
            refused, move=move, folder=named(refused.folder), file=named(refused.file)
        )
        return replace(outcome, move=move, trouble=trouble)
    if isinstance(outcome, Trouble):
        return replace(outcome, move=move, folder=named(outcome.folder), file=named(outcome.file))
    return replace(outcome, move=move)
