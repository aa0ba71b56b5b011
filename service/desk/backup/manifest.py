"""What a backup holds, as its last member says: ``manifest.json``."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import unquote_to_bytes

from pydantic import BaseModel, ConfigDict, Field

FORMAT: Final = 1
"""Raised when an older program would restore an archive wrongly."""
MANIFEST: Final = "manifest.json"
SETTINGS: Final = "pigeonhole.toml"
LEDGER: Final = "pigeonhole.db"
_LONGEST_NAME: Final = 4096
"""Bytes of a path in an archive, as Linux has it."""
_DEEPEST: Final = 200
"""Parts of a path in an archive: folders are made and removed by functions that recurse."""
ELSEWHERE: Final = "elsewhere"
"""The name of the folder for scans that lie in none of a home's folders: these were others once."""


def escaped(path: str) -> str:
    """Bytes of ``path`` that are not UTF-8, and percent signs, as ``%XX``."""
    return "".join(
        f"%{ord(char) - 0xDC00:02X}" if "\udc80" <= char <= "\udcff" else char
        for char in path.replace("%", "%25")
    )


def unescaped(text: str) -> str:
    """The path that ``escaped`` wrote."""
    return os.fsdecode(unquote_to_bytes(text))


def fits(name: str) -> bool:
    """Whether a path is neither too long nor too deep for an archive."""
    return len(os.fsencode(name)) <= _LONGEST_NAME and name.count("/") < _DEEPEST


class Member(BaseModel):
    """One file of the archive."""

    model_config = ConfigDict(frozen=True)

    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    size: int = Field(ge=0)


class Folder(BaseModel):
    """A folder of the home.

    Attributes:
        at: absolute, when the backup was made.
        name: its path in the archive, which is that in a restored home.
        outside: it did not lie in the home.
        saved: its files are in the archive.
    """

    model_config = ConfigDict(frozen=True)

    at: str
    name: str
    outside: bool
    saved: bool


class LeftOut(BaseModel):
    """A file that belongs to the backup and is not in it."""

    model_config = ConfigDict(frozen=True)

    place: str
    reason: str
    scan_id: int | None = None


class Manifest(BaseModel):
    """The description of an archive. Paths are `escaped`.

    Attributes:
        format: see `FORMAT`.
        version: of the program that wrote it.
        revision: the migration at which the ledger stands.
        created_at: UTC ISO 8601: the moment of which the ledger is.
        home: the absolute path of the home, as are those in ``folders``.
        folders: by their names in `config.home.Home`.
        members: every file, by its path in the archive, but for the manifest.
    """

    model_config = ConfigDict(frozen=True)

    format: int
    version: str
    revision: str
    created_at: str
    with_files: bool
    with_secrets: bool
    scans: int
    home: str
    folders: dict[str, Folder]
    members: dict[str, Member]
    left_out: tuple[LeftOut, ...] = ()
