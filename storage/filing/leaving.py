"""Taking a source away so that nothing else goes with it.

Between a look at a name and its unlink another program may put a new file there, and the unlink would
take one that nobody has seen. So whatever has the name is first renamed to a hidden one that nobody
else uses, looked at there, and only then unlinked; a newcomer gets its name back.
"""

from __future__ import annotations

import os
from pathlib import Path

from storage.filing import files, noreplace
from storage.filing.names import next_name
from storage.records import Move


def take_away(move: Move, source: os.stat_result) -> bool:
    """Unlink the source, which looked like ``source``; False if it is the same file and changed.

    Another file that has its name by now stays.

    Raises:
        FileNotFoundError: nothing is there.
        OSError: it cannot be taken away; it is there as it was.
    """
    aside = _aside(move)
    os.rename(move.source, aside)
    found = os.lstat(aside)
    if files.unchanged(source, found) or _is_safe(move, found):
        try:
            os.unlink(aside)
        except OSError:
            _put_back(move)
            raise
        return True
    _put_back(move)
    return not files.same_file(source, found)


def settle(move: Move) -> None:
    """Finish a `take_away` that was cut short.

    Raises:
        OSError: what was set aside can neither be removed nor be put back now.
    """
    found, target = files.status(_aside(move)), files.status(move.destination)
    if found is None:
        return
    if target is not None and (files.same_file(found, target) or _is_safe(move, found)):
        os.unlink(_aside(move))
    else:
        _put_back(move)


def _is_safe(move: Move, found: os.stat_result) -> bool:
    """Whether the bytes of what was set aside stand at the destination, too.

    Some mounts number a file anew when it gets another name, so it may look like another.
    """
    return found.st_size == move.size and all(
        files.holds(path, move.sha256, move.size) for path in (_aside(move), move.destination)
    )


def _put_back(move: Move) -> None:
    """Give what was set aside its name again; the next free one if somebody has that by now."""
    name, aside = move.source, _aside(move)
    found, there = files.status(aside), files.status(name)
    if found is None:
        return
    if there is None or not files.same_file(found, there):
        while not noreplace.publish(aside, name):
            name = next_name(name)
    if files.status(aside) is not None:  # a second name of what was published
        os.unlink(aside)


def _aside(move: Move) -> Path:
    return move.source.with_name(f"{files.OURS}{move.scan_id}-{move.sha256[:16]}.aside")
