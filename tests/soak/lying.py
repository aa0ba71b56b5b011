"""What lies in the folders of a home."""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from config.home import Home
from storage.filing.notes import ENDING
from tests.soak.register import Register, digest


@dataclass(frozen=True, slots=True)
class Lying:
    """A file of a person's, in one of the folders of a home."""

    path: Path
    folder: str
    sha256: str


def files_of(home: Home, register: Register) -> Iterator[Lying]:
    """Every file of a person's, wherever it was filed; notes left out.

    One that may not be read is given leave to be read: nothing is to be judged any more.
    """
    notes = set(notes_of(home, register))
    folders = {
        "inbox": home.inbox, "sorted": home.sorted, "review": home.review,
        "failed": home.failed, "duplicates": home.duplicates,
    }  # fmt: skip
    for folder, root in folders.items():
        for inner, _, names in os.walk(root):
            for name in names:
                path = Path(inner, name)
                if path.is_file() and not path.is_symlink() and path not in notes:
                    yield Lying(path, folder, _sha256(path))


def notes_of(home: Home, register: Register) -> Iterator[Path]:
    """The notes of failed files; not files of a person's that are called so."""
    theirs = {drop.sha256 for drop in register.drops}
    for path in home.failed.iterdir():
        if path.name.endswith(ENDING) and _sha256(path) not in theirs:
            yield path


def _sha256(path: Path) -> str:
    if not os.access(path, os.R_OK):
        path.chmod(0o600)
    return digest(path.read_bytes())
