"""Scans whose files a person has deleted: out of the way, told of, and back with the file."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from typer.testing import CliRunner

from config.errors import ConflictError
from config.ignored import Ignored
from models.page.scan import Scan
from service.cli.commands import app
from service.daemon.corrections.shelves import Shelves
from service.desk.classes.lessons import Answer, answer
from service.desk.overview import status
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.editing import edit_fields, take_back_field
from service.desk.scans.moving import carry_out
from service.desk.scans.recalling import put_back
from service.desk.scans.scans import Wanted, described_scan, file_of, page_of_scans
from service.desk.scans.teaching import make_example
from service.desk.scans.verifying import verify
from service.page.scan.fields import fields
from storage.corrections.feedback import Correction, FeedbackBook
from storage.corrections.lessons import LessonBook, Spoken
from storage.records import Heartbeat, Move
from tests.disks import bound
from tests.service.fakes import LIMITS, Desk, Judge
from tests.service.test_following import settings, wait_until

PLACES = {1: "sorted/ticket/a.png", 2: "review/b.png", 3: "failed/c.png"}


@pytest.fixture
def sorted_desk(desk: Desk) -> Desk:
    """A ticket that was filed, a scan in review, one that failed."""
    (desk.home.support / "ticket").mkdir(parents=True)
    (desk.home.support / "ticket" / "1.png").write_text("ticket")
    for name, content in (("a.png", "ticket 1"), ("b.png", "unknown 2"), ("c.png", "broken 3")):
        desk.drop(name, content)
        desk.once(Judge())
    return desk


def states(desk: Desk) -> list[str]:
    """Of all rows, oldest first."""
    return [row["state"] for row in desk.rows()]


def delete(desk: Desk, *scan_ids: int) -> None:
    """Delete the files of scans, and have that noted."""
    for scan_id in scan_ids:
        (desk.home.root / PLACES[scan_id]).unlink()
    desk.once(Judge())


@pytest.mark.parametrize("scan_id", PLACES)
def test_once_notes_a_deletion_without_waiting_and_the_file_coming_back(
    sorted_desk: Desk, scan_id: int
) -> None:
    """The review queue would keep a scan that nobody can say anything of."""
    before, place = states(sorted_desk), sorted_desk.home.root / PLACES[scan_id]
    content = place.read_text()
    delete(sorted_desk, scan_id)
    assert states(sorted_desk)[scan_id - 1] == "gone"
    assert status(sorted_desk.home, sorted_desk.ledger)["scans"]["gone"] == 1
    place.write_text(content)
    sorted_desk.once(Judge())
    assert states(sorted_desk) == before
    assert list(verify(sorted_desk.home, sorted_desk.ledger)) == []


def test_it_comes_back_where_it_turns_up(sorted_desk: Desk) -> None:
    """Who keeps it elsewhere for a day would have a file that nobody knows."""
    delete(sorted_desk, 1, 2, 3)
    assert states(sorted_desk) == ["gone"] * 3
    home = sorted_desk.home
    (home.sorted / "cylinder").mkdir()
    (home.sorted / "cylinder" / "x.png").write_text("ticket 1")
    (home.review / "y.png").write_text("unknown 2")
    (home.failed / "z.png").write_text("broken 3")
    sorted_desk.once(Judge())
    assert [(row["state"], row["class"], row["destination"]) for row in sorted_desk.rows()] == [
        ("filed", "cylinder", "sorted/cylinder/x.png"),
        ("review", "unknown", "review/y.png"),
        ("failed", None, "failed/z.png"),
    ]
    assert (home.failed / "z.png.error.json").exists()
    assert list(verify(home, sorted_desk.ledger)) == []


@pytest.mark.parametrize("place", ["review", "sorted/ticket"])
def test_a_share_that_is_unmounted_takes_nothing_away_and_gets_nothing(
    sorted_desk: Desk, tmp_path: Path, place: str
) -> None:
    """A scan would be filed under the mount point, out of sight later, and the others be gone."""
    home, folder = sorted_desk.home, sorted_desk.home.root / place
    folder.rename(tmp_path / "share")
    folder.mkdir()
    before, word = states(sorted_desk), "unknown" if place == "review" else "ticket"

    def beat() -> Heartbeat:
        found = sorted_desk.ledger.heartbeat()
        assert found is not None
        return found

    sorted_desk.wait_closed(3)
    with sorted_desk.watching(Judge(), rescan_interval=0.05):
        with bound(tmp_path / "share", folder):
            sorted_desk.drop("new.png", f"{word} 4")
            sorted_desk.wait_closed()
        sorted_desk.drop("later.png", f"{word} 5")
        wait_until(lambda: f"{place}: was unmounted" in beat().trouble)
        (folder / "note.txt").write_text("a person's")
        for _ in range(3):
            last = beat().swept_at
            wait_until(lambda last=last: beat().swept_at != last)  # type: ignore[misc]
        with bound(tmp_path / "share", folder):
            assert [name for name, _ in sorted_desk.wait_closed()] == ["later.png"]
            wait_until(lambda: beat().trouble == "")
            assert states(sorted_desk)[:3] == before
            assert list(verify(home, sorted_desk.ledger)) == []
    assert {"new.png", "later.png"} <= {one.name for one in (tmp_path / "share").iterdir()}
    assert [one.name for one in folder.iterdir()] == ["note.txt"]


@pytest.mark.parametrize(
    ("folder", "place"), [("sorted", "inbox"), ("inbox", "sorted"), ("inbox", "sorted/ticket")]
)
def test_nothing_is_taken_while_folders_lie_in_one_another(
    sorted_desk: Desk, folder: str, place: str
) -> None:
    """By a slip of whoever mounts them each scan would be filed again every second."""
    root = sorted_desk.home.root
    before = sorted_desk.rows()
    sorted_desk.wait_closed(3)

    def beat() -> Heartbeat:
        found = sorted_desk.ledger.heartbeat()
        assert found is not None
        return found

    with sorted_desk.watching(Judge(), rescan_interval=0.05, stability_delay=0.01) as daemon:
        with bound(root / folder, root / place):
            daemon._bell.ring()
            wait_until(lambda: "mounted a second time" in beat().trouble)
            (root / "inbox" / "new.png").write_text("ticket 4")
            for _ in range(5):
                last = beat().swept_at
                wait_until(lambda last=last: beat().swept_at != last)  # type: ignore[misc]
            assert sorted_desk.rows() == before
            (root / "inbox" / "new.png").unlink()
        wait_until(lambda: beat().trouble == "")
        sorted_desk.drop("later.png", "ticket 5")
        assert sorted_desk.wait_closed() == [("later.png", "filed")]


def test_one_that_is_dropped_again_is_a_new_scan(sorted_desk: Desk) -> None:
    """It would be refused as a copy of a file that is no more."""
    delete(sorted_desk, 1)
    sorted_desk.drop("a.png", "ticket 1")
    sorted_desk.once(Judge(), duplicates="skip")
    assert states(sorted_desk) == ["gone", "review", "failed", "filed"]
    assert sorted_desk.rows()[3]["duplicate_of"] is None


def test_the_last_copy_is_not_set_aside(sorted_desk: Desk) -> None:
    """The scan would seem to be lost: its first copy deleted, its second in duplicates/."""
    with sorted_desk.watching(Judge(), duplicates="skip"):
        (sorted_desk.home.root / PLACES[1]).unlink()  # noted a while later
        sorted_desk.drop("again.png", "ticket 1")
        assert ("again.png", "filed") in sorted_desk.wait_closed(4)
    assert "sorted/ticket/again.png" in sorted_desk.filed()


def test_a_failed_scan_that_is_gone_takes_its_note_along(sorted_desk: Desk) -> None:
    """failed/ would keep complaining about a file that is not there."""
    delete(sorted_desk, 3)
    assert not [path for path in sorted_desk.filed() if path.startswith("failed/")]


def test_a_note_that_a_person_changed_stays(sorted_desk: Desk) -> None:
    """What somebody wrote down about the file would be deleted."""
    path = sorted_desk.home.failed / "c.png.error.json"
    note = json.loads(path.read_text())
    path.write_text(json.dumps({**note, "what_to_do": "Call the bank"}))
    delete(sorted_desk, 3)
    assert json.loads(path.read_text())["what_to_do"] == "Call the bank"


def test_it_is_out_of_queue_lists_and_counts(sorted_desk: Desk) -> None:
    """It would be shown, asked about and counted for good."""
    delete(sorted_desk, 1, 2)
    ledger = sorted_desk.ledger
    assert ledger.unseen("review") == 0
    assert ledger.counts_by_class() == {}
    listed, _ = page_of_scans(ledger, Wanted())
    assert [row["scan_id"] for row in listed] == [3]
    listed, _ = page_of_scans(ledger, Wanted(state="gone"))
    assert [row["scan_id"] for row in listed] == [2, 1]
    assert ledger.search("thank") == []
    words = ["--home", str(sorted_desk.home.root), "results", "--json"]
    done = CliRunner().invoke(app, words)
    assert [json.loads(line)["scan_id"] for line in done.stdout.splitlines()] == [3]
    done = CliRunner().invoke(app, [*words, "--state", "gone"])
    assert [json.loads(line)["scan_id"] for line in done.stdout.splitlines()] == [2, 1]


def test_what_is_asked_of_it_is_answered_in_words(sorted_desk: Desk) -> None:
    """Each verdict would end in 'is no longer where it was filed'."""
    say_what_it_is(sorted_desk.home, sorted_desk.ledger, 2, "unknown", "api")
    delete(sorted_desk, 1, 2, 3)
    home, ledger = sorted_desk.home, sorted_desk.ledger
    for ask in (
        lambda: say_what_it_is(home, ledger, 2, "ticket", "api"),
        lambda: make_example(home, ledger, 1, None, LIMITS),
        lambda: file_of(ledger, 1),
        lambda: edit_fields(home, ledger, 1, {"total": "12.50"}, "api"),
        lambda: take_back_field(home, ledger, 1, "total", "api"),
    ):
        with pytest.raises(ConflictError, match="was deleted"):
            ask()
    assert described_scan(home, ledger, 1)["present"] is False
    words = ["--home", str(home.root)]
    done = CliRunner().invoke(app, [*words, "retry", "3"])
    assert isinstance(done.exception, ConflictError)
    assert put_back(home, ledger, ledger.filed(newest=5)) == []
    assert ledger.filed() == []


def test_nobody_is_asked_about_its_correction(sorted_desk: Desk) -> None:
    """A person would be asked whether a file that is not there shall be an example."""
    (scan,) = sorted_desk.ledger.filed(scan_ids=[1])
    say_what_it_is(sorted_desk.home, sorted_desk.ledger, 1, "ticket", "api")
    book = LessonBook(sorted_desk.ledger.database, sorted_desk.home)
    book.decide(Spoken(1, Scan(scan.place, scan.sha256, scan.size), "ticket"), "asks")
    delete(sorted_desk, 1)
    assert (book.lessons(), book.counts()) == ([], {})
    scan.place.write_text("ticket 1")
    sorted_desk.once(Judge())
    assert book.counts() == {"asks": 1}


def test_verify_tells_and_does_not_complain(sorted_desk: Desk) -> None:
    """Every check after a tidy-up would end in an error, or nobody would be told."""
    delete(sorted_desk, 2)
    done = CliRunner().invoke(app, ["--home", str(sorted_desk.home.root), "verify"])
    assert done.exit_code == 0
    assert done.stdout.startswith("gone       review/b.png (scan 2): was deleted (seen 2")
    assert done.stdout.endswith("2 files compared, 0 findings, 1 note\n")
    (sorted_desk.home.review / "c.png").write_text("unknown 2")
    done = CliRunner().invoke(app, ["--home", str(sorted_desk.home.root), "verify"])
    assert (done.exit_code, done.stdout.split()[0]) == (1, "moved")


@pytest.mark.parametrize("said", ["add", "leave"])
def test_a_lesson_of_a_scan_that_was_deleted_is_not_answered(
    sorted_desk: Desk, said: Answer
) -> None:
    """It would be answered, and then fail at the copy; or never be asked again."""
    home, ledger = sorted_desk.home, sorted_desk.ledger
    (scan,) = ledger.filed(scan_ids=[1])
    say_what_it_is(home, ledger, 1, "ticket", "api")
    book = LessonBook(ledger.database, home)
    book.decide(Spoken(1, Scan(scan.place, scan.sha256, scan.size), "ticket"), "asks")
    delete(sorted_desk, 1)
    with pytest.raises(ConflictError, match="scan 1 was deleted"):
        answer(home, ledger, 1, said)
    scan.place.write_text("ticket 1")
    sorted_desk.once(Judge())
    assert book.counts() == {"asks": 1}


def test_the_page_offers_no_editing_of_a_scan_that_was_deleted(sorted_desk: Desk) -> None:
    """A form whose only answer is a refusal."""
    edit_fields(sorted_desk.home, sorted_desk.ledger, 1, {"vendor": "ZOO"}, "page")
    delete(sorted_desk, 1)
    shown = str(fields(described_scan(sorted_desk.home, sorted_desk.ledger, 1)))
    assert "ZOO" in shown
    assert "Button" not in shown
    assert "Input" not in shown


@pytest.mark.parametrize("name", ["a.png.tmp", ".a.png", "a.draft", ".hid/deep/a.png"])
def test_verify_says_of_a_name_that_is_left_alone_that_nobody_takes_it(
    sorted_desk: Desk, name: str
) -> None:
    """It said that the service would take note of the file, which it never does."""
    place = sorted_desk.home.root / PLACES[1]
    (place.parent / name).parent.mkdir(parents=True, exist_ok=True)
    place.rename(place.parent / name)
    ignored = Ignored(["*.draft"])
    for kind in ("moved", "moved"):
        (found,) = verify(sorted_desk.home, sorted_desk.ledger, ignored=ignored)
        assert found.kind == kind
        assert found.advice.startswith("'pigeonhole watch' leaves such names alone")
        sorted_desk.once(Judge(), ignore=["*.draft"])
    assert states(sorted_desk)[0] == "gone"
    (place.parent / name).write_text("a stranger by now")
    found = {one.kind: one for one in verify(sorted_desk.home, sorted_desk.ledger, ignored=ignored)}
    assert "leaves such names alone" in found["stranger"].advice


def test_a_later_scan_at_the_place_of_a_deleted_one_is_the_one_that_stands_there(
    sorted_desk: Desk,
) -> None:
    """Two rows would name one file, and the deleted one would be offered for review."""
    with sorted_desk.watching(Judge()):
        (sorted_desk.home.root / PLACES[1]).unlink()
        sorted_desk.drop("a.png", "ticket 9")
        assert ("a.png", "filed") in sorted_desk.wait_closed(4)
    assert sorted_desk.rows()[3]["destination"] == PLACES[1]
    sorted_desk.once(Judge())
    assert states(sorted_desk) == ["gone", "review", "failed", "filed"]
    with pytest.raises(ConflictError, match="was deleted"):
        file_of(sorted_desk.ledger, 1)


def test_a_folder_that_may_not_be_entered_takes_nothing_away(
    sorted_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wrong rights on a share would count as deleting everything."""
    from storage import standing

    lstat = standing.lstat

    def refused(path: Path) -> object:
        if "review" in str(path):
            raise PermissionError(13, "Permission denied")
        return lstat(path)

    (sorted_desk.home.root / PLACES[2]).unlink()
    with monkeypatch.context() as patch:
        patch.setattr(standing, "lstat", refused)
        sorted_desk.once(Judge())
    assert states(sorted_desk)[1] == "review"


@pytest.mark.parametrize("root", ["sorted", "review", "failed"])
def test_once_takes_a_missing_root_for_a_share_that_is_not_mounted(
    sorted_desk: Desk, root: str
) -> None:
    """A run before the share is mounted would note that all was deleted."""
    shutil.move(sorted_desk.home.root / root, sorted_desk.home.root / "elsewhere")
    before = states(sorted_desk)
    sorted_desk.once(Judge())
    assert states(sorted_desk) == before


def test_a_share_that_is_unmounted_meanwhile_takes_nothing_away(
    sorted_desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is left is an empty folder: all that was ever filed would be noted as deleted."""
    shelves = Shelves(
        sorted_desk.home, settings(rescan_interval=0.001), sorted_desk.ledger, lambda: None
    )
    shelves.sweep()
    sorted_desk.home.sorted.rename(sorted_desk.home.root / "elsewhere")
    sorted_desk.home.sorted.mkdir()
    monkeypatch.setattr(shelves._following._places, "_devices", {sorted_desk.home.sorted: -1})
    for _ in range(3):
        shelves.sweep()
        shelves.settle()
    assert "gone" not in states(sorted_desk)


def test_a_scan_that_is_deleted_while_it_is_to_be_moved_is_gone(sorted_desk: Desk) -> None:
    """It would be called a failed scan, with a reason that is none."""
    home, ledger = sorted_desk.home, sorted_desk.ledger
    (scan,) = ledger.filed(scan_ids=[2])
    move = Move(2, scan.place, home.sorted / "ticket" / "b.png", scan.sha256, scan.size, "filed")
    FeedbackBook(ledger.database, home).correct([Correction("ticket", move)], "api")
    scan.place.unlink()
    assert carry_out(home, ledger, [move]) == set()
    assert states(sorted_desk)[1] == "gone"
    scan.place.write_text("unknown 2")
    sorted_desk.once(Judge())
    assert states(sorted_desk)[1] == "review"


def test_a_scan_that_is_overwritten_while_it_is_to_be_moved_is_gone(sorted_desk: Desk) -> None:
    """It would be superseded, though nothing takes its place, and the other one be missed."""
    home, ledger = sorted_desk.home, sorted_desk.ledger
    (review,) = ledger.filed(scan_ids=[2])
    move = Move(
        2, review.place, home.sorted / "ticket" / "b.png", review.sha256, review.size, "filed"
    )
    FeedbackBook(ledger.database, home).correct([Correction("ticket", move)], "api")
    (home.root / PLACES[1]).replace(review.place)
    sorted_desk.once(Judge())
    assert [(row["state"], row["destination"]) for row in sorted_desk.rows()[:2]] == [
        ("review", "review/b.png"),
        ("gone", "review/b.png"),
    ]
    assert [one.kind for one in verify(home, ledger)] == ["gone"]


def test_a_daemon_at_work_notes_it_after_a_while(sorted_desk: Desk) -> None:
    """A file that is cut from one folder and put into another would be gone in between."""
    with sorted_desk.watching(Judge(), rescan_interval=0.05):
        (sorted_desk.home.root / PLACES[2]).unlink()
        wait_until(lambda: states(sorted_desk)[1] == "gone")
        (sorted_desk.home.root / PLACES[2]).write_text("unknown 2")
        wait_until(lambda: states(sorted_desk)[1] == "review")
