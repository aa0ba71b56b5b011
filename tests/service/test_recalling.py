from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.desk.scans.moving import Moved
from service.desk.scans.recalling import put_back
from service.lock import only_daemon
from tests.service.fakes import PATIENCE, Desk, Judge


@pytest.fixture
def judge() -> Judge:
    """Decides by the first word of a file."""
    return Judge()


def back(desk: Desk, **which: object) -> list[Moved]:
    """What became of the scans that were put back."""
    return put_back(desk.home, desk.ledger, desk.ledger.filed(**which))  # type: ignore[arg-type]


def inbox(desk: Desk) -> dict[str, str]:
    """Files in the inbox, and what they hold."""
    return {
        str(path.relative_to(desk.home.inbox)): path.read_text()
        for path in desk.home.inbox.rglob("*")
        if path.is_file()
    }


def test_what_was_filed_goes_back_to_where_it_was_dropped(desk: Desk, judge: Judge) -> None:
    """A wrong example would have sorted a whole pile for good."""
    desk.drop("a.png", "ticket 1")
    desk.drop("sub/b.png", "cylinder 2")
    desk.drop("c.png", "unknown 3")
    assert desk.once(judge)
    assert [one.reason for one in back(desk)] == ["", "", ""]
    assert inbox(desk) == {"a.png": "ticket 1", "sub/b.png": "cylinder 2", "c.png": "unknown 3"}
    assert desk.filed() == set()
    assert {row["state"] for row in desk.rows()} == {"superseded"}
    assert {row["destination"] for row in desk.rows()} == {None}
    assert desk.ledger.moves() == []

    assert desk.once(judge)
    assert len(desk.rows()) == 6
    assert desk.filed() == {"sorted/ticket/a.png", "sorted/cylinder/b.png", "review/c.png"}


def test_the_newest_go_first(desk: Desk, judge: Judge) -> None:
    """Another scan than the last would be taken back."""
    for name in ("a.png", "b.png"):
        desk.drop(name, f"ticket {name}")
        assert desk.once(judge)
    (one,) = back(desk, newest=1)
    assert (one.scan.source.name, one.place) == ("b.png", desk.home.inbox / "b.png")
    assert desk.filed() == {"sorted/ticket/a.png"}


def test_a_failed_scan_is_tried_again_and_loses_its_note(desk: Desk, judge: Judge) -> None:
    """A mended Tesseract would not help what failed before; a note would blame a healthy file."""
    desk.drop("a.png", "broken")
    assert not desk.once(judge)
    assert desk.filed() == {"failed/a.png", "failed/a.png.error.json"}
    judge.says["broken"] = "ticket"
    (one,) = back(desk, states=("failed",))
    assert one.reason == ""
    assert desk.filed() == set()
    assert desk.once(judge)
    assert [row["state"] for row in desk.rows()] == ["superseded", "filed"]


def test_a_name_that_is_taken_in_the_inbox_is_left_alone(desk: Desk, judge: Judge) -> None:
    """A scan that was just dropped would be overwritten."""
    desk.drop("a.png", "ticket 1")
    assert desk.once(judge)
    desk.drop("a.png", "ticket 2")
    (one,) = back(desk)
    assert one.place == desk.home.inbox / "a (2).png"
    assert inbox(desk) == {"a.png": "ticket 2", "a (2).png": "ticket 1"}


def test_what_a_person_changed_or_moved_is_theirs(desk: Desk, judge: Judge) -> None:
    """An edited scan would be judged under a row that says something else."""
    for name in ("a.png", "b.png"):
        desk.drop(name, f"ticket {name}")
    assert desk.once(judge)
    (desk.home.sorted / "ticket" / "a.png").write_text("mine now")
    (desk.home.sorted / "ticket" / "b.png").rename(desk.home.root / "kept.png")
    reasons = {one.scan.source.name: one.reason for one in back(desk)}
    assert reasons == {"a.png": "is another file now", "b.png": "is no longer where it was filed"}
    assert {row["state"] for row in desk.rows()} == {"filed"}
    assert inbox(desk) == {}


def test_a_daemon_at_work_does_it(desk: Desk, judge: Judge) -> None:
    """Two processes would move one file."""
    desk.drop("a.png", "broken")
    desk.home.cache.mkdir(exist_ok=True)
    with only_daemon(desk.home.lock_file), desk.watching(judge):
        assert desk.wait_closed() == [("a.png", "failed")]
        judge.says["broken"] = "ticket"
        (one,) = back(desk, states=("failed",))
        assert one.reason == ""
        assert desk.wait_closed(2) == [("a.png", "superseded"), ("a.png", "filed")]
    assert desk.filed() == {"sorted/ticket/a.png"}


def test_what_died_halfway_is_finished_by_the_next_daemon(
    desk: Desk, judge: Judge, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut would leave a scan that is neither filed nor in the inbox."""
    desk.drop("a.png", "ticket 1")
    assert desk.once(judge)

    def refused(_source: object, _target: object, **_: object) -> None:
        raise OSError(5, "Input/output error")

    with monkeypatch.context() as broken:
        broken.setattr(os, "link", refused)
        (one,) = back(desk)
    assert one.reason == "is still to be moved: it stands in the journal"
    assert desk.filed() == {"sorted/ticket/a.png"}
    assert desk.once(judge)
    assert [row["state"] for row in desk.rows()] == ["superseded", "filed"]
    assert desk.filed() == {"sorted/ticket/a.png"}
    assert PATIENCE > 0


def test_an_inbox_folder_that_is_gone_is_made_again(desk: Desk, judge: Judge) -> None:
    """A tidy person would not get a scan back."""
    path: Path = desk.drop("sub/a.png", "ticket 1")
    assert desk.once(judge)
    path.parent.rmdir()
    (one,) = back(desk)
    assert one.place == path
    assert inbox(desk) == {"sub/a.png": "ticket 1"}


def test_one_file_goes_back_once_though_two_rows_name_its_place(desk: Desk) -> None:
    """It would come back under two names that are one file: to edit the one changes the other."""
    with desk.watching(Judge()):
        for _ in range(2):
            desk.drop("a.png", "ticket 1")
            desk.wait_closed()
            (desk.home.sorted / "ticket" / "a.png").rename(desk.home.root / "taken.png")
    (desk.home.root / "taken.png").rename(desk.home.sorted / "ticket" / "a.png")
    answers = put_back(desk.home, desk.ledger, desk.ledger.filed())
    assert [one.reason for one in answers] == ["", "is no longer where it was filed"]
    assert [path.name for path in desk.home.inbox.iterdir()] == ["a.png"]
