"""Backups of a home in which a daemon and a person do things at random moments."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path

import pytest

from config.errors import PigeonholeError
from config.home import Home
from config.settings import Settings
from service.desk.backup.restoring import restore
from service.desk.backup.saving import back_up
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.recalling import put_back
from storage.database import Database
from storage.filing.notes import ENDING
from storage.ledger import Ledger
from tests.service.fakes import Desk, Judge

WORDS = ("ticket", "cylinder", "unknown", "broken")


class Busy:
    """A daemon, a command and a person, by a seed."""

    def __init__(self, desk: Desk, seed: int) -> None:
        self._desk = desk
        self._random = random.Random(seed)
        self._number = 0
        self.late = set[str]()
        self.deleted = set[str]()
        self._acts: list[Callable[[], None]] = [
            self._work, self._correct, self._recall, self._drag, self._delete, self._drop,
        ]  # fmt: skip

    def drop(self) -> str:
        """A new scan in the inbox; its content."""
        self._number += 1
        content = f"{self._random.choice(WORDS)} {self._number}"
        name = self._random.choice(["same", f"scan {self._number}"])
        # A name that is taken would be overwritten by this test, not by the service.
        if (self._desk.home.inbox / f"{name}.png").exists():
            name = f"other {self._number}"
        self._desk.drop(f"{name}.png", content)
        return content

    @contextmanager
    def progress(self, _total: int) -> Iterator[Callable[[], None]]:
        """Do something now and then while a backup goes on."""

        def advance() -> None:
            if self._random.random() < 0.5:
                self._random.choice(self._acts)()

        yield advance

    def _work(self) -> None:
        with suppress(FileNotFoundError):  # the fake judge reads what a person has deleted
            self._desk.once(Judge())

    def _drop(self) -> None:
        self.late.add(self.drop())

    def _correct(self) -> None:
        rows = self._desk.ledger.filed(states=("filed", "review"))
        if rows:
            scan = self._random.choice(rows)
            name = self._random.choice(["ticket", "cylinder"])
            with suppress(PigeonholeError):  # a person took its file away
                say_what_it_is(self._desk.home, self._desk.ledger, scan.scan_id, name, "api")

    def _recall(self) -> None:
        rows = self._desk.ledger.filed()
        if rows:
            put_back(self._desk.home, self._desk.ledger, [self._random.choice(rows)])

    def _files(self) -> list[Path]:
        folders = (self._desk.home.sorted, self._desk.home.review)
        return sorted(path for folder in folders for path in folder.rglob("*.png"))

    def _drag(self) -> None:
        if files := self._files():
            path = self._random.choice(files)
            folder = self._desk.home.sorted / self._random.choice(["ticket", "cylinder"])
            folder.mkdir(exist_ok=True)
            if not (folder / path.name).exists():
                path.rename(folder / path.name)

    def _delete(self) -> None:
        if files := self._files():
            path = self._random.choice(files)
            self.deleted.add(path.read_text())
            path.unlink()


def found(home: Home) -> Counter[str]:
    """How often each content is in the folders of scans."""
    folders = (home.inbox, home.sorted, home.review, home.failed, home.duplicates)
    return Counter(
        path.read_text()
        for folder in folders
        for path in folder.rglob("*")
        if path.is_file() and not path.name.endswith(ENDING)
    )


def check(desk: Desk, tmp_path: Path, seed: int) -> None:
    """Each scan that was there when a backup began is restored, once."""
    for name in ("ticket", "cylinder"):
        (desk.home.support / name).mkdir(exist_ok=True)
        (desk.home.support / name / "1.png").write_text(f"example of {name}")
    busy = Busy(desk, seed)
    contents = {busy.drop() for _ in range(6)}
    desk.once(Judge())
    contents |= {busy.drop() for _ in range(4)}
    file = tmp_path / f"{seed}.tar.gz"
    saved = back_up(desk.home, file, with_files=True, progress=busy.progress)
    left_out = {one.place for one in saved.left_out}
    made = restore(file, tmp_path / f"new {seed}")
    with closing(Database.open(made.home / "pigeonhole.db")) as database:
        home = Home.of(made.home, Settings())
        before = found(home)
        Desk(home, Ledger(database, home)).once(Judge())
    after = found(home)
    assert before == after, "a restored home lost or doubled something"
    assert set(after.values()) <= {1}, [one for one, number in after.items() if number > 1]
    missing = contents - after.keys() - busy.deleted
    assert not missing, (missing, left_out)
    assert after.keys() <= contents | busy.late
    assert len(left_out) <= len(busy.deleted), left_out


@pytest.mark.parametrize(
    "seed", [*range(6), *(pytest.param(n, marks=pytest.mark.slow) for n in range(6, 200))]
)
def test_nothing_is_lost_and_nothing_is_double(desk: Desk, tmp_path: Path, seed: int) -> None:
    """A backup of a service at work would lack scans, or have them twice."""
    check(desk, tmp_path, seed)
