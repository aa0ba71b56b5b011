"""Putting a detector where the service finds it, and taking it away: nothing is deleted."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

from config.errors import HomeError
from config.home import Home
from service.desk.detectors.listing import folder_of
from storage.filing import files
from storage.filing.folders import rename_folder, set_folder_aside


def check_writable(home: Home) -> None:
    """See that a detector could be saved, before minutes are spent on it.

    Raises:
        HomeError: it could not.
    """
    try:
        files.make_durable_folders(home.detectors)
        # It has no name: Ctrl-C leaves nothing behind.
        with tempfile.TemporaryFile(dir=home.detectors):
            pass
    except OSError as error:
        raise _unwritable(home, error) from None


def publish_detector(home: Home, name: str, write: Callable[[Path], object]) -> Path | None:
    """Make a detector in a hidden folder, which takes its place once it is whole.

    What stood there is set aside under ``removed/detectors/``; if the new one cannot take its
    place after that, it is put back. The service sees the old one or the new one, whole; between
    the two, for a moment, none.

    Args:
        home: whose it becomes.
        name: of its class.
        write: fills the folder that it is given, and has it on the disk.

    Returns:
        Where the earlier one lies now; None if there was none.

    Raises:
        HomeError: it cannot be written.
    """
    part = _new_part(home, name)
    named = part / name  # it follows the umask; mkdtemp's folder is for this user alone
    try:
        named.mkdir()
        write(named)
        earlier = _swapped(named, home.detectors / name, _aside(home))
        files.fsync_folder(home.detectors)
    except OSError as error:
        raise HomeError(f"the detector {name} cannot be saved: {reason_of(error)}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return earlier


def withhold_detector(home: Home, name: str, write: Callable[[Path], object]) -> Path:
    """Make a detector where the service does not look: under ``removed/detectors/``; its place.

    Args:
        home: whose it would have become.
        name: of its class.
        write: see `publish_detector`.

    Raises:
        HomeError: it cannot be written.
    """
    part = _new_part(home, name)
    named = part / name
    try:
        named.mkdir()
        write(named)
        return set_folder_aside(named, _aside(home))
    except OSError as error:
        raise HomeError(f"the detector {name} cannot be saved: {reason_of(error)}") from None
    finally:
        shutil.rmtree(part, ignore_errors=True)


def remove_detector(home: Home, name: str) -> Path:
    """Take a detector out of use; where it lies now.

    Raises:
        MissingError: there is none of that name.
        HomeError: it cannot be moved.
    """
    place = folder_of(home, name)
    try:
        return set_folder_aside(place, _aside(home))
    except OSError as error:
        raise HomeError(f"{place} cannot be moved: {reason_of(error)}") from None


def _new_part(home: Home, name: str) -> Path:
    try:
        files.make_durable_folders(home.detectors)
        return Path(tempfile.mkdtemp(prefix=f".{name[:40]}.", suffix=".part", dir=home.detectors))
    except OSError as error:
        raise _unwritable(home, error) from None


def _unwritable(home: Home, error: OSError) -> HomeError:
    return HomeError(f"{home.detectors} cannot be written: {reason_of(error)}")


def _swapped(part: Path, place: Path, aside: Path) -> Path | None:
    """``part`` at ``place``; where that lies now which was there before."""
    earlier = None
    try:
        while True:
            if os.path.lexists(place):
                earlier = _set_aside(place, aside) or earlier
            try:
                rename_folder(part, place)
            except FileExistsError:  # of another training, which was faster: it goes aside too
                continue
            return earlier
    except BaseException:  # Ctrl-C among them
        if earlier is not None and not os.path.lexists(place):
            with suppress(OSError):
                rename_folder(earlier, place)
        raise


def _set_aside(place: Path, aside: Path) -> Path | None:
    try:
        return set_folder_aside(place, aside)
    except FileNotFoundError:
        if os.path.lexists(place):
            raise
        return None  # another training was faster


def _aside(home: Home) -> Path:
    return home.removed / "detectors"


def reason_of(error: OSError) -> str:
    """Why, in a few words: what writes networks puts pages into its errors."""
    return (os.strerror(error.errno) if error.errno else str(error)).lower()
