"""``restore``: a home out of an archive, whole or not at all.

The home is made under a hidden name beside its place, checked, and renamed: whoever looks finds
nothing, or all of it. Nothing outside the new home is written.
"""

from __future__ import annotations

import errno
import fcntl
import os
import re
import shutil
import stat
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.errors import DataError, HomeError
from config.home import Home
from config.settings import Settings
from service.desk.backup.manifest import (
    ELSEWHERE,
    LEDGER,
    SETTINGS,
    Folder,
    Manifest,
    unescaped,
)
from service.desk.backup.settings_text import unset, value_of, with_folders
from service.desk.backup.unpacking import unpack
from storage.admission import admit
from storage.database import Database
from storage.filing import files, syncing
from storage.filing.foreign import WRITE_OF_OTHERS
from storage.filing.names import LONGEST, fitted
from storage.relocation import outside, relocate, without_path

_HIDDEN: Final = f"{files.OURS}restore-"
_RANDOM: Final = 8  # characters that `tempfile.mkdtemp` adds, of [a-z0-9_]
_FOLDER: Final = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_BUSY: Final = frozenset({errno.EBUSY, errno.EXDEV, errno.EINVAL})


@dataclass(frozen=True, slots=True)
class Restored:
    """What came out of an archive.

    Attributes:
        home: absolute.
        files: how many.
        bytes: of them, together.
        brought_in: folders that lay outside the home, by name, with where they were: their files
            are now in the home, and the settings follow.
        outside: folders that still lie outside: the settings name them as before.
        host: the address that its settings have the service listen on; empty if they name none.
        token_in: the file with the token for the API: the settings, or that which they name; empty
            without one.
    """

    home: Path
    scans: int
    files: int
    bytes: int
    created_at: str
    with_files: bool
    brought_in: dict[str, Path]
    outside: dict[str, Path]
    host: str
    token_in: str


def restore(file: Path, root: Path, advance: Callable[[], None] = lambda: None) -> Restored:
    """Make the home ``root`` out of an archive.

    Args:
        file: written by `service.desk.backup.saving.back_up`.
        root: is not there, or is an empty folder.
        advance: called after each file.

    Raises:
        HomeError: ``root`` holds something, or cannot be written.
        DataError: see `unpack`.
        DatabaseError: the ledger was written by a newer program, or is damaged.
    """
    root = Path(os.path.abspath(root))
    _check_empty(root)
    try:
        with _hidden_folder(root) as stage:
            manifest = unpack(Path(os.path.abspath(file)), stage, advance)
            restored = _set_up(manifest, stage, root)
            _make_durable(stage)
            _put_in_place(stage, root)
    except OSError as error:
        raise HomeError(
            f"cannot make the home {root}: {(error.strerror or str(error)).lower()}",
            "Make room" if error.errno in {errno.ENOSPC, errno.EDQUOT}
            else "Choose another place with --home",
        ) from None  # fmt: skip
    return restored


def _check_empty(root: Path) -> None:
    """See that nothing is there: not even a hidden file.

    Raises:
        HomeError: something is.
    """
    try:
        there = next(iter(os.listdir(root)), None)
    except FileNotFoundError:
        there = root.name if os.path.lexists(root) else None  # a dangling link
    except OSError as error:
        raise HomeError(
            f"{root}: {(error.strerror or str(error)).lower()}", "Choose another place with --home"
        ) from None
    if there is not None or root.is_symlink():
        raise HomeError(
            f"{root} is not empty: nothing is overwritten",
            "Name a folder that does not exist yet with --home",
        )


@contextmanager
def _hidden_folder(root: Path) -> Iterator[Path]:
    """An empty folder beside ``root``, made here and locked; whatever is left of it in the end goes.

    What a restore to ``root`` left there that was killed goes as well. A folder that was there
    before is never used: another user may have made it, to own what is unpacked.

    Raises:
        HomeError: another process restores to the same place.
    """
    root.parent.mkdir(parents=True, exist_ok=True)
    prefix = fitted(f"{_HIDDEN}{root.name}", "-", LONGEST - _RANDOM)
    _remove_left_over(root, prefix)
    stage = Path(tempfile.mkdtemp(prefix=prefix, dir=root.parent))
    fd = os.open(stage, _FOLDER)
    try:
        if _lock(fd) is False:
            raise _busy(root)  # it removes what was not locked yet
        try:
            yield stage
        finally:
            _remove(fd, stage)  # once it has its final name there is none, or it is another's
    finally:
        os.close(fd)


def _remove_left_over(root: Path, prefix: str) -> None:
    """Remove the hidden folders of restores to ``root`` that were killed; no one else's.

    Raises:
        HomeError: one of them is in use.
    """
    hidden = re.compile(re.escape(prefix) + f"[a-z0-9_]{{{_RANDOM}}}")
    for name in os.listdir(root.parent):
        if not hidden.fullmatch(name):
            continue
        try:
            fd = os.open(root.parent / name, _FOLDER)
        except OSError:
            continue  # no folder, or another user's
        try:
            made = os.fstat(fd)
            if made.st_uid != os.geteuid() or made.st_mode & WRITE_OF_OTHERS:
                continue
            locked = _lock(fd)
            if locked is False:
                raise _busy(root)
            if locked:
                _remove(fd, root.parent / name)
        finally:
            os.close(fd)


def _busy(root: Path) -> HomeError:
    return HomeError(f"another process restores to {root}", "Wait until it has ended")


def _lock(fd: int) -> bool | None:
    """Whether the folder is locked now; None on a file system without locks."""
    try:
        fcntl.flock(fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        return None
    return True


def _remove(fd: int, folder: Path) -> None:
    """Remove the open ``folder`` with what is in it, if it still has that name."""
    there = files.status(folder)
    if there is None or not files.same_file(os.fstat(fd), there):
        return
    for name in os.listdir(fd):
        if stat.S_ISDIR(os.stat(name, dir_fd=fd, follow_symlinks=False).st_mode):
            shutil.rmtree(name, dir_fd=fd)
        else:
            os.unlink(name, dir_fd=fd)
    folder.rmdir()


def _set_up(manifest: Manifest, stage: Path, root: Path) -> Restored:
    """Bring ledger and settings in line with the new place."""
    old_root = Path(unescaped(manifest.home))
    folders = {
        name: _Place.of(one, root, stays=name in _SETTINGS)
        for name, one in manifest.folders.items()
    }
    kept = {n: p for n, p in folders.items() if n in _SETTINGS}
    places = {_SETTINGS[name]: place.now for name, place in kept.items()}
    home = Home.of(root, Settings.model_validate(places))
    try:
        text = (stage / SETTINGS).read_text(encoding="utf-8")
    except UnicodeDecodeError:
        raise DataError("the settings in the backup are not UTF-8", "Use another backup") from None
    text = unset(text, "database_url", note="restored into this home")
    text = with_folders(text, root, places)
    (stage / SETTINGS).write_text(text, encoding="utf-8")
    (stage / SETTINGS).chmod(0o600)
    # Also what lay elsewhere and is not in the archive: only settings name places outside the home.
    moves = {folders[ELSEWHERE].before: folders[ELSEWHERE].now, old_root: root}
    moves |= {place.before: place.now for name, place in folders.items() if name != ELSEWHERE}
    scans = _follow(stage, home, old_root, moves)
    for name, folder in manifest.folders.items():
        # A support folder that is missing would be filled with the ready classes.
        if name in _SETTINGS and folder.saved:
            (stage / unescaped(folder.name)).mkdir(parents=True, exist_ok=True)
    total = sum(member.size for member in manifest.members.values())
    return Restored(
        root, scans, len(manifest.members), total, manifest.created_at,
        manifest.with_files,
        {n: p.before for n, p in kept.items() if p.outside and p.before != p.now},
        {n: p.now for n, p in kept.items() if p.outside and p.before == p.now},
        value_of(text, "host"),
        SETTINGS if value_of(text, "api_token") else value_of(text, "api_token_file"),
    )  # fmt: skip


_SETTINGS: Final = {
    name: f"{name}_dir" for name in ("inbox", "support", "sorted", "review", "failed")
}
"""The settings that name folders, by the folder."""


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a folder was, and is."""

    before: Path
    now: Path
    outside: bool

    @classmethod
    def of(cls, folder: Folder, root: Path, *, stays: bool) -> _Place:
        """A folder lies in the home now, unless it ``stays`` and its files are not in the archive."""
        before = Path(unescaped(folder.at))
        stays = stays and folder.outside and not folder.saved
        return cls(before, before if stays else root / unescaped(folder.name), folder.outside)


def _follow(stage: Path, home: Home, old_root: Path, moves: dict[Path, Path]) -> int:
    """Bring the ledger to the newest migration, and its paths to the new home; its scans, counted.

    Raises:
        DataError: it names what is no path.
        DatabaseError: it is damaged, or newer than this program.
    """
    path = stage / LEDGER
    admit(path)
    with closing(Database.open(path)) as database:
        if odd := without_path(database):
            raise DataError(
                f"the ledger of the backup names a path that is none: {odd}", "Use another backup"
            )
        relocate(database, home, old_root, moves)
        if odd := outside(database, home):
            raise DataError(
                f"the ledger of the backup names a path where no scan can be: {odd}",
                "Use another backup",
            )
        with database.read() as connection:
            scans = connection.exec_driver_sql("SELECT count(*) FROM scans").scalar_one()
    path.chmod(0o600)
    for older in stage.glob(f"{LEDGER}.backup-*"):
        older.unlink()  # the archive is a better one
    return int(scans)


def _make_durable(stage: Path) -> None:
    found, folders = [], []
    for inner, _, names in os.walk(stage):
        folders.append(Path(inner))
        found += [Path(inner, name) for name in names]
    synced = syncing.sync_files(found)
    if left := next((path for path in found if path not in synced), None):
        raise OSError(errno.EIO, "cannot be synced", os.fspath(left))
    for error in syncing.sync_folders(folders).values():
        raise error


def _put_in_place(stage: Path, root: Path) -> None:
    """Give the folder its name, in one step; an empty folder there is replaced, nothing else.

    It gets the mode of that one, unless another user made it: they would let themselves in.
    """
    there = files.status(root)
    if there is not None and there.st_uid in {0, os.geteuid()}:
        stage.chmod(stat.S_IMODE(there.st_mode))
    else:
        mask = os.umask(0)
        os.umask(mask)
        stage.chmod(0o777 & ~mask)
    try:
        os.rename(stage, root)
    except OSError as error:
        if error.errno in {errno.ENOTEMPTY, errno.EEXIST, errno.ENOTDIR}:
            raise HomeError(
                f"{root} is not empty any more: nothing is overwritten",
                "Name a folder that does not exist yet with --home",
            ) from None
        if error.errno in _BUSY:
            raise HomeError(
                f"{root} cannot be replaced: it is a mount, or the folder that you work in",
                "Name a folder inside it with --home",
            ) from None
        raise
    files.fsync_folder(root.parent)
