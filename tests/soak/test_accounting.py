from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from config.home import Home
from config.settings import load_settings
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import Desk, Judge
from tests.soak.accounting import Accounts
from tests.soak.register import Register

FED = {"a.png": "ticket a", "b.png": "ticket b", "c.png": "unknown c", "d.png": "broken d"}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which all that was fed is sorted."""
    home = Home.of(tmp_path / "home", load_settings(None))
    home.lay_out()
    home.support.mkdir()
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        for name, content in FED.items():
            desk.drop(name, content)
        desk.once(Judge())
    return home


def accounts(home: Home) -> Accounts:
    """Against what was fed."""
    register = Register()
    for name, content in FED.items():
        healthy = not content.startswith("broken")
        register.dropped(content.encode(), home.inbox / name, "renamed", healthy=healthy)
    return Accounts.of(home, register, worker_kills=0)


def tell(home: Home, sql: str) -> None:
    """Change the ledger behind everybody's back."""
    with closing(sqlite3.connect(home.database)) as connection, connection:
        connection.execute(sql)


def test_right_accounts_are_left_alone(home: Home) -> None:
    """A soak would fail though nothing is wrong."""
    found = accounts(home)
    assert list(found.complaints()) == []
    assert (found.lost(), found.doubled()) == (0, 0)


HARM: dict[str, Callable[[Home], object]] = {
    "lost": lambda home: (home.sorted / "ticket" / "a.png").unlink(),
    "too many": lambda home: shutil.copy(home.sorted / "ticket" / "a.png", home.review / "e.png"),
    "a row without its file": lambda home: (home.review / "c.png").rename(home.review / "f.png"),
    "a row of other bytes": lambda home: _exchanged(home, "a.png", "b.png"),
    "in the wrong folder": lambda home: tell(
        home, "UPDATE scans SET state = 'filed' WHERE original_name = 'c.png'"
    ),
    "rows name": lambda home: tell(
        home,
        "UPDATE scans SET destination_path = (SELECT destination_path FROM scans WHERE original_name = 'a.png')"
        " WHERE original_name = 'b.png'",
    ),
    "left in the inbox": lambda home: shutil.copy(
        home.sorted / "ticket" / "a.png", home.inbox / "again.png"
    ),
    "still open": lambda home: tell(
        home, "UPDATE scans SET state = 'working' WHERE original_name = 'a.png'"
    ),
    "nobody knows why": lambda home: tell(
        home, "UPDATE scans SET state = 'superseded' WHERE original_name = 'a.png'"
    ),
    "and is healthy": lambda home: (home.review / "c.png").rename(home.failed / "c.png"),
    "given up without a file": lambda home: tell(
        home, "UPDATE scans SET destination_path = NULL WHERE original_name = 'd.png'"
    ),
    "tries spent": lambda home: tell(
        home, "UPDATE scans SET attempts = 1 WHERE original_name = 'a.png'"
    ),
    "left over": lambda home: (home.failed / ".pigeonhole-1-aa.part").touch(),
    "in the home?": lambda home: (home.root / "support.tmp").touch(),
    "a note without its file": lambda home: (home.failed / "d.png").unlink(),
    "a failed file without a note": lambda home: (home.failed / "d.png.error.json").unlink(),
    "journal": lambda home: tell(
        home, "INSERT INTO journal VALUES (1, x'', x'', '', 0, 0, 'filed', '', 1)"
    ),
}


@pytest.mark.parametrize("complaint", HARM)
def test_what_is_wrong_is_told(home: Home, complaint: str) -> None:
    """The soak would pass, whatever is lost."""
    HARM[complaint](home)
    assert any(complaint in line for line in accounts(home).complaints())


def test_losses_and_doubles_are_counted(home: Home) -> None:
    """The figures at the end of a soak would say nothing."""
    (home.review / "c.png").unlink()
    shutil.copy(home.sorted / "ticket" / "a.png", home.sorted / "ticket" / "e.png")
    found = accounts(home)
    assert (found.lost(), found.doubled()) == (1, 1)


def test_files_that_were_moved_and_not_followed_yet_are_counted(home: Home) -> None:
    """The soak would complain of a drag that the service is about to see."""
    (home.sorted / "other").mkdir()
    (home.sorted / "ticket" / "a.png").rename(home.sorted / "other" / "a.png")
    found = accounts(home)
    rows = {row["original_name"]: row["id"] for row in found.rows}
    assert found.astray({rows["a.png"], rows["b.png"]}) == 1


def _exchanged(home: Home, one: str, other: str) -> None:
    folder = home.sorted / "ticket"
    (folder / one).rename(folder / "between")
    (folder / other).rename(folder / one)
    (folder / "between").rename(folder / other)
