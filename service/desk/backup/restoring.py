"""``restore``: a home out of an archive, whole or not at all.

The home is made under a hidden name beside its place, checked, and renamed: whoever looks finds
nothing, or all of it. Nothing outside the new home is written.
"""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from config.errors import DataError, HomeError
from config.home import Home, check_utf8
from config.settings import Settings
from config.walking import walk
from service.desk.backup.manifest import (
    ELSEWHERE,
    LEDGER,
    SETTINGS,
    Folder,
    Manifest,
    unescaped,
)
from service.desk.backup.settings_text import unset, value_of, with_folders
from service.desk.backup.staging import hidden_folder, parents_of
from service.desk.backup.unpacking import unpack
from storage.admission import admit
from storage.database import Database
from storage.filing import files, syncing
from storage.relocation import outside, relocate, without_path

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
        left_out: tables, views, triggers and indexes that a user had added to the ledger: ``view
            monthly``.
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
    left_out: tuple[str, ...]


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
    check_utf8(root)
    _check_empty(root)
    try:
        with parents_of(root), hidden_folder(root) as stage:
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
    scans, left_out = _follow(stage, home, old_root, moves)
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
        tuple(left_out),
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


def _follow(
    stage: Path, home: Home, old_root: Path, moves: dict[Path, Path]
) -> tuple[int, list[str]]:
    """Bring the ledger to the newest migration, and its paths to the new home.

    Returns:
        How many scans it has, and what of it was left out; see `admit`.

    Raises:
        DataError: it names what is no path.
        DatabaseError: it is damaged, or newer than this program.
    """
    path = stage / LEDGER
    left_out = admit(path)
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
    return int(scans), left_out


def _make_durable(stage: Path) -> None:
    found, folders = [], []
    for inner, _, names in walk(stage):
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
