"""Putting a detector where the service finds it, and taking it away: nothing is deleted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from config.errors import HomeError, MissingError
from config.home import Home
from storage.filing import files
from storage.filing.aside import set_aside


@contextmanager
def new_folder(home: Home, name: str) -> Iterator[Path]:
    """A hidden folder in which a detector is made; when the block ends well, it takes its place.

    What stood there before is set aside under ``removed/detectors/``. The service sees the old
    one or the new one, whole; between the two, for a moment, none.

    Raises:
        HomeError: it cannot be written.
    """
    try:
        home.detectors.mkdir(parents=True, exist_ok=True)
        part = Path(tempfile.mkdtemp(prefix=f".{name[:40]}.", suffix=".part", dir=home.detectors))
    except OSError as error:
        raise HomeError(f"{home.detectors} cannot be written: {error.strerror}") from None
    try:
        yield part
        os.chmod(part, 0o755)  # noqa: S103 - as every folder of a home; mkdtemp is for one alone
        place = home.detectors / name
        if os.path.lexists(place):
            set_aside(place, _aside(home))
        files.rename_without_replacing(part, place)
        files.fsync_folder(home.detectors)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HomeError(f"the detector {name} cannot be saved: {reason}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def remove_detector(home: Home, name: str) -> Path:
    """Take a detector out of use; where it lies now.

    Raises:
        MissingError: there is none of that name.
        HomeError: it cannot be moved.
    """
    place = home.detectors / name
    if not place.is_dir() or place.is_symlink():
        raise MissingError(
            f"there is no detector {name!r}", "'pigeonhole detector list' shows those there are"
        )
    try:
        return set_aside(place, _aside(home))
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise HomeError(f"{place} cannot be moved: {reason}") from None


def _aside(home: Home) -> Path:
    return home.removed / "detectors"
