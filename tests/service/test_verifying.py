from __future__ import annotations

import json
import re

import pytest
from typer.testing import CliRunner

from service.cli.commands import app
from service.desk.scans.verifying import verify
from service.lock import only_daemon
from storage.records import Decision, Move
from tests.service.fakes import Desk, Judge, scan_of, verdict_of


@pytest.fixture
def sorted_desk(desk: Desk) -> Desk:
    """Three tickets that were filed, one that was not recognised, one that failed."""
    for number in range(3):
        desk.drop(f"{number}.png", f"ticket {number}")
    desk.drop("odd.png", "unknown")
    desk.drop("bad.png", "broken")
    desk.once(Judge())
    return desk


def found(desk: Desk) -> dict[str, str]:
    """The kind of each finding, by place."""
    return {one.place: one.kind for one in verify(desk.home, desk.ledger)}


def test_a_home_in_order_leaves_nothing_to_say(sorted_desk: Desk) -> None:
    """Who is warned each time does not look any more."""
    assert found(sorted_desk) == {}


def test_what_is_not_as_the_ledger_says_is_named(sorted_desk: Desk) -> None:
    """A file that was lost, or damaged on the disk, would be missed when it is needed."""
    tickets = sorted_desk.home.sorted / "ticket"
    (tickets / "0.png").unlink()
    (tickets / "1.png").write_text("damaged")
    (sorted_desk.home.sorted / "invoice").mkdir()
    (tickets / "2.png").rename(sorted_desk.home.sorted / "invoice" / "2.png")
    (sorted_desk.home.review / "mine.txt").write_text("a list")
    (tickets / ".pigeonhole-7-0123456789abcdef.part").write_text("half")
    assert found(sorted_desk) == {
        "sorted/ticket/0.png": "missing",
        "sorted/ticket/1.png": "changed",
        "sorted/ticket/2.png": "moved",
        "review/mine.txt": "stranger",
        "sorted/ticket/.pigeonhole-7-0123456789abcdef.part": "leftover",
    }


def test_what_a_dead_daemon_left_is_named(desk: Desk) -> None:
    """Scans between two folders would be looked for in vain."""
    scans = [scan_of(desk.drop(name)) for name in ("a.png", "b.png", "c.png")]
    moving, _, gone = desk.ledger.claim(scans)
    place = desk.home.sorted / "ticket" / "a.png"
    desk.ledger.decide([Decision(moving.scan_id, scans[0], "filed", place, verdict_of("ticket"))])
    gone.scan.path.unlink()
    assert found(desk) == {
        "inbox/a.png": "unfinished",
        "inbox/b.png": "unfinished",
        "inbox/c.png": "missing",
    }


def test_what_is_still_to_go_back_is_no_stranger(sorted_desk: Desk) -> None:
    """Who looks while scans are retried would take them for files that nobody knows."""
    (failed,) = sorted_desk.ledger.filed(states=("failed",))
    back = Move(
        failed.scan_id, failed.place, failed.source, failed.sha256, failed.size, "superseded"
    )
    sorted_desk.ledger.recall([back])
    assert found(sorted_desk) == {"failed/bad.png": "unfinished"}
    with only_daemon(sorted_desk.home.lock_file):
        assert found(sorted_desk) == {}  # it is about to


def test_the_command_tells_and_counts(sorted_desk: Desk) -> None:
    """A script could not tell a sound home from a broken one."""
    words = ["--home", str(sorted_desk.home.root), "verify"]
    done = CliRunner().invoke(app, words)
    assert (done.exit_code, done.stdout) == (0, "5 files compared, 0 findings\n")
    (sorted_desk.home.sorted / "ticket" / "0.png").unlink()
    done = CliRunner().invoke(app, words)
    assert done.exit_code == 1
    assert re.search(r"^missing    sorted/ticket/0.png \(scan \d\): the file is gone", done.stdout)
    done = CliRunner().invoke(app, [*words, "--json"])
    assert json.loads(done.stdout)["kind"] == "missing"


def test_a_broken_file_that_was_dropped_twice_is_no_stranger(desk: Desk) -> None:
    """The first of the two would be called a stranger, and every check would end in an error."""
    for _ in range(2):
        desk.drop("bad.png", "broken")
        desk.once(Judge())
    assert sorted(path.name for path in desk.home.failed.glob("*.png")) == [
        "bad (2).png",
        "bad.png",
    ]
    assert found(desk) == {}


def test_a_place_that_a_later_scan_has_is_told(desk: Desk) -> None:
    """Two rows would name one file, and one of the scans would be missed when it is needed."""
    with desk.watching(Judge()):
        for _ in range(2):
            desk.drop("a.png", "ticket 1")
            desk.wait_closed()
            (desk.home.sorted / "ticket" / "a.png").rename(desk.home.root / "taken.png")
    (desk.home.root / "taken.png").rename(desk.home.sorted / "ticket" / "a.png")
    details = [one.detail for one in verify(desk.home, desk.ledger)]
    assert details == ["another scan stands at its place"]
