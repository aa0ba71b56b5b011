from __future__ import annotations

import os

import pytest

from config.errors import ConflictError, MissingError, UsageError
from service.desk.scans.correcting import say_what_it_is, take_back
from service.lock import only_daemon
from storage.corrections.feedback import FeedbackBook, Said
from tests.service.fakes import Desk, Judge


@pytest.fixture
def used(desk: Desk) -> Desk:
    """A ticket, an unknown scan and a broken one; the classes ticket and cylinder."""
    for name in ("ticket", "cylinder"):
        (desk.home.support / name).mkdir(parents=True)
    for name, content in (("a.png", "ticket 1"), ("b.png", "unknown 2"), ("c.png", "broken 3")):
        desk.drop(name, content)
        desk.once(Judge())
    return desk


def say(desk: Desk, scan_id: int, class_name: str) -> str:
    """Say it over the API; where the file stands then."""
    said = say_what_it_is(desk.home, desk.ledger, scan_id, class_name, "api")
    assert said.moved
    assert said.place.exists()
    return desk.home.relative(said.place)


def history(desk: Desk, scan_id: int) -> list[Said]:
    """What was said."""
    return FeedbackBook(desk.ledger.database, desk.home).history(scan_id)


def row(desk: Desk, scan_id: int) -> tuple[str, str, str]:
    """State, class and destination of a scan."""
    found = desk.ledger.result(scan_id)
    assert found is not None
    return found["state"], found["class"], found["destination"]


def test_a_correction_moves_the_file_to_its_class(used: Desk) -> None:
    """The row would say one thing, and the folder another."""
    assert say(used, 1, "cylinder") == "sorted/cylinder/a.png"
    assert row(used, 1) == ("filed", "cylinder", "sorted/cylinder/a.png")
    assert say(used, 2, "ticket") == "sorted/ticket/b.png"
    assert row(used, 2) == ("filed", "ticket", "sorted/ticket/b.png")
    assert say(used, 1, "unknown") == "review/a.png"
    assert row(used, 1) == ("review", "unknown", "review/a.png")
    assert used.filed() >= {"sorted/ticket/b.png", "review/a.png"}
    assert [(one.predicted, one.class_before, one.class_name) for one in history(used, 1)] == [
        ("ticket", "ticket", "cylinder"), ("ticket", "cylinder", "unknown"),
    ]  # fmt: skip
    assert used.ledger.moves() == []


def test_a_confirmation_moves_nothing(used: Desk) -> None:
    """What was right would not count, and so no accuracy could be told."""
    assert say(used, 1, "ticket") == "sorted/ticket/a.png"
    assert say(used, 2, "unknown") == "review/b.png"
    assert [one.confirms for scan in (1, 2) for one in history(used, scan)] == [True, True]


def test_what_failed_can_be_told_as_well(used: Desk) -> None:
    """A file that no program here can open would stay in failed/, with its note."""
    assert say(used, 3, "ticket") == "sorted/ticket/c.png"
    assert row(used, 3) == ("filed", "ticket", "sorted/ticket/c.png")
    assert not list(used.home.failed.iterdir())
    (said,) = history(used, 3)
    assert (said.predicted, said.class_before) == (None, None)


def test_a_name_that_is_taken_there_is_left_alone(used: Desk) -> None:
    """Somebody's file would be overwritten."""
    there = used.home.sorted / "cylinder" / "a.png"
    there.parent.mkdir()
    there.write_text("mine")
    assert say(used, 1, "cylinder") == "sorted/cylinder/a (2).png"
    assert there.read_text() == "mine"


def test_a_slip_is_taken_back(used: Desk) -> None:
    """A key pressed too early would cost a walk through the folders."""
    say(used, 1, "cylinder")
    (said,) = history(used, 1)
    back = take_back(used.home, used.ledger, said)
    assert (back.class_name, used.home.relative(back.place)) == ("ticket", "sorted/ticket/a.png")
    assert row(used, 1) == ("filed", "ticket", "sorted/ticket/a.png")
    (said,) = history(used, 1)
    assert said.undone_at is not None
    with pytest.raises(ConflictError, match="does not hold any more"):
        take_back(used.home, used.ledger, said)
    say(used, 1, "ticket")
    take_back(used.home, used.ledger, history(used, 1)[-1])
    assert [one.undone_at is None for one in history(used, 1)] == [False, False]


def test_only_what_was_said_last_is_taken_back(used: Desk) -> None:
    """The scan would go back to where it was two corrections ago."""
    say(used, 1, "cylinder")
    say(used, 1, "unknown")
    first, _ = history(used, 1)
    with pytest.raises(ConflictError, match="does not hold any more"):
        take_back(used.home, used.ledger, first)


def test_what_cannot_be_is_one_clear_error(used: Desk) -> None:
    """A slip of the pen would make a folder, or a scan be lost."""
    for name, error, said in (
        ("tickt", MissingError, "there is no class 'tickt'"),
        ("../x", UsageError, "is not the name of a folder"),
        ("", UsageError, "is not the name of a folder"),
    ):
        with pytest.raises(error, match=said):
            say(used, 1, name)
    with pytest.raises(MissingError, match="there is no scan 99"):
        say(used, 99, "ticket")
    (used.home.sorted / "ticket" / "a.png").write_text("another")
    with pytest.raises(ConflictError, match="its file is another file now"):
        say(used, 1, "cylinder")
    os.unlink(used.home.sorted / "ticket" / "a.png")
    with pytest.raises(ConflictError, match="its file is no longer where it was filed"):
        say(used, 1, "cylinder")
    assert history(used, 1) == []
    assert row(used, 1) == ("filed", "ticket", "sorted/ticket/a.png")


def test_what_is_called_a_ticket_is_read(used: Desk) -> None:
    """A correction would leave a ticket without text, and without a total."""
    used.drop("d.png", "unreadable 4")
    used.once(Judge(says={"unreadable": "unknown"}))
    for scan_id in (2, 4):
        say(used, scan_id, "ticket")
    assert used.once(Judge())
    read, unread = used.ledger.result(2), used.ledger.result(4)
    assert read is not None
    assert unread is not None
    assert (read["text"], read["error"]) == ("read: unknown 2 now", None)
    assert (unread["text"], unread["error"]) == (None, "Tesseract was killed (SIGKILL)")
    assert [hit.scan_id for hit in used.ledger.search("now")] == [2]
    assert used.once(Judge())


def test_a_daemon_at_work_moves_what_was_corrected(used: Desk) -> None:
    """Two processes would move files in one home."""
    with only_daemon(used.home.lock_file), used.watching(Judge()):
        assert say(used, 1, "cylinder") == "sorted/cylinder/a.png"
    assert row(used, 1) == ("filed", "cylinder", "sorted/cylinder/a.png")
