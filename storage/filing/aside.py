"""Taking a file out of a folder into another one, where nothing is overwritten and nothing lost."""

from __future__ import annotations

import errno
import os
from pathlib import Path

from config.links import held, open_regular, refuse_foreign_links
from storage.filing import files, noreplace
from storage.filing.copying import copy_in
from storage.filing.names import Names, next_name
from storage.filing.refusals import other_name


def set_aside(file: Path, folder: Path) -> Path:
    """Move a file into a folder, which is made when missing; where it lies now.

    It gets a safe name, and so does the folder, where the file system does not take theirs.

    Args:
        file: absolute.
        folder: absolute; it may lie on another disk.

    Raises:
        OSError: it cannot be moved, or was replaced meanwhile; it stays where it is.
    """
    try:
        refuse_foreign_links(folder)
        files.make_durable_folders(folder)
    except OSError as error:
        other = other_name(folder / file.name, error)
        if other is None:
            raise
        return set_aside(file, other.parent)
    # Others may put links in the place of both folders, between any two steps.
    with held(file.parent) as source, held(folder) as target:
        return folder / _moved(source / file.name, target).name


def _moved(file: Path, folder: Path) -> Path:
    place = Names().free(folder, file.name)
    while True:
        try:
            if _renamed(file, place):
                break
            place = next_name(place)
        except OSError as error:
            if error.errno in noreplace.LINKS_REFUSED | {errno.EINVAL}:
                place = _copied(file, place)
                break
            other = other_name(place, error)
            if other is None:
                raise
            place = other
    files.fsync_folder(folder)
    files.fsync_folder(file.parent)
    return place


def _renamed(source: Path, place: Path) -> bool:
    try:
        noreplace.rename_without_replacing(source, place)
    except FileExistsError:
        return False
    return True


def _copied(file: Path, place: Path) -> Path:
    """To another disk: copied and verified; only then is the original taken away."""
    before = file.lstat()
    descriptor = open_regular(file)
    try:
        digest = files.sha256_of(descriptor)
    finally:
        os.close(descriptor)
    place = copy_in(file, digest, place)
    now = file.lstat()
    # Some programs hold the mtime while they write; nothing here changes the ctime.
    if not files.unchanged(before, now) or before.st_ctime_ns != now.st_ctime_ns:
        raise OSError(errno.EBUSY, "it was replaced meanwhile", os.fspath(file))
    file.unlink()
    return place
