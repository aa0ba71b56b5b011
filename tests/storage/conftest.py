"""A home in a temporary folder, its ledger in a real file, and scans to put into it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from config.home import Home
from config.settings import Settings
from models.page.scan import Scan
from storage.database import Database
from storage.ledger import Ledger

Drop = Callable[..., Scan]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home that is laid out."""
    home = Home.of(tmp_path / "home", Settings())
    home.lay_out()
    return home


@pytest.fixture
def database(home: Home) -> Iterator[Database]:
    """The home's database, new."""
    database = Database.open(home.database)
    yield database
    database.close()


@pytest.fixture
def ledger(database: Database, home: Home) -> Ledger:
    """The home's ledger, empty."""
    return Ledger(database, home)


@pytest.fixture
def drop(home: Home) -> Drop:
    """Puts a file into the inbox; returns the scan."""

    def drop(name: str = "scan.png", data: bytes = b"pixels") -> Scan:
        path = home.inbox / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        return Scan(path, hashlib.sha256(data).hexdigest(), len(data))

    return drop
