"""Failed scans and later files: which is another try of which, and what stays in ``failed/``."""

from __future__ import annotations

import json
import os

import pytest

from models.page.scan import Fault
from service.daemon.notes import clear_superseded_before
from service.daemon.placement import Placement
from service.desk.scans.verifying import verify
from storage.ledger import Ledger
from storage.records import Decision
from tests.service.fakes import Desk, Judge, scan_of


def states(desk: Desk) -> list[str]:
    """Of all rows, oldest first."""
    return [row["state"] for row in desk.rows()]


def kinds(desk: Desk) -> list[str]:
    """What ``verify`` finds."""
    return [one.kind for one in verify(desk.home, desk.ledger)]


@pytest.mark.parametrize("taken_out", [False, True])
def test_a_later_file_of_the_same_name_is_another_scan(desk: Desk, *, taken_out: bool) -> None:
    """A scanner gives the same names again: the failed scan would be in no list any more."""
    desk.drop("scan0001.png", "broken 1")
    desk.once(Judge())
    place = desk.home.failed / "scan0001.png"
    if taken_out:
        place.rename(desk.home.root / "kept.png")
    desk.drop("scan0001.png", "ticket, and a longer one")
    desk.once(Judge())
    assert states(desk) == ["gone" if taken_out else "failed", "filed"]
    if not taken_out:
        assert [one.scan_id for one in desk.ledger.filed(states=("failed",), faulty=True)] == [1]
        assert place.read_text() == "broken 1"
        assert (desk.home.failed / "scan0001.png.error.json").exists()
        assert kinds(desk) == []
        place.unlink()
        assert kinds(desk) == ["missing"]


def test_the_rest_of_an_upload_takes_over_what_had_arrived(desk: Desk) -> None:
    """Each slow upload would leave a failure behind, though the whole file was sorted."""
    desk.drop("a.png", "broken half")
    desk.once(Judge())
    desk.drop("a.png", "broken half and the other half")
    desk.once(Judge(says={"broken": "ticket"}))
    assert states(desk) == ["superseded", "filed"]
    # There are bytes in it, so nobody but a person deletes it.
    assert (desk.home.failed / "a.png").read_text() == "broken half"
    assert kinds(desk) == ["partial"]


def test_a_file_that_begins_alike_elsewhere_is_another_scan(desk: Desk) -> None:
    """Forms of one program begin with the same bytes."""
    desk.drop("one/a.png", "broken half")
    desk.once(Judge())
    desk.drop("two/a.png", "broken half and more")
    desk.once(Judge(says={"broken": "ticket"}))
    assert states(desk) == ["failed", "filed"]


def test_a_second_copy_of_a_broken_file_is_a_second_failure(desk: Desk) -> None:
    """The first would be in no list, while its file still lies in failed/."""
    for _ in range(2):
        desk.drop("bad.png", "broken")
        desk.once(Judge())
    assert states(desk) == ["failed", "failed"]
    assert kinds(desk) == []


def test_an_empty_placeholder_leaves_with_its_row_and_its_note(desk: Desk) -> None:
    """failed/ would fill with empty files of uploads that all went well."""
    desk.drop("a.png", "")
    desk.once(Judge())
    assert desk.filed() == {"failed/a.png", "failed/a.png.error.json"}
    desk.drop("a.png", "ticket 1")
    desk.once(Judge())
    assert states(desk) == ["superseded", "filed"]
    assert desk.filed() == {"sorted/ticket/a.png"}
    assert desk.rows()[0]["destination"] is None
    assert kinds(desk) == []


def test_what_a_person_made_of_a_placeholder_stays(desk: Desk) -> None:
    """What somebody wrote would be deleted."""
    for name in ("filled.png", "noted.png"):
        desk.drop(name, "")
        desk.once(Judge())
    (desk.home.failed / "filled.png").write_text("a person's")
    note = desk.home.failed / "noted.png.error.json"
    note.write_text(json.dumps({**json.loads(note.read_text()), "reason": "ask Ann"}))
    for name in ("filled.png", "noted.png"):
        desk.drop(name, f"ticket {name}")
        desk.once(Judge())
    # What was written into it is a scan of its own.
    assert [row["state"] for row in desk.rows()[2:]] == ["filed"] * 3
    assert "a person's" in {(desk.home.root / place).read_text() for place in desk.filed()}
    assert json.loads(note.read_text())["reason"] == "ask Ann"


def test_an_empty_file_elsewhere_is_no_placeholder(desk: Desk) -> None:
    """Of all empty files one upload would take away the failures."""
    desk.drop("a.png", "")
    desk.drop("sub/b.png", "")
    desk.once(Judge())
    desk.drop("b.png", "ticket 1")
    desk.once(Judge())
    assert sorted(states(desk)) == ["failed", "failed", "filed"]


def test_a_daemon_that_died_over_a_placeholder_is_followed_by_one_that_takes_it_away(
    desk: Desk,
) -> None:
    """The empty file and its note would stay for good."""
    desk.drop("a.png", "")
    desk.once(Judge())
    desk.ledger.claim([scan_of(desk.drop("a.png", "ticket 1"))])
    assert states(desk) == ["superseded", "working"]
    clear_superseded_before(desk.ledger, desk.home)
    assert not [path for path in desk.filed() if path.startswith("failed/")]


def test_the_next_empty_file_of_that_name_is_none_of_it(desk: Desk) -> None:
    """It would be taken away as well, and its row name nothing."""
    desk.drop("a.png", "")
    desk.once(Judge())
    desk.ledger.claim([scan_of(desk.drop("a.png", "ticket 1"))])  # and the daemon dies
    (desk.home.failed / "a.png").unlink()
    (desk.home.inbox / "a.png").rename(desk.home.root / "elsewhere.png")
    desk.drop("sub/a.png", "")
    with desk.ledger.database.write() as connection:
        connection.exec_driver_sql("UPDATE scans SET file_inode = NULL WHERE id = 1")
    desk.ledger.claim([scan_of(desk.home.inbox / "sub" / "a.png")])
    place = desk.home.failed / "a.png"
    scan = scan_of(desk.home.inbox / "sub" / "a.png")
    desk.ledger.decide([Decision(3, scan, "failed", place, fault=Fault("open", "is empty"))])
    Placement(desk.ledger, desk.home).resume()
    clear_superseded_before(desk.ledger, desk.home)
    assert desk.rows()[2]["state"] == "failed"
    assert desk.filed() == {"failed/a.png", "failed/a.png.error.json"}


def test_a_claim_of_other_names_reads_nothing(desk: Desk) -> None:
    """Every scan would be read once more when it is taken up."""
    desk.drop("a.png", "broken")
    desk.once(Judge())
    scan = scan_of(desk.drop("b.png", "ticket, far longer"))
    os.truncate(scan.path, 0)  # whoever reads it now would find nothing
    (claim,) = Ledger(desk.ledger.database, desk.home).claim([scan])
    assert claim.superseded == ()


def test_a_file_that_another_one_begins_like_is_not_given_up(desk: Desk) -> None:
    """All pictures begin alike: the only copy would lie in failed/, and `verify` advise to delete it."""
    desk.drop("a.png", "broken")
    desk.once(Judge())
    failed = desk.home.failed / "a.png"
    with failed.open("a") as writer:  # it still has the file open
        desk.drop("a.png", "broken as well, and another")
        desk.once(Judge())
        assert states(desk)[0] == "superseded"
        writer.write(": ticket")
    assert "partial" not in kinds(desk)
    desk.once(Judge(says={"broken:": "ticket"}))
    contents = [(desk.home.root / place).read_text() for place in desk.filed()]
    assert contents.count("broken: ticket") == 1
    assert "sorted/ticket/a.png" in desk.filed()
    assert "filed" in states(desk)
