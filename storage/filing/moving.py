"""Moving files so that nothing is lost and nothing is overwritten. Knows no database.

Of each file, in this order: sync the file, link it to its destination, sync the destination's
folder, unlink the source, sync the source's folder. At every instant its bytes exist whole at
the source or at the destination. Whatever was done before a crash is recognised when the same
move is asked for again. A batch shares the syncs of its folders, and has
those of its files wait together.

Where links are refused the file is copied to a hidden ``.part`` in the destination's folder.
That part keeps its name until the source is unlinked: a destination that is the same file as
the part is ours, one that merely has the same bytes may be an earlier scan's.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import structlog

from config.links import is_held, open_regular, refuse_foreign_links
from storage.filing import files, noreplace
from storage.filing.leaving import settle, take_away
from storage.filing.outcomes import Changed, Gone, NameRefused, Outcome, Placed, Taken, Trouble
from storage.filing.refusals import other_name
from storage.filing.syncing import Looks, sync_files, sync_folders
from storage.records import Move

log = structlog.get_logger(__name__)


@dataclass(slots=True)
class _Step:
    """A file that stands at its destination, and may still stand at its source.

    Attributes:
        source: what is to be unlinked; None when nothing is.
        copied: the destination is a copy, not a link of the source.
        made: folders made for it.
    """

    move: Move
    source: os.stat_result | None
    copied: bool
    made: list[Path] = field(default_factory=list)

    @property
    def folders(self) -> set[Path]:
        """Those whose names must be durable before the source goes."""
        folder = self.move.destination.parent
        if is_held(folder):
            return {folder}  # those around it are durable already
        # The parent always: the attempt that made the folder may have died before its sync.
        return {folder, folder.parent, *(made.parent for made in self.made)}


def file_away(moves: Sequence[Move]) -> list[Outcome]:
    """Carry out ``moves``; what became of each, in order. May be called again with the same."""
    promised: set[Path] = set()
    state: list[_Step | Outcome] = []
    synced = sync_files(move.source for move in moves if move.sha256)
    for move in moves:
        answer = Taken(move) if move.destination in promised else _publish_or_say(move, synced)
        if isinstance(answer, _Step) and answer.source is not None:
            promised.add(move.destination)
        state.append(answer)
    unsynced = sync_folders(
        folder for step in state if isinstance(step, _Step) for folder in step.folders
    )
    for i, step in enumerate(state):
        if isinstance(step, _Step):
            failed = next((unsynced[folder] for folder in step.folders & unsynced.keys()), None)
            state[i] = _undone(step, failed) if failed else _unlink_source(step)
    placed = [step for step in state if isinstance(step, _Step)]
    for folder, error in sync_folders(step.move.source.parent for step in placed).items():
        # The file is safe; after a power cut it may stand in the inbox once more.
        log.warning("source_folder_not_synced", folder=str(folder), reason=error.strerror)
    cleared: set[Path] = set()
    for step in placed:
        with suppress(OSError):  # hidden, and of no use to anyone
            if _remove_leftovers(step.move):
                cleared.add(step.move.destination.parent)
    # Once the row is closed nobody would remove what a power cut brings back.
    sync_folders(cleared)
    return [Placed(step.move) if isinstance(step, _Step) else step for step in state]


def _publish_or_say(move: Move, synced: Mapping[Path, Looks]) -> _Step | Outcome:
    try:
        return _publish(move, synced)
    except OSError as error:
        trouble = _trouble(move, error)
        other = other_name(move.destination, error, _part(move).name)
        return trouble if other is None else NameRefused(move, other, trouble)


def _publish(move: Move, synced: Mapping[Path, Looks]) -> _Step | Outcome:
    """Up to the name at the destination."""
    if not move.sha256:
        return _rename_unread(move)
    settle(move)
    try:
        fd = open_regular(move.source)
    except OSError as error:
        if not files.is_no_file(error):
            raise
        if files.holds(move.destination, move.sha256, move.size):
            return _Step(move, None, copied=False)
        if error.errno not in {errno.ENOENT, errno.ENOTDIR}:
            raise
        _remove_leftovers(move)
        return Gone(move)
    try:
        return _publish_open(move, fd, synced)
    finally:
        os.close(fd)


def _publish_open(move: Move, fd: int, synced: Mapping[Path, Looks]) -> _Step | Outcome:
    source = os.fstat(fd)
    target = files.status(move.destination)
    if target is not None and _is_our_reservation(move):
        os.unlink(move.destination)
        # Before the marker goes: else a power cut brings an empty file back that is nobody's.
        files.fsync_folder(move.destination.parent)
        target = None
    linked = target is not None and files.same_file(source, target)
    copied = target is not None and not linked and _is_our_copy(move, target)
    changed = source.st_size != move.size or files.sha256_of(fd) != move.sha256
    # Some programs hold the mtime while they write: the ctime tells.
    changed |= Looks.of(os.fstat(fd)) != Looks.of(source)
    if target is not None and not linked and not copied:
        # The number of a file that is gone is soon another's: it does not tell one that changed.
        dropped_later = changed or (move.inode is not None and move.inode != source.st_ino)
        if dropped_later and files.holds(move.destination, move.sha256, move.size):
            return _Step(move, None, copied=False)
        return Taken(move)
    if changed:
        if copied:
            return _Step(move, None, copied=True)
        if linked:
            _take_back(move, source)
        _remove_leftovers(move)  # of an attempt that died in its copy
        return Changed(move)
    if target is not None:
        return _Step(move, source, copied)
    _remove_leftovers(move)
    if synced.get(move.source) != Looks.of(source):
        files.fsync(fd)
    refuse_foreign_links(move.destination.parent)
    made = files.make_folders(move.destination.parent)
    try:
        answer = _link(move, source)
        copied = answer is False
        if copied:
            files.copy_to_part(fd, _part(move), move.sha256)
            # The part tells that the copy is ours: a disk may have the later name without the first.
            files.fsync_folder(move.destination.parent)
            answer = noreplace.publish(_part(move), move.destination, marker=_marker(move))
    except BaseException:
        _remove_leftovers(move)
        raise
    if answer is False:
        _remove_leftovers(move)
        return Taken(move)
    return _Step(move, source, copied, made) if answer is True else answer


def _rename_unread(move: Move) -> _Step | Outcome:
    """Move a file that we may not read: it can be neither synced nor hashed, but be renamed.

    Only within one file system; across two, its bytes would have to be read.
    """
    there, target = files.status(move.source), files.status(move.destination)
    if there is None:
        ours = target is not None and target.st_ino == move.inode
        return _Step(move, None, copied=False) if ours else Gone(move)
    if there.st_size != move.size or there.st_ino != move.inode or not stat.S_ISREG(there.st_mode):
        return Changed(move)
    refuse_foreign_links(move.destination.parent)
    made = files.make_folders(move.destination.parent)
    try:
        noreplace.rename_without_replacing(move.source, move.destination)
    except FileExistsError:
        return Taken(move)
    return _Step(move, None, copied=False, made=made)


def _link(move: Move, source: os.stat_result) -> Taken | Changed | bool:
    """Link source to destination: True when done, False where links cannot be had."""
    try:
        os.link(move.source, move.destination, follow_symlinks=False)
    except FileExistsError:
        return Taken(move)
    except OSError as error:
        if error.errno in noreplace.LINKS_REFUSED:
            return False
        raise
    target, there = files.status(move.destination), files.status(move.source)
    if target is not None and files.unchanged(source, target):
        return True
    if target and there and (files.same_file(target, there) or target.st_nlink > 1):
        os.unlink(move.destination)  # our name for a file that still has another
    # A mount that numbers one file differently under each name cannot tell its links apart.
    return False if there is not None and files.unchanged(source, there) else Changed(move)


def _unlink_source(step: _Step) -> _Step | Outcome:
    """The step when the source is gone, or is another file that was dropped since."""
    move, source = step.move, step.source
    try:
        there = files.status(move.source)
        if source is None or there is None or not files.same_file(source, there):
            return step
        # Of a copy, what is written now is lost with the source. Its ctime tells; but that changes
        # as well where only its mode does, or the number of its names.
        late = step.copied and there.st_ctime_ns != source.st_ctime_ns
        same = files.unchanged(source, there) and (not late or _still_holds(move, there))
        if same and take_away(move, source):
            return step
    except FileNotFoundError:
        return step
    except OSError as error:
        return _undone(step, error)
    if step.copied:
        return step
    _take_back(move, source)
    return Changed(move)


def _still_holds(move: Move, there: os.stat_result) -> bool:
    """Whether the source has the bytes of the move, and nothing touched it while it was read."""
    same = files.holds(move.source, move.sha256, move.size)
    now = files.status(move.source)
    return same and now is not None and Looks.of(now) == Looks.of(there)


def _undone(step: _Step, error: OSError) -> Trouble:
    """Take the destination away again while the source stands, and report what was wrong."""
    if step.source is not None:
        _take_back(step.move, step.source)
    return _trouble(step.move, error)


def _take_back(move: Move, source: os.stat_result) -> None:
    try:
        there, target = files.status(move.source), files.status(move.destination)
        if there is None or target is None or not files.same_file(source, there):
            return
        if files.same_file(source, target) or _is_our_copy(move, target):
            os.unlink(move.destination)
            _remove_leftovers(move)
    except OSError as error:
        log.warning("not_undone", file=str(move.destination), reason=error.strerror)


def _is_our_copy(move: Move, target: os.stat_result) -> bool:
    """Whether the file at the destination is the copy that this move published."""
    part = files.status(_part(move))
    # The part loses its name only to the destination; the marker says that it could.
    ours = (
        files.status(_marker(move)) is not None if part is None else files.same_file(part, target)
    )
    return ours and files.holds(move.destination, move.sha256, move.size)


def _is_our_reservation(move: Move) -> bool:
    """Whether the destination is the empty file that a copy was to be renamed over."""
    made = all(files.status(path) for path in (_marker(move), _part(move)))
    return made and noreplace.is_reservation(move.destination)


def _part(move: Move) -> Path:
    return move.destination.with_name(f"{files.OURS}{move.scan_id}-{move.sha256[:16]}.part")


def _marker(move: Move) -> Path:
    return _part(move).with_suffix(".renamed")


def _remove_leftovers(move: Move) -> bool:
    """Whether there were any."""
    removed = False
    # The marker first: without the part, it would claim the destination as ours.
    for path in (_marker(move), _part(move)):
        with suppress(FileNotFoundError, NotADirectoryError):
            os.unlink(path)
            removed = True
    return removed


def _trouble(move: Move, error: OSError) -> Trouble:
    named = error.filename if error.filename2 is None else error.filename2
    place = move.destination.parent if named is None else Path(os.fsdecode(named))
    # A file, hidden or not, lies in one of the two; anything else is a folder to be made or read.
    if place.parent in (move.source.parent, move.destination.parent):
        place = place.parent
    reason = error.strerror or str(error)
    return Trouble(move, reason, error.errno or errno.EIO, place, move.source)
