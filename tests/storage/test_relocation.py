from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import LargeBinary, insert, select

from config.home import Home
from config.settings import Settings
from models.page.scan import Scan
from storage.database import Database
from storage.ledger import Ledger
from storage.presence import PresenceBook
from storage.records import Decision, FileIdentity
from storage.relocation import relocate
from storage.sessions import LiveSessions
from storage.tables import journal, metadata, outputs, reclassified, scans

RELATIVE_TO_SUPPORT = {"lessons.example_path"}


def test_every_column_with_a_path_is_known() -> None:
    """A restored home would name files of the original in a column that is added later."""
    exact = {
        f"{table.name}.{column.name}"
        for table in metadata.tables.values()
        for column in table.columns
        if isinstance(column.type, LargeBinary)
    }
    assert exact - RELATIVE_TO_SUPPORT == {
        "scans.source", "scans.destination_path", "outputs.place_path",
        "reclassified.place_before", "journal.source", "journal.destination",
    }  # fmt: skip


def test_paths_follow_and_others_stay(
    database: Database, ledger: Ledger, drop: Callable[..., Scan], home: Home, tmp_path: Path
) -> None:
    """Undo, outputs and moves under way would reach into the original home, or find nothing."""
    nas = tmp_path / "nas"
    (claim,) = ledger.claim([drop("caf\udce9.png")])
    ledger.decide([Decision(claim.scan_id, claim.scan, "filed", nas / "ticket" / "caf\udce9.png")])
    (other,) = ledger.claim([drop("b.png", b"other")])
    ledger.decide([Decision(other.scan_id, other.scan, "filed", home.sorted / "ticket" / "b.png")])
    ledger.close([other.scan_id])
    with database.write() as connection:
        for kind in ("pdf", "text"):
            connection.execute(
                insert(outputs).values(
                    scan_id=1, kind=kind, place=f"{nas}/a.{kind}",
                    place_path=os.fsencode(nas / f"a.{kind}"),
                )
            )  # fmt: skip
        connection.execute(
            insert(reclassified).values(
                run=1, scan_id=1, done_at="", class_name="x", verdict_before="", matches_before="",
                place_before=os.fsencode(nas / "old.png"),
            )
        )  # fmt: skip
    new = Home.of(tmp_path / "new", Settings())
    relocate(database, new, home.root, {home.root: new.root, nas: new.sorted})
    with database.read() as connection:
        rows = connection.execute(
            select(scans.c.source, scans.c.inbox_path, scans.c.destination_path).order_by("id")
        ).all()
        assert [tuple(row) for row in rows] == [
            (
                os.fsencode(new.inbox / "caf\udce9.png"),
                "caf\\xe9.png",
                b"sorted/ticket/caf\xe9.png",
            ),
            (os.fsencode(new.inbox / "b.png"), "b.png", b"sorted/ticket/b.png"),
        ]
        assert connection.execute(select(scans.c.destination)).scalars().first() == (
            "sorted/ticket/caf\\xe9.png"
        )
        assert connection.execute(select(outputs.c.place, outputs.c.place_path)).all() == [
            ("sorted/a.pdf", b"sorted/a.pdf"), ("sorted/a.text", b"sorted/a.text"),
        ]  # fmt: skip
        assert connection.execute(select(reclassified.c.place_before)).scalar() == b"sorted/old.png"
        move = connection.execute(select(journal)).mappings().one()
    assert os.fsdecode(move["source"]) == str(new.inbox / "caf\udce9.png")
    assert os.fsdecode(move["destination"]) == str(new.sorted / "ticket" / "caf\udce9.png")
    assert move["inode"] is None


def test_files_that_were_copied_are_not_all_read_again(
    database: Database, ledger: Ledger, drop: Callable[..., Scan], home: Home, tmp_path: Path
) -> None:
    """The first sweep of a restored home would hash the whole archive, for each inode is new."""
    claims = ledger.claim([drop("a.png"), drop("b.png", b"other")])
    place = home.sorted / "ticket"
    ledger.decide([Decision(one.scan_id, one.scan, "filed", place / "x") for one in claims])
    looks = FileIdentity(7, 5, 1)
    ledger.close([1, 2], {1: looks, 2: looks})
    PresenceBook(database, home).remember({2: (looks, "0" * 64)})
    relocate(database, Home.of(tmp_path / "new", Settings()), home.root, {})
    first, second = sorted(ledger.filed(), key=lambda scan: scan.scan_id)
    assert first.identity is None
    assert (second.identity, second.other) == (looks, "0" * 64)


def test_nobody_is_signed_in_at_a_restored_home(
    database: Database, ledger: Ledger, home: Home, tmp_path: Path
) -> None:
    """A session that was ended after the backup would be alive again."""
    LiveSessions(database).add("a", 3600)
    relocate(database, Home.of(tmp_path / "new", Settings()), home.root, {})
    assert not LiveSessions(database).is_alive("a")
