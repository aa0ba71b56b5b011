"""``backup``: one archive of a home, while the service works or not."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

from config.errors import UsageError
from config.home import Home
from config.settings_file import settings_toml
from service.desk.backup.archive import Archive, cannot_write, hidden_file, publish
from service.desk.backup.contents import Contents, Progress
from service.desk.backup.manifest import LEDGER, LeftOut
from service.desk.backup.naming import folders_of
from service.desk.backup.settings_text import without_secrets
from service.workers.temporary import (
    private_folder,
    remove_private_folder,
    remove_what_the_dead_left,
)
from storage.connection import snapshot, spoken
from storage.records import now, timestamp


@dataclass(frozen=True, slots=True)
class Saved:
    """What went into an archive.

    Attributes:
        size: of the archive, in bytes.
        bytes: of the files in it, together.
        left_out: what belongs to it and is not in it.
    """

    file: Path
    size: int
    scans: int
    files: int
    bytes: int
    with_files: bool
    left_out: tuple[LeftOut, ...]


def back_up(
    home: Home,
    file: Path,
    *,
    with_files: bool = False,
    with_secrets: bool = False,
    token_file: Path | None = None,
    progress: Progress = lambda _total: nullcontext(lambda: None),
) -> Saved:
    """Save ``home`` as the archive ``file``.

    Args:
        home: whose ledger is at the newest migration.
        file: does not exist yet.
        with_files: also every scan.
        with_secrets: also the token in the settings, and ``token_file`` where it lies in a folder
            that is saved.
        token_file: that holds the token; None for none.
        progress: see `Progress`.

    Raises:
        UsageError: ``file`` exists, lies where its own bytes would be saved or sorted, or cannot
            be written.
        DatabaseError: the ledger cannot be read.
    """
    file = Path(os.path.abspath(file))
    _check_target(home, file)
    try:
        with hidden_file(file) as raw:
            secret = None if with_secrets else token_file
            saving = Contents(home, Archive(raw), with_files, timestamp(now()), secret)
            with _snapshot_of(home) as ledger:
                settings = _settings_of(home, with_secrets=with_secrets)
                manifest = saving.save(ledger, settings, progress, with_secrets=with_secrets)
            saving.archive.finish(manifest)
            size = raw.seek(0, os.SEEK_END)
            publish(raw, file)
    except OSError as error:
        raise cannot_write(file, error) from error
    members = manifest.members.values()
    return Saved(
        file, size, manifest.scans, len(members), sum(one.size for one in members), with_files,
        manifest.left_out,
    )  # fmt: skip


def _check_target(home: Home, file: Path) -> None:
    if os.path.lexists(file):
        raise UsageError(f"{file} exists already", "Name another file: nothing is overwritten")
    real = Path(os.path.realpath(file))
    for name, folder in folders_of(home).items():
        if real.is_relative_to(os.path.realpath(folder)):
            raise UsageError(
                f"{file} lies in the {name} folder, which is saved itself", "Name another folder"
            )


@contextmanager
def _snapshot_of(home: Home) -> Iterator[Path]:
    """A copy of the ledger, in a folder of this process: SQLite opens it, on a local disk.

    Where the archive goes may be a share, on which there is no write-ahead log.
    """
    remove_what_the_dead_left(home.cache)
    folder = private_folder(home.cache, os.getpid())
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with spoken(home.database):
            snapshot(home.database, folder / LEDGER)
        yield folder / LEDGER
    finally:
        remove_private_folder(home.cache, os.getpid())


def _settings_of(home: Home, *, with_secrets: bool) -> str:
    try:
        text = home.settings_file.read_text(encoding="utf-8")
    except FileNotFoundError:
        return settings_toml()
    return text if with_secrets else without_secrets(text)
