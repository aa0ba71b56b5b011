"""Copying a file into a folder: whole or not at all, never over another."""

from __future__ import annotations

import os
from pathlib import Path

from config.links import held, open_regular
from storage.filing import files, noreplace
from storage.filing.names import next_name
from storage.filing.refusals import other_name


def copy_in(source: Path, sha256: str, target: Path) -> Path:
    """Copy a regular file, verified and durable; the source stays.

    Args:
        source: absolute.
        sha256: what its bytes must hash to.
        target: the name it is to have, in a folder that exists; the next free one if taken, and a
            safe one where the file system does not take it.

    Returns:
        The name it got.

    Raises:
        OSError: it cannot be read or written, or its bytes are others.
    """
    with held(target.parent) as folder:
        return target.with_name(_copied(source, sha256, folder / target.name).name)


def _copied(source: Path, sha256: str, target: Path) -> Path:
    clear_what_the_dead_left(target.parent, sha256)
    part = _part(target.parent, str(os.getpid()), sha256)
    _clear(part)
    descriptor = open_regular(source)
    try:
        files.copy_to_part(descriptor, part, sha256)
        while True:
            try:
                if noreplace.publish(part, target, marker=part.with_suffix(".renamed")):
                    break
                target = next_name(target)
            except OSError as error:
                other = other_name(target, error)
                if other is None:
                    raise
                target = other
        if files.status(part.with_suffix(".renamed")) is not None:
            files.fsync_folder(target.parent)  # until then the marker is needed
        # Before the sync: else a power cut brings it back, and nobody would remove it.
        _clear(part)
        files.fsync_folder(target.parent)
    finally:
        os.close(descriptor)
        _clear(part)
    return target


def _part(folder: Path, pid: str, sha256: str) -> Path:
    return folder / f"{files.OURS}copy-{pid}-{sha256[:16]}.part"


def clear_what_the_dead_left(folder: Path, sha256: str) -> None:
    """Whoever died while copying this very file is followed by one who does it again.

    What the dead one had put in place before its sync is the caller's to sync.
    """
    for left in folder.glob(_part(folder, "*", sha256).with_suffix(".*").name):
        pid = left.name.removeprefix(f"{files.OURS}copy-").partition("-")[0]
        if not Path("/proc", pid).exists():
            _clear(left.with_suffix(".part"))
            files.fsync_folder(folder)


def _clear(part: Path) -> None:
    """Take away our hidden files, and the empty one that the part was to be renamed over."""
    marker = part.with_suffix(".renamed")
    if reserved := noreplace.reserved_by(marker):
        reserved.unlink(missing_ok=True)
        files.fsync_folder(part.parent)  # before the marker goes
    marker.unlink(missing_ok=True)
    part.unlink(missing_ok=True)
