from __future__ import annotations

import sqlite3
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from config.home import Home
from config.settings import load_settings
from storage.database import Database
from storage.ledger import Ledger
from tests.service.fakes import Desk, Judge
from tests.soak import scans
from tests.soak.accounting import Accounts
from tests.soak.burst import drop_at_once, name, stage
from tests.soak.register import Register
from tests.soak.serving import Serving, peak_memory

AT_ONCE = 2.0
"""Seconds within which they are there."""
MEMORY = 96
"""MiB that the daemon may take for them."""


@pytest.mark.slow
@pytest.mark.timeout(30 * 60)
@pytest.mark.parametrize("half_in_a_folder", [False, True])
def test_twenty_thousand_files_at_once(tmp_path: Path, files: int, half_in_a_folder: bool) -> None:
    """A whole archive is dropped, more than the system tells events of: some would be left lying."""
    home = Home.of(tmp_path / "home", load_settings(None))
    serving = Serving(home.root, {"read_classes": ""}, tmp_path / "service.log")
    register = Register()
    in_a_folder = files // 2 if half_in_a_folder else 0
    tree = tmp_path / "archive"
    stage(tree, range(in_a_folder), a_folder=100)
    for number in range(files):
        place = home.inbox / "archive" if number < in_a_folder else home.inbox
        register.dropped(scans.tiny(number), place / name(number), "burst", healthy=True)
    try:
        _warmed(serving, home, register)
        before = peak_memory(serving.pid)
        started = time.monotonic()
        took = drop_at_once(
            home.inbox,
            range(in_a_folder, files),
            lambda: tree.rename(home.inbox / "archive") if in_a_folder else None,
        )
        print(f"\n{files - in_a_folder} files written in {took:.2f} s, {in_a_folder} moved in")
        for closed in (*range(1000, files, 1000), files):
            # One more: the first.
            assert serving.wait_for(lambda: serving.closed > closed)  # noqa: B023 - called here
            print(f"{time.monotonic() - started:6.0f} s: {closed} closed", flush=True)
        grew = (peak_memory(serving.pid) - before) / 1024
        print(f"the daemon grew by {grew:.0f} MiB, from {before / 1024:.0f} MiB")
        assert serving.stop() == 0
    finally:
        serving.close()

    accounts = Accounts.of(home, register, worker_kills=0)
    assert list(accounts.complaints()) == []
    names = Counter(row["original_name"] for row in accounts.rows)
    assert names == Counter({name(number): 1 for number in range(-1, files)})
    assert {row["state"] for row in accounts.rows} <= {"filed", "review"}
    assert len({row["destination"] for row in accounts.rows}) == files + 1
    assert took < AT_ONCE
    assert grew < MEMORY


def test_two_thousand_files_at_once(tmp_path: Path) -> None:
    """A folder full of scans is dropped: one in a thousand would be left lying, or filed twice."""
    number = 2000
    home = Home.of(tmp_path / "home", load_settings(None))
    home.lay_out()
    home.support.mkdir()
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        with desk.watching(Judge(), stability_delay=0.2):
            for n in range(number):
                (home.inbox / f"{n}.png").write_text(f"ticket {n}")
            closed = desk.wait_closed(number)
    assert Counter(closed) == Counter({(f"{n}.png", "filed"): 1 for n in range(number)})
    assert desk.filed() == {f"sorted/ticket/{n}.png" for n in range(number)}
    texts = {path.read_text() for path in (home.sorted / "ticket").iterdir()}
    assert texts == {f"ticket {n}" for n in range(number)}
    assert not any(home.inbox.iterdir())
    with closing(sqlite3.connect(home.database)) as connection:
        rows = connection.execute("SELECT count(*), count(DISTINCT sha256) FROM scans").fetchall()
    assert rows == [(number, number)]


def _warmed(serving: Serving, home: Home, register: Register) -> None:
    """Started, and one scan is filed."""
    serving.start()
    assert serving.wait_for(lambda: serving.watching)
    content = scans.tiny(-1)
    (home.root / "first").write_bytes(content)
    (home.root / "first").rename(home.inbox / name(-1))
    register.dropped(content, home.inbox / name(-1), "first", healthy=True)
    assert serving.wait_for(lambda: serving.closed)
