from __future__ import annotations

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from indexer.verdict import Match, Verdict
from models.fields.ticket import Ticket
from models.page.scan import Fault, Scan
from storage.database import Database
from storage.ledger import Ledger
from storage.records import Decision, Heartbeat

Drop = Callable[..., Scan]

VERDICT = Verdict(
    "ticket",
    0.1 + 0.2,
    (Match("ticket", "ticket/1.png", 1 / 3), Match("cylinder", "cylinder/1.png", 0.7)),
    "branch",
    "index",
)
FAULT = Fault("decode", "not an image", "Scan it again")


def row(ledger: Ledger, scan_id: int) -> dict[str, Any]:
    """The scan as a user sees it."""
    found = ledger.result(scan_id)
    assert found is not None
    return found


def finish(ledger: Ledger, scan: Scan, state: str = "filed", **more: Any) -> int:
    """Bring a scan to its end; returns its id."""
    (claim,) = ledger.claim([scan])
    more = {"fault": FAULT, **more} if state == "failed" else {"verdict": VERDICT, **more}
    place = ledger.home.sorted / "ticket" / scan.path.name
    ledger.decide([Decision(claim.scan_id, scan, state, place, **more)])  # type: ignore[arg-type]
    ledger.close([claim.scan_id])
    return claim.scan_id


def test_a_new_scan_is_working(home: Home, database: Database, drop: Drop) -> None:
    """'status' would not show what arrived, or when."""
    ledger = Ledger(database, home, clock=lambda: datetime(2026, 1, 31, 12, tzinfo=UTC))
    scan = drop("sub/a.png")
    (claim,) = ledger.claim([scan])
    assert (claim.scan, claim.attempts, claim.duplicate_of) == (scan, 0, None)
    seen = row(ledger, claim.scan_id)
    assert seen["state"] == "working"
    assert seen["original_name"] == "a.png"
    assert seen["inbox_path"] == "sub/a.png"
    assert seen["sha256"] == scan.sha256
    assert seen["received_at"] == "2026-01-31T12:00:00.000000Z"
    assert seen["finished_at"] is None


def test_claims_stand_in_the_order_of_the_scans(ledger: Ledger, drop: Drop) -> None:
    """A verdict would be written to another scan's row."""
    scans = [drop(f"{i}.png", b"%d" % i) for i in range(50)]
    ledger.claim(scans[10:20])
    claims = ledger.claim(list(reversed(scans)))
    assert [claim.scan for claim in claims] == list(reversed(scans))
    for claim in claims:
        assert row(ledger, claim.scan_id)["original_name"] == claim.scan.path.name


def test_more_scans_than_one_statement_can_name(ledger: Ledger, home: Home) -> None:
    """The first start on a full inbox would end in 'too many SQL variables'."""
    scans = [Scan(home.inbox / f"{i}", f"{i:064d}", i) for i in range(2500)]
    claims = ledger.claim(scans)
    moves = ledger.decide(
        [Decision(c.scan_id, c.scan, "filed", home.sorted / c.scan.path.name) for c in claims]
    )
    ledger.close([move.scan_id for move in moves])
    assert ledger.counts() == {"filed": 2500}


def test_an_unchanged_file_keeps_its_row_and_its_attempts(ledger: Ledger, drop: Drop) -> None:
    """A scan that kills its worker would be tried for ever."""
    scan = drop()
    (first,) = ledger.claim([scan])
    ledger.requeue([first.scan_id], spent_attempt=True)
    assert row(ledger, first.scan_id)["state"] == "queued"
    ledger.requeue([first.scan_id], spent_attempt=False)
    (again,) = ledger.claim([scan])
    assert (again.scan_id, again.attempts) == (first.scan_id, 1)
    assert row(ledger, first.scan_id)["state"] == "working"


def test_several_go_back_into_the_queue_at_once(ledger: Ledger, drop: Drop) -> None:
    """Two scans that are put off together would end the daemon."""
    claims = ledger.claim([drop("a.png", b"a"), drop("b.png", b"b")])
    ledger.requeue([claim.scan_id for claim in claims], spent_attempt=False)
    assert [row(ledger, claim.scan_id)["state"] for claim in claims] == ["queued"] * 2


def test_a_replaced_file_supersedes_its_row(ledger: Ledger, drop: Drop) -> None:
    """The verdict on half a file would be filed with the whole one."""
    (half,) = ledger.claim([drop("a.png", b"ha")])
    (whole,) = ledger.claim([drop("a.png", b"half and half")])
    assert whole.scan_id != half.scan_id
    assert row(ledger, half.scan_id)["state"] == "superseded"
    assert row(ledger, half.scan_id)["finished_at"]


def test_a_file_twice_in_one_call_is_the_later_one(ledger: Ledger, drop: Drop) -> None:
    """Two rows would wait for the same file."""
    half, whole = drop("a.png", b"ha"), drop("a.png", b"half and half")
    first, second = ledger.claim([half, whole])
    assert row(ledger, first.scan_id)["state"] == "superseded"
    assert row(ledger, second.scan_id)["state"] == "working"
    assert ledger.claim([whole, whole])[1].scan_id == second.scan_id


def test_a_retry_is_a_new_row(ledger: Ledger, drop: Drop) -> None:
    """Counting the failed scans would count those that were put right."""
    failed = finish(ledger, drop(), "failed")
    retried = finish(ledger, drop("again.png"))
    assert row(ledger, failed)["state"] == "superseded"
    assert row(ledger, retried)["duplicate_of"] is None


@pytest.mark.parametrize(
    ("state", "linked"), [("filed", True), ("review", True), ("failed", False)]
)
def test_the_same_bytes_refer_to_the_first_verdict(
    ledger: Ledger, drop: Drop, state: str, linked: bool
) -> None:
    """A second scan of the same bytes would be read again, or take over a failure."""
    first = finish(ledger, drop("a.png"), state)
    finish(ledger, drop("other.png", b"other"))
    second = finish(ledger, drop("b.png"))
    (third,) = ledger.claim([drop("c.png")])
    assert row(ledger, second)["duplicate_of"] == (first if linked else None)
    assert third.duplicate_of == (first if linked else second)


def test_two_of_the_same_bytes_in_one_call(ledger: Ledger, drop: Drop) -> None:
    """Both are open, so neither can borrow the other's verdict."""
    claims = ledger.claim([drop("a.png"), drop("b.png")])
    assert [claim.duplicate_of for claim in claims] == [None, None]
    assert claims[0].scan_id != claims[1].scan_id


def test_a_decision_is_journaled_before_anything_moves(
    ledger: Ledger, home: Home, drop: Drop
) -> None:
    """After a crash nobody would know where the file was going."""
    scan = drop()
    (claim,) = ledger.claim([scan])
    place = home.sorted / "ticket" / "scan.png"
    moves = ledger.decide(
        [
            Decision(
                claim.scan_id, scan, "filed", place, VERDICT, ticket=Ticket("Café 3,20"), pages=2
            )
        ]
    )
    assert moves == ledger.moves()
    assert (moves[0].source, moves[0].destination) == (scan.path, place)
    assert moves[0].inode == scan.path.stat().st_ino
    seen = row(ledger, claim.scan_id)
    assert seen["state"] == "moving"
    assert seen["destination"] == "sorted/ticket/scan.png"
    assert (seen["class"], seen["nearest_class"], seen["runner_up"]) == (
        "ticket", "ticket", "cylinder",
    )  # fmt: skip
    assert (seen["score"], seen["distance"]) == (0.1 + 0.2, 1 / 3)
    assert (seen["nearest_support"], seen["pages"], seen["text"]) == (
        "ticket/1.png",
        2,
        "Café 3,20",
    )
    assert (seen["branch_id"], seen["index_id"], seen["error"]) == ("branch", "index", None)


def test_closing_ends_in_the_decided_state(ledger: Ledger, drop: Drop) -> None:
    """The journal would be replayed at every start."""
    scan_id = finish(ledger, drop(), "review")
    assert row(ledger, scan_id)["state"] == "review"
    assert row(ledger, scan_id)["finished_at"]
    assert ledger.moves() == []
    ledger.close([scan_id])
    assert row(ledger, scan_id)["state"] == "review"


def test_a_failure_says_why(ledger: Ledger, home: Home, drop: Drop) -> None:
    """The user would have to guess."""
    scan_id = finish(ledger, drop(), "failed")
    assert row(ledger, scan_id)["error"] == "not an image"
    with closing(sqlite3.connect(home.database)) as plain:
        more = plain.execute("SELECT error_stage, advice FROM scans").fetchall()
    assert more == [("decode", "Scan it again")]


def test_a_scan_replaced_while_it_was_judged_is_not_moved(ledger: Ledger, drop: Drop) -> None:
    """The new file would be filed by the old one's verdict."""
    old = drop("a.png", b"old")
    (claim,) = ledger.claim([old])
    ledger.claim([drop("a.png", b"new")])
    place = ledger.home.sorted / "a.png"
    assert ledger.decide([Decision(claim.scan_id, old, "filed", place, VERDICT)]) == []
    assert row(ledger, claim.scan_id)["state"] == "superseded"


def test_another_name_is_committed_before_it_is_tried(
    ledger: Ledger, home: Home, drop: Drop
) -> None:
    """A crash after the move would leave a file that the ledger does not name."""
    scan = drop()
    (claim,) = ledger.claim([scan])
    (move,) = ledger.decide([Decision(claim.scan_id, scan, "filed", home.sorted / "a", VERDICT)])
    other = ledger.redirect(claim.scan_id, home.sorted / "a (2)")
    assert other.destination == home.sorted / "a (2)"
    assert [other] == ledger.moves()
    assert (other.source, other.inode, other.sha256) == (move.source, move.inode, move.sha256)
    assert row(ledger, claim.scan_id)["destination"] == "sorted/a (2)"
    ledger.close([claim.scan_id])
    with pytest.raises(KeyError):
        ledger.redirect(claim.scan_id, home.sorted / "a (3)")


def test_a_file_that_may_have_been_moved_is_still_named(
    ledger: Ledger, home: Home, drop: Drop
) -> None:
    """A file on a share that is not mounted at a restart would be forgotten."""
    scan = drop()
    (claim,) = ledger.claim([scan])
    ledger.decide([Decision(claim.scan_id, scan, "filed", home.sorted / "a", VERDICT)])
    ledger.abandon(claim.scan_id, Fault("open", "it is gone"), perhaps_moved=True)
    assert row(ledger, claim.scan_id)["destination"] == "sorted/a"
    assert ledger.place(claim.scan_id) == home.sorted / "a"


def test_a_file_that_vanished_is_closed_without_a_destination(
    ledger: Ledger, home: Home, drop: Drop
) -> None:
    """It would be looked for at every start."""
    scan = drop()
    (claim,) = ledger.claim([scan])
    ledger.decide([Decision(claim.scan_id, scan, "filed", home.sorted / "a", VERDICT)])
    ledger.abandon(claim.scan_id, Fault("open", "it is gone"))
    seen = row(ledger, claim.scan_id)
    assert (seen["state"], seen["error"], seen["destination"]) == ("failed", "it is gone", None)
    assert ledger.moves() == []
    assert ledger.place(claim.scan_id) is None


def test_abandoning_a_closed_scan_does_nothing(ledger: Ledger, drop: Drop) -> None:
    """A late report would turn a filed scan into a failed one."""
    scan_id = finish(ledger, drop())
    ledger.abandon(scan_id, FAULT)
    ledger.requeue([scan_id], spent_attempt=True)
    assert row(ledger, scan_id)["state"] == "filed"


def test_what_a_dead_daemon_worked_on_is_queued_again(
    ledger: Ledger, home: Home, drop: Drop
) -> None:
    """Its scans would be 'working' for ever."""
    a, b, c = drop("a", b"a"), drop("b", b"b"), drop("c", b"c")
    one, two, three = ledger.claim([a, b, c])
    ledger.requeue([two.scan_id], spent_attempt=False)
    ledger.decide([Decision(three.scan_id, c, "filed", home.sorted / "c", VERDICT)])
    assert ledger.open_scans() == [(one.scan_id, a.path), (two.scan_id, b.path)]
    assert ledger.recover() == [one.scan_id]
    assert ledger.counts() == {"queued": 2, "moving": 1}
    assert [move.scan_id for move in ledger.moves()] == [three.scan_id]


def test_a_name_that_is_not_utf_8_is_shown_and_kept(ledger: Ledger, home: Home, drop: Drop) -> None:
    """The row could not be written, or the file never be found again."""
    scan = drop(os.fsdecode(b"caf\xe9.png"))
    scan_id = finish(ledger, scan, "failed", fault=Fault("open", "caf\udce9 \ud800"))
    seen = row(ledger, scan_id)
    assert seen["original_name"] == r"caf\xe9.png"
    assert seen["destination"] == r"sorted/ticket/caf\xe9.png"
    assert seen["error"] == r"caf\udce9 \ud800"
    assert ledger.place(scan_id) == home.sorted / "ticket" / os.fsdecode(b"caf\xe9.png")
    (claim,) = ledger.claim([scan])
    assert ledger.open_scans() == [(claim.scan_id, scan.path)]
    with closing(sqlite3.connect(home.database)) as plain:
        assert plain.execute("SELECT hex(source) FROM scans").fetchall()


def test_a_folder_outside_the_home_is_shown_whole(
    ledger: Ledger, drop: Drop, tmp_path: Path
) -> None:
    """A relative path would point to nowhere."""
    scan = drop()
    (claim,) = ledger.claim([scan])
    place = tmp_path / "share" / "scan.png"
    ledger.decide([Decision(claim.scan_id, scan, "filed", place, VERDICT)])
    assert row(ledger, claim.scan_id)["destination"] == str(place)
    assert ledger.place(claim.scan_id) == place


def test_inode_numbers_have_64_bits(
    ledger: Ledger, drop: Drop, monkeypatch: pytest.MonkeyPatch
) -> None:
    """SQLite's integers have a sign: on some shares every decision would fail."""
    scan = drop()
    (claim,) = ledger.claim([scan])
    monkeypatch.setattr("storage.ledger._inode", lambda _path: (1 << 64) - 5)
    place = ledger.home.sorted / "a"
    moves = ledger.decide([Decision(claim.scan_id, scan, "filed", place, VERDICT)])
    assert ledger.moves() == moves
    assert moves[0].inode == (1 << 64) - 5


def test_the_heartbeat_is_the_last_one(ledger: Ledger) -> None:
    """'status' would not know whether a daemon runs."""
    assert ledger.heartbeat() is None
    moment = datetime(2026, 1, 31, 12, 0, 0, 5, tzinfo=UTC)
    for beat in (
        Heartbeat(7, moment, None, 3, "0.1", "polling", moment, "the disk is full"),
        Heartbeat(7, moment, moment, 0, "0.1"),
    ):
        ledger.beat(beat)
        assert ledger.heartbeat() == beat
