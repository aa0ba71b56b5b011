"""Who may read, write and run what the service makes."""

from __future__ import annotations

import hashlib
import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import numpy as np
import pytest

from config.home import Home
from config.ignored import Ignored
from config.settings import Settings
from indexer.cache import EmbeddingCache
from models.siamese.runtime import set_up_keras
from service.desk.classes.classes import add_examples
from service.desk.detectors.publishing import publish_detector
from service.desk.doctor import examine_home
from service.desk.keeping import keep
from service.lock import only_daemon
from service.workers.temporary import use_private_folder
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import back_up
from tests.service.fakes import LIMITS, Desk, Judge, fault_of

Draw = Callable[..., Path]


def mode_of(path: Path) -> int:
    """Permission bits with set-uid, set-gid and the sticky bit."""
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def program(drawn: Draw, tmp_path: Path) -> Path:
    """An image that is a set-uid, set-gid program as well."""
    path = tmp_path / "a.png"
    shutil.copyfile(drawn("ticket"), path)
    path.chmod(0o6775)
    return path


def test_an_example_that_is_added_is_no_program(home: Home, program: Path) -> None:
    """Whoever has an example added would have a program of the service's user made."""
    (added,) = add_examples(home, "invoice", [program], LIMITS, fault=fault_of)
    assert mode_of(home.support / added.name) == 0o664


def test_an_upload_that_is_kept_is_no_program(home: Home, program: Path) -> None:
    """The same by way of the inbox."""
    sha256 = hashlib.sha256(program.read_bytes()).hexdigest()
    place = home.root / keep(home, program, sha256, "a.png", Ignored(()))
    assert mode_of(place) == 0o664


def test_the_first_example_of_a_new_class_is_no_program(desk: Desk) -> None:
    """A program in the folder of a class becomes an example by being dragged there."""
    desk.drop("a.png", "ticket 1").chmod(0o6775)
    desk.once(Judge())
    (desk.home.sorted / "invoice").mkdir()
    (desk.home.sorted / "ticket" / "a.png").rename(desk.home.sorted / "invoice" / "a.png")
    desk.once(Judge())
    assert mode_of(desk.home.support / "invoice" / "a.png") == 0o664


@pytest.fixture
def _open_umask() -> Iterator[None]:
    """New files are readable and writable by everybody, unless asked for otherwise."""
    before = os.umask(0)
    yield
    os.umask(before)


def modes_below(folder: Path) -> dict[str, int]:
    """The mode of each file and folder, by its path."""
    return {
        str(path.relative_to(folder)): mode_of(path)
        for path in folder.rglob("*")
        if not path.is_symlink()
    }


@pytest.mark.usefixtures("_open_umask")
def test_what_a_home_keeps_for_itself_is_private(tmp_path: Path) -> None:
    """Another user of the machine would read the token and the text of every receipt."""
    home = Home.of(tmp_path / "home", Settings())
    home.lay_out()
    with closing(Database.open(home.database)) as database, only_daemon(home.lock_file):
        desk = Desk(home, Ledger(database, home))
        desk.drop("a.png", "ticket 1")
        desk.drop("b.png", "broken 1")
        home.support.mkdir()
        desk.once(Judge(), ticket_outputs=("text",))
        cache = EmbeddingCache(home.cache, "branch")
        cache.save({"0" * 64: np.ones(2, np.float32)})
        with cache.locked():
            modes = modes_below(home.root)
    own = {
        "pigeonhole.toml", "pigeonhole.db", "pigeonhole.db-wal", "pigeonhole.db-shm",
        "cache/support-embeddings.npz", "cache/support-embeddings.lock", "cache/daemon.lock",
    }  # fmt: skip
    assert {name: modes.pop(name) for name in own} == dict.fromkeys(own, 0o600)
    assert modes.pop("cache") == 0o700
    shared = {
        "inbox", "support", "sorted", "sorted/ticket", "review", "failed", "detectors",
        "sorted/ticket/a.png", "sorted/ticket/a.png.txt", "failed/b.png", "failed/b.png.error.json",
    }  # fmt: skip
    assert modes.keys() == shared
    for name, mode in modes.items():
        assert mode == (0o777 if (home.root / name).is_dir() else 0o666), name


@pytest.mark.usefixtures("_open_umask")
def test_a_database_elsewhere_and_its_backup_are_private(tmp_path: Path) -> None:
    """The same with ``database_url``, and with what a migration leaves."""
    path = tmp_path / "ledger.db"
    with closing(Database.open(path)), closing(Database.open_existing(path)):
        path.chmod(0o644)  # of an earlier version
        copy = back_up(path, "0001")
    assert (mode_of(copy), mode_of(path)) == (0o600, 0o644)
    assert {mode_of(one) for one in tmp_path.iterdir()} == {0o600, 0o644}


@pytest.mark.usefixtures("_open_umask")
def test_a_database_behind_a_link_is_private(tmp_path: Path) -> None:
    """Who keeps the ledger on another disk may name it by a link that leads to nothing yet."""
    link = tmp_path / "link.db"
    link.symlink_to(tmp_path / "ledger.db")
    Database.open(link).close()
    assert link.is_symlink()
    assert mode_of(tmp_path / "ledger.db") == 0o600


@pytest.mark.usefixtures("_open_umask")
def test_a_workers_folder_is_private_up_to_the_home(tmp_path: Path) -> None:
    """Pages lie there while Tesseract reads them; somebody may have removed the cache."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("TMPDIR", os.environ.get("TMPDIR", "/tmp"))
        patched.setattr(tempfile, "tempdir", None)
        use_private_folder(tmp_path / "cache")
        patched.setenv("KERAS_HOME", "")
        set_up_keras(tmp_path / "keras in", threads=1)
    modes = modes_below(tmp_path)
    assert modes.keys() >= {"cache/tmp", "keras in/keras"}
    assert set(modes.values()) == {0o700}


def test_a_detector_is_no_more_open_than_the_umask_says(home: Home) -> None:
    """The folder was opened to everybody, even under a strict umask."""
    before = os.umask(0o027)
    try:
        publish_detector(home, "cone", lambda folder: (folder / "head").write_text("1"))
    finally:
        os.umask(before)
    assert mode_of(home.detectors / "cone") == 0o750
    assert mode_of(home.detectors / "cone" / "head") == 0o640


def test_doctor_names_what_an_earlier_version_left_open(home: Home) -> None:
    """Nobody would learn that the token of an existing home can be read."""
    with closing(Database.open(home.database)) as database:
        Ledger(database, home).recover()
        back_up(home.database, "0001")
        (found,) = (one for one in examine_home(home, Settings()) if one.what == "privacy")
        assert found.level == "ok"
        names = [
            "pigeonhole.toml",
            "pigeonhole.db",
            "pigeonhole.db-wal",
            "pigeonhole.db.backup-0001",
        ]
        files = [home.root / name for name in names]
        for file in files:
            file.chmod(0o640)
        home.cache.chmod(0o755)
        before = modes_below(home.root)
        (found,) = (one for one in examine_home(home, Settings()) if one.what == "privacy")
        assert found.level == "warning"
        assert all(name in found.detail for name in names)
        assert modes_below(home.root) == before
        command = found.advice.partition(": ")[2]
        assert f"chmod 700 {home.cache}" in command
        subprocess.run(command, shell=True, check=True)
        (found,) = (one for one in examine_home(home, Settings()) if one.what == "privacy")
    assert found.level == "ok"
