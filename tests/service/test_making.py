from __future__ import annotations

import errno
import os
import threading
from concurrent.futures import Future
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from config.errors import UsageError
from service.cli.commands import app
from service.daemon.tickets import making
from service.desk.scans.correcting import say_what_it_is
from service.desk.scans.recalling import put_back
from service.desk.scans.verifying import verify
from service.workers.outputs import make_outputs
from service.workers.process import WorkerDiedError
from storage.tickets.outputs import OutputBook
from tests.service.fakes import Desk, Judge

TEXT = {"ticket_outputs": ("text",)}
FILED = {"sorted/ticket/a.png", "sorted/ticket/a.png.txt"}


def found(desk: Desk) -> dict[str, str]:
    """The kind of each finding, by place."""
    return {one.place: one.kind for one in verify(desk.home, desk.ledger)}


def made_event(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> threading.Event:
    """Set once an output was made."""
    event = threading.Event()
    made = OutputBook.made

    def then(book: OutputBook, output: Any) -> None:
        made(book, output)
        event.set()

    monkeypatch.setattr(OutputBook, "made", then)
    return event


def test_nothing_is_made_unless_asked_for(desk: Desk) -> None:
    """Who tidies his folder would find files that he never wanted."""
    desk.drop("a.png", "ticket 1")
    desk.once(Judge())
    assert desk.filed() == {"sorted/ticket/a.png"}


def test_the_text_stands_beside_each_ticket_and_nothing_else(desk: Desk) -> None:
    """Texts of other classes, or of scans that nobody read, would be empty files."""
    for name, content in {
        "a.png": "ticket ä €", "a.jpg": "ticket 2", "b.png": "invoice", "c.png": "unknown",
        "d.png": "broken",
    }.items():  # fmt: skip
        desk.drop(name, content)
    assert not desk.once(Judge(), **TEXT)
    tickets = desk.home.sorted / "ticket"
    assert {path.name for path in tickets.iterdir()} == {
        "a.png", "a.jpg", "a.png.txt", "a.jpg.txt",
    }  # fmt: skip
    assert (tickets / "a.png.txt").read_text(encoding="utf-8") == "ticket ä €\nthank you\n"
    assert found(desk) == {}
    assert len([path for path in desk.filed() if path.endswith(".txt")]) == 2


def test_a_second_copy_has_its_own(desk: Desk) -> None:
    """What is not read again would have no text beside it."""
    for name in ("a.png", "b.png"):
        desk.drop(name, "ticket 1")
        desk.once(Judge(), **TEXT)
    assert desk.filed() == FILED | {"sorted/ticket/b.png", "sorted/ticket/b.png.txt"}


def test_a_daemon_at_work_makes_it_too(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only who starts it anew would get what he asked for."""
    made = made_event(desk, monkeypatch)
    with desk.watching(Judge(), **TEXT):
        desk.drop("a.png", "ticket 1")
        assert desk.wait_closed() == [("a.png", "filed")]
        assert made.wait(60)
    assert desk.filed() == FILED


def test_it_goes_and_comes_with_its_ticket(desk: Desk) -> None:
    """Each undo would leave a text of nothing, and the next filing a second one."""
    desk.drop("a.png", "ticket 1")
    desk.once(Judge(), **TEXT)
    (one,) = put_back(desk.home, desk.ledger, desk.ledger.filed())
    assert (one.reason, desk.filed()) == ("", set())
    assert desk.once(Judge(), **TEXT)
    assert desk.filed() == FILED
    (one,) = put_back(desk.home, desk.ledger, desk.ledger.filed())
    desk.once(Judge(says={"ticket": "invoice"}), **TEXT)
    assert desk.filed() == {"sorted/invoice/a.png"}
    assert found(desk) == {}


def test_what_a_person_corrected_stays_and_is_theirs(desk: Desk) -> None:
    """An hour of typing would be undone with the ticket."""
    desk.drop("a.png", "ticket 1")
    desk.once(Judge(), **TEXT)
    text = desk.home.sorted / "ticket" / "a.png.txt"
    text.write_text("corrected")
    assert found(desk) == {"sorted/ticket/a.png.txt": "changed"}
    put_back(desk.home, desk.ledger, desk.ledger.filed())
    assert text.read_text() == "corrected"
    assert desk.once(Judge(), **TEXT)
    assert desk.filed() == FILED | {"sorted/ticket/a.png (2).txt"}
    assert found(desk) == {"sorted/ticket/a.png.txt": "stranger"}


def test_a_full_disk_keeps_no_ticket_from_being_filed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tickets would wait in the inbox for the sake of copies of their text."""

    def full(_data: bytes, _target: Path, _mark: str) -> bool:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as broken:
        broken.setattr(making, "put_beside", full)
        desk.drop("a.png", "ticket 1")
        assert desk.once(Judge(), **TEXT)
        assert desk.filed() == {"sorted/ticket/a.png"}
        assert found(desk) == {}
    assert desk.once(Judge(), **TEXT)
    assert desk.filed() == FILED


def test_a_watching_daemon_tells_of_it_and_goes_on_by_itself(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nobody would know why nothing comes, and only a restart would help."""
    refused = [OSError(errno.EROFS, os.strerror(errno.EROFS))]
    write = making.put_beside

    def once_refused(*args: Any) -> bool:
        if refused:
            raise refused.pop()
        return write(*args)

    told = []
    beat = desk.ledger.beat
    monkeypatch.setattr(desk.ledger, "beat", lambda one: (told.append(one.trouble), beat(one)))
    monkeypatch.setattr(making, "put_beside", once_refused)
    made = made_event(desk, monkeypatch)
    with desk.watching(Judge(), rescan_interval=0.2, **TEXT):
        desk.drop("a.png", "ticket 1")
        assert made.wait(60)
    assert any("ticket_outputs cannot be written" in one and "Read-only" in one for one in told)
    assert desk.filed() == FILED


class Fragile(Judge):
    """A judge whose worker dies when it is to make something."""

    def submit(self, fn: Any, /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Die, or judge."""
        if fn is make_outputs:
            future: Future[Any] = Future()
            future.set_exception(WorkerDiedError(-9))
            return future
        return super().submit(fn, *args, **kwargs)


def test_a_worker_that_dies_of_it_is_told_and_not_asked_again(desk: Desk) -> None:
    """One odd ticket would kill a worker each second, for ever."""
    desk.drop("a.png", "ticket 1")
    assert desk.once(Fragile(), **TEXT)
    (one,) = verify(desk.home, desk.ledger)
    assert (one.kind, one.place) == ("missing", "sorted/ticket/a.png")
    assert "the text could not be made: its worker process died" in one.detail
    assert desk.once(Judge(), **TEXT)
    assert desk.filed() == {"sorted/ticket/a.png"}
    done = CliRunner().invoke(
        app, ["--home", str(desk.home.root), "outputs"], env={"PIGEONHOLE_TICKET_OUTPUTS": "text"}
    )
    assert (done.exit_code, done.stdout) == (0, "1 file to make\n")
    desk.once(Judge(), **TEXT)
    assert desk.filed() == FILED


def test_what_is_no_picture_gets_its_text_and_no_pdf(desk: Desk) -> None:
    """What cannot be made of a ticket would keep the rest from being made."""
    desk.drop("a.png", "ticket 1")
    assert desk.once(Judge(), ticket_outputs=("pdf", "text"))
    assert desk.filed() == FILED
    assert [one.detail for one in verify(desk.home, desk.ledger)] == [
        "the searchable PDF could not be made: it was read before words were kept"
    ]


def test_the_command_has_made_what_is_missing(desk: Desk) -> None:
    """Who turns it on later, or deletes one, would have to drop all tickets again."""
    for name in ("a.png", "b.png", "c.png"):
        desk.drop(name, f"ticket {name}")
    desk.drop("taken.png", "ticket 4")
    desk.once(Judge())
    (desk.home.sorted / "ticket" / "taken.png").unlink()
    words = ["--home", str(desk.home.root), "outputs"]
    done = CliRunner().invoke(app, words)
    assert isinstance(done.exception, UsageError)
    asked = {"PIGEONHOLE_TICKET_OUTPUTS": "text"}
    done = CliRunner().invoke(app, words, env=asked)
    assert (done.exit_code, done.stdout) == (0, "3 files to make\n")
    assert "'pigeonhole watch' will make them" in done.stderr
    desk.once(Judge(), **TEXT)
    (desk.home.sorted / "ticket" / "a.png.txt").unlink()
    (desk.home.sorted / "ticket" / "b.png.txt").write_text("corrected")
    assert found(desk) == {
        "sorted/ticket/a.png.txt": "missing", "sorted/ticket/b.png.txt": "changed",
        "sorted/ticket/taken.png": "gone",
    }  # fmt: skip
    done = CliRunner().invoke(app, words, env=asked)
    assert done.stdout == "1 file to make\n"
    desk.once(Judge(), **TEXT)
    assert found(desk) == {
        "sorted/ticket/b.png.txt": "changed", "sorted/ticket/taken.png": "gone",
    }  # fmt: skip


def test_a_daemon_at_work_makes_what_the_command_asks_for(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would wait for the next start."""
    desk.drop("a.png", "ticket 1")
    desk.once(Judge())
    made = made_event(desk, monkeypatch)
    with desk.watching(Judge(), **TEXT):
        OutputBook(desk.ledger.database, desk.home).ask_again(("text",))
        assert made.wait(60)
    assert desk.filed() == FILED


def test_what_was_made_comes_after_a_ticket_that_was_corrected(desk: Desk) -> None:
    """A text would stay in the folder of a class that its ticket is not of."""
    for name in ("ticket", "receipt"):
        (desk.home.support / name).mkdir(parents=True)
        (desk.home.support / name / "1.png").write_text(name)
    desk.drop("a.png", "ticket 1")
    desk.once(Judge(), **TEXT)
    assert (desk.home.sorted / "ticket" / "a.png.txt").is_file()
    say_what_it_is(desk.home, desk.ledger, 1, "receipt", "api")
    desk.once(Judge(), **TEXT)
    assert {path for path in desk.filed() if "sorted" in path} == {
        "sorted/receipt/a.png", "sorted/receipt/a.png.txt",
    }  # fmt: skip
    (desk.home.sorted / "receipt").rename(desk.home.sorted / "bill")
    desk.once(Judge(), **TEXT)
    assert {path for path in desk.filed() if path.startswith("sorted/bill")} == {
        "sorted/bill/a.png", "sorted/bill/a.png.txt",
    }  # fmt: skip
    say_what_it_is(desk.home, desk.ledger, 1, "unknown", "api")
    assert not list((desk.home.sorted / "bill").iterdir())
    assert [path.name for path in desk.home.review.iterdir()] == ["a.png"]


@pytest.mark.parametrize("corrected", ["cylinder", "back"])
def test_a_scan_that_stands_where_the_text_was_stays(desk: Desk, corrected: str) -> None:
    """Who drops the searchable PDF in place of the picture would lose it with the next correction."""
    (desk.home.support / "cylinder").mkdir(parents=True)
    desk.drop("a.png", "ticket 1")
    desk.once(Judge(), **TEXT)
    text = desk.home.sorted / "ticket" / "a.png.txt"
    words = text.read_text(encoding="utf-8")
    text.unlink()
    desk.drop("a.png.txt", words)
    desk.once(Judge())
    assert [row["destination"] for row in desk.rows()] == [
        f"sorted/ticket/{n}" for n in ("a.png", "a.png.txt")
    ]
    if corrected == "back":
        put_back(desk.home, desk.ledger, desk.ledger.filed(scan_ids=[1]))
    else:
        say_what_it_is(desk.home, desk.ledger, 1, corrected, "api")
    desk.once(Judge(), **TEXT)
    assert text.read_text(encoding="utf-8") == words
    assert desk.rows()[1]["state"] == "filed"
