"""What comes first and last is told by a sequence: a clock may be set back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest
from alembic import command

from config.home import Home
from config.settings import Settings
from models.page.scan import Scan
from service.desk.overview import status
from storage.connection import connect
from storage.corrections.lessons import LessonBook, Spoken
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import alembic_config
from storage.queries.figures import FigureBook
from storage.records import Decision, Heartbeat
from tests.storage.conftest import Drop

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)


@pytest.fixture
def backwards(database: Database, home: Home) -> Ledger:
    """A ledger whose clock is set back by an hour whenever it is asked."""
    hours = count()
    return Ledger(database, home, lambda: NOW - timedelta(hours=next(hours)))


def filed(ledger: Ledger, scan: Scan) -> int:
    """A scan that was filed; its id."""
    (claim,) = ledger.claim([scan])
    ledger.decide([Decision(claim.scan_id, scan, "filed", ledger.home.sorted / scan.path.name)])
    ledger.close([claim.scan_id])
    return claim.scan_id


def test_those_closed_last_are_undone_first(backwards: Ledger, drop: Drop) -> None:
    """'undo 1' would put an old scan back into the inbox, and leave the newest."""
    scans = [filed(backwards, drop(f"{n}.png", str(n).encode())) for n in range(3)]
    assert [one.scan_id for one in backwards.filed(newest=2)] == [scans[2], scans[1]]


def test_closed_in_another_order_than_they_came(ledger: Ledger, drop: Drop) -> None:
    """A slow scan that was filed last would not be the one that is undone."""
    found = [drop(f"{n}.png", str(n).encode()) for n in range(3)]
    claims = ledger.claim(found)
    for claim in claims:
        place = ledger.home.sorted / claim.scan.path.name
        ledger.decide([Decision(claim.scan_id, claim.scan, "filed", place)])
    ledger.close([claims[2].scan_id])
    ledger.close([claims[1].scan_id, claims[0].scan_id])
    assert [one.scan_id for one in ledger.filed()] == [1, 2, 3]


def test_moves_are_carried_out_in_the_order_in_which_they_were_asked_for(
    backwards: Ledger, drop: Drop
) -> None:
    """The last of two requests would be carried out first."""
    found = [drop(f"{n}.png", str(n).encode()) for n in range(3)]
    for claim in reversed(backwards.claim(found)):
        place = backwards.home.sorted / claim.scan.path.name
        backwards.decide([Decision(claim.scan_id, claim.scan, "filed", place)])
    assert [move.scan_id for move in backwards.moves()] == [3, 2, 1]


def test_lessons_decided_last_come_first(backwards: Ledger, drop: Drop) -> None:
    """What a person was asked first would be shown as the newest question."""
    hours = count()
    book = LessonBook(
        backwards.database, backwards.home, lambda: NOW - timedelta(hours=next(hours))
    )
    for n in range(3):
        scan = drop(f"{n}.png", str(n).encode())
        book.decide(Spoken(filed(backwards, scan), scan, "ticket"), "asks")
    assert [one.scan_id for one in book.lessons()] == [3, 2, 1]
    book.answer(1, "declined")
    assert [one.scan_id for one in book.lessons()] == [1, 3, 2]


def test_the_oldest_that_waits_is_the_one_that_came_first(backwards: Ledger, drop: Drop) -> None:
    """'status' would name a scan that has just come as the oldest."""
    backwards.claim([drop("a.png", b"a")])
    backwards.claim([drop("b.png", b"b")])
    assert backwards.oldest_open() == NOW


def test_no_age_is_negative(ledger: Ledger, home: Home, drop: Drop) -> None:
    """'-3600 seconds ago' says nothing to a person or a monitor."""
    later = datetime.now(UTC) + timedelta(hours=1)
    ledger.beat(Heartbeat(1, later, later, 0, "1"))
    Ledger(ledger.database, home, lambda: later).claim([drop("a.png", b"a")])
    told = status(home, ledger)
    assert (told["last_sweep_age"], told["oldest_waiting_age"]) == (0.0, 0.0)


def test_no_scan_took_less_than_no_time(backwards: Ledger, drop: Drop) -> None:
    """The median of a day would be minus half an hour."""
    filed(backwards, drop())
    book = FigureBook(backwards.database, backwards.home)
    ((span,), _) = book.look([NOW - timedelta(days=1), NOW + timedelta(days=1)], NOW)
    assert list(span.seconds) == []


@pytest.fixture
def before(tmp_path: Path) -> Iterator[Path]:
    """A home with a ledger of the migration before, and some rows."""
    home = Home.of(tmp_path, Settings())
    home.lay_out()
    config = alembic_config()
    engine = connect(home.database, timeout=5, create=True, migrating=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        for scan_id, state, finished, gone in (
            (1, "filed", "'2026-01-03'", "NULL"), (2, "review", "'2026-01-01'", "'2026-02-01'"),
            (3, "failed", "'2026-01-02'", "'2026-02-01'"), (4, "working", "NULL", "NULL"),
            (5, "superseded", "'2026-01-04'", "'2026-02-01'"), (6, "moving", "NULL", "NULL"),
        ):  # fmt: skip
            connection.exec_driver_sql(
                "INSERT INTO scans (id, original_name, inbox_path, source, sha256, size, state,"
                f" destination, destination_path, received_at, finished_at, gone_at) VALUES ({scan_id},"
                f" 'a', 'a', x'61', 'aa', 1, '{state}', 'review/{scan_id}', CAST('review/{scan_id}' AS"
                f" BLOB), '2026-01-01', {finished}, {gone})"
            )
        connection.exec_driver_sql(
            "INSERT INTO journal VALUES (6, x'61', x'62', 'aa', 1, NULL, 'filed', '2026-01-01')"
        )
        connection.exec_driver_sql(
            "INSERT INTO lessons (scan_id, class_name, state, decided_at) VALUES"
            " (1, 'ticket', 'asks', '2026-01-02'), (3, 'ticket', 'added', '2026-01-01')"
        )
    engine.dispose()
    return tmp_path


def test_a_ledger_from_before_is_taken_over(before: Path) -> None:
    """Scans whose files were deleted would be in the queue for good, and 'undo' be at random."""
    home = Home.of(before, Settings())
    with closing(Database.open(home.database)) as database:
        ledger = Ledger(database, home)
        assert ledger.gone() == {2, 3}
        assert ledger.counts() == {
            "filed": 1, "gone": 2, "working": 1, "superseded": 1, "moving": 1,
        }  # fmt: skip
        back = ledger.filed(states=("gone",))
        assert {one.scan_id: one.gone_from for one in back} == {2: "review", 3: "failed"}
        with database.read() as connection:
            order = "SELECT id FROM scans WHERE closed_seq > 0 ORDER BY closed_seq"
            assert connection.exec_driver_sql(order).scalars().all() == [2, 3, 1, 5]
        assert [move.scan_id for move in ledger.moves()] == [6]
        assert [one.scan_id for one in LessonBook(database, home).lessons()] == [1, 3]
        ledger.close([6])
        assert ledger.filed(newest=1)[0].scan_id == 6
