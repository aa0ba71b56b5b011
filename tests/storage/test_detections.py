"""What detectors said, kept beside the matches: written, restored, replaced and given back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

from alembic import command

from config.home import Home
from config.settings import Settings
from indexer.verdict import Detection, Match, Verdict
from models.page.scan import Scan
from storage.connection import connect
from storage.corrections.reclassified import Change, ReclassifiedBook
from storage.database import Database
from storage.ledger import Ledger
from storage.migrate import alembic_config
from storage.records import Decision, Move

SAID = (Detection("apple", "aa", 0.1, False), Detection("banana", "bb", 0.1 + 0.2, True))
VERDICT = Verdict("banana", 0.25, (Match("cone", "cone/1.png", 0.5),), "branch", "index", SAID)


def filed(ledger: Ledger, scan: Scan, verdict: Verdict | None = VERDICT) -> Move:
    """Bring a scan to its end."""
    (claim,) = ledger.claim([scan])
    place = ledger.home.sorted / "banana" / scan.path.name
    (move,) = ledger.decide([Decision(claim.scan_id, scan, "filed", place, verdict)])
    ledger.close([claim.scan_id])
    return move


def test_which_model_said_what_is_kept(ledger: Ledger, drop: Callable[..., Scan]) -> None:
    """The second copy would be judged anew each time, and nobody learn who had decided."""
    first = filed(ledger, drop("a.png")).scan_id
    assert ledger.detections(first) == SAID
    prior = ledger.prior(first)
    assert prior is not None
    assert prior.verdict == VERDICT
    assert prior.verdict.decided_by == "detector"
    none = filed(ledger, drop("b.png", b"other"), replace(VERDICT, detections=())).scan_id
    assert ledger.detections(none) == ()
    with closing(sqlite3.connect(ledger.database.path)) as plain:
        found = plain.execute(
            "SELECT r.class, d.name, d.accepted FROM detections d JOIN results r USING (scan_id)"
            " WHERE d.accepted"
        )
        assert found.fetchall() == [("banana", "banana", 1)]


def test_who_is_judged_anew_gets_new_detections_and_the_old_ones_back(
    ledger: Ledger, drop: Callable[..., Scan]
) -> None:
    """After 'reclassify', or its undo, a scan would have one verdict and the detections of another."""
    move = filed(ledger, drop("a.png"))
    book = ReclassifiedBook(ledger.database, ledger.home)
    place = ledger.home.sorted / "cone" / "a.png"
    there = replace(move, source=move.destination, destination=place)
    later = replace(VERDICT, class_name="cone", detections=(replace(SAID[1], detector_id="cc"),))
    assert book.change([Change(later, there)]) == [there]
    ledger.close([move.scan_id])
    assert ledger.detections(move.scan_id) == later.detections
    (changed,) = book.last_run()
    back = replace(move, source=place)
    assert book.take_back({changed.number: back}) == [back]
    assert ledger.detections(move.scan_id) == SAID
    assert ledger.matches(move.scan_id) == VERDICT.matches


def test_a_ledger_from_before_detectors_is_taken_over(
    tmp_path: Path, drop: Callable[..., Scan]
) -> None:
    """Whoever updates could neither sort on nor take back what was judged anew before."""
    path = tmp_path / "pigeonhole.db"
    config = alembic_config()
    home = Home.of(tmp_path, Settings())
    place = home.sorted / "cone" / "a.png"
    engine = connect(path, timeout=5, create=True, migrating=True)
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        for sql in (
            (
                "INSERT INTO scans (id, original_name, inbox_path, source, sha256, size, state,"
                " class_name, score, branch_id, index_id, destination_path, received_at)"
                " VALUES (1, 'a', 'a', x'61', 'aa', 1, 'filed', 'cone', 0.5, 'b', 'i',"
                f" x'{bytes(place).hex()}', '2026-01-31')"
            ),
            "INSERT INTO matches VALUES (1, 1, 'cone', 'cone/1.png', 0.5)",
            (
                "INSERT INTO reclassified (run, scan_id, done_at, class_name, class_before,"
                " place_before, verdict_before, matches_before) VALUES (1, 1, '2026-01-31', 'cone',"
                ' \'cube\', x\'61\', \'{"class_name": "cube", "score": 0.4, "nearest_class":'
                ' "cube", "nearest_support": "cube/1.png", "distance": 0.5,'
                ' "runner_up": null, "runner_up_distance": null, "branch_id": "b",'
                ' "index_id": "i"}\', \'[]\')'
            ),
        ):
            connection.exec_driver_sql(sql)
    engine.dispose()
    database = Database.open(path)
    ledger = Ledger(database, home)
    prior = ledger.prior(1)
    assert prior is not None
    assert (prior.verdict.detections, prior.verdict.decided_by) == ((), "support")
    book = ReclassifiedBook(database, home)
    (changed,) = book.last_run()
    back = Move(1, place, home.sorted / "cube" / "a.png", "aa", 1, "filed")
    assert book.take_back({changed.number: back}) == [back]
    assert ledger.detections(1) == ()
    move = filed(ledger, drop("b.png"))
    assert ledger.detections(move.scan_id) == SAID
    database.close()
