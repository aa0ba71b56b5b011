from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from config.home import Home
from config.settings import Settings
from service.desk.backup.restoring import restore
from service.desk.backup.saving import back_up
from service.desk.scans.verifying import verify
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import Desk, Judge

REPOSITORY = Path(__file__).parents[2]
EVERY = pytest.param(1, marks=pytest.mark.slow)


def killed(what: str, root: Path, step: int) -> int:
    """Have processes die; how many did."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.crash.copying", what, root, "1", str(step)],
        cwd=REPOSITORY, env=os.environ | {"PYTHONPATH": str(REPOSITORY)},
        stdout=subprocess.PIPE, text=True, check=True,
    )  # fmt: skip
    return int(done.stdout)


def contents(root: Path) -> dict[str, str]:
    """Every file of a home, but for the cache and what SQLite keeps beside the ledger."""
    return {
        str(path.relative_to(root)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file()
        and not path.name.startswith("pigeonhole.db-")
        and not path.is_relative_to(root / "cache")
    }


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home with a scan that was filed, one that waits, and an example."""
    home = Home.of(tmp_path / "home", Settings())
    home.lay_out()
    (home.support / "ticket").mkdir(parents=True)
    (home.support / "ticket" / "1.png").write_text("an example")
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        desk.drop("a.png", "ticket 1")
        desk.once(Judge())
        desk.drop("b.png", "ticket 2")
    return home


def is_whole(root: Path) -> bool:
    """Whether the ledger of a restored home and its files agree."""
    home = Home.of(root, Settings())
    with closing(Database.open_existing(home.database)) as database:
        return not list(verify(home, Ledger(database, home)))


@pytest.mark.parametrize("step", [4, EVERY])
def test_a_backup_that_is_killed_leaves_nothing_or_all(
    home: Home, tmp_path: Path, step: int
) -> None:
    """Half an archive under its final name would be trusted, and hidden ones fill the disk."""
    before = contents(home.root)
    number = killed("backup", tmp_path, step)
    assert number * step > 20
    assert contents(home.root) == before
    finished = 0
    for folder in (tmp_path / str(1 + step * one) for one in range(number)):
        archive = folder / "x.tar.gz"
        if archive.exists():
            finished += 1
            restore(archive, folder / "again")
        else:
            back_up(home, archive, with_files=True)
        back_up(home, folder / "next.tar.gz")
        names = {path.name for path in folder.iterdir()}
        assert names - {"again"} == {"x.tar.gz", "next.tar.gz"}, folder.name
        assert not [path for path in home.cache.rglob("*") if path.is_file()], folder.name
    assert finished < number


@pytest.mark.parametrize("step", [7, EVERY])
def test_a_restore_that_is_killed_leaves_nothing_or_all(
    home: Home, tmp_path: Path, step: int
) -> None:
    """Half a home would be taken for a whole one, and be in the way of the next try."""
    back_up(home, tmp_path / "x.tar.gz", with_files=True)
    before = contents(home.root)
    number = killed("restore", tmp_path, step)
    assert number * step > 20
    assert contents(home.root) == before
    for folder in (tmp_path / str(1 + step * one) for one in range(number)):
        if not (folder / "new").exists():
            restore(tmp_path / "x.tar.gz", folder / "new")
        assert [path.name for path in folder.iterdir()] == ["new"], folder.name
        assert is_whole(folder / "new")
        assert contents(folder / "new").keys() == before.keys()
