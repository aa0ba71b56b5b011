from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import pytest

from config.home import Home
from config.settings import Settings
from service.desk.backup.saving import back_up
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import Desk, Judge


@pytest.fixture(scope="session")
def _made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup with one scan that was filed, and one example: made once."""
    home = Home.of(tmp_path_factory.mktemp("made") / "home", Settings())
    home.lay_out()
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        desk.drop("a.png")
        desk.once(Judge())
        (home.support / "ticket").mkdir(parents=True)
        (home.support / "ticket" / "1.png").write_text("an example")
        back_up(home, home.root.parent / "x.tar.gz", with_files=True)
    return home.root.parent / "x.tar.gz"


@pytest.fixture
def saved(_made: Path, tmp_path: Path) -> Path:
    """A copy of that backup, which may be spoiled."""
    return Path(shutil.copyfile(_made, tmp_path / "x.tar.gz"))
