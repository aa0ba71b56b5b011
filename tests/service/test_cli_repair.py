from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from config.errors import HomeBusyError, UsageError
from service.cli.commands import app
from service.lock import only_daemon
from tests.service.fakes import Desk, Judge


def run(desk: Desk, *words: str) -> object:
    """What the command answers, or raises."""
    done = CliRunner().invoke(app, [*words, "--home", str(desk.home.root)])
    if done.exception and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.stdout


@pytest.fixture
def sorted_desk(desk: Desk) -> Desk:
    """A ticket that was filed, and a file that failed."""
    desk.drop("a.png", "ticket 1")
    desk.drop("b.png", "broken 2")
    desk.once(Judge())
    return desk


def id_of(desk: Desk, name: str) -> str:
    """The scan of this name."""
    return next(str(row["scan_id"]) for row in desk.rows() if row["original_name"] == name)


def test_a_failed_scan_is_retried_by_its_number(sorted_desk: Desk) -> None:
    """It would have to be dragged out of the folder by hand."""
    told = run(sorted_desk, "retry", id_of(sorted_desk, "b.png"))
    assert told == "failed/b.png is back as inbox/b.png\n1 scan put back\n"
    assert sorted_desk.filed() == {"sorted/ticket/a.png"}
    assert run(sorted_desk, "retry", "--all-failed") == "0 scans put back\n"


def test_only_failed_scans_are_retried(sorted_desk: Desk) -> None:
    """A mistyped number would take a filed scan away."""
    with pytest.raises(UsageError, match=r"scan \d+ is filed: only what failed or was not"):
        run(sorted_desk, "retry", id_of(sorted_desk, "a.png"))
    with pytest.raises(UsageError, match="there is no scan 99"):
        run(sorted_desk, "retry", "99")
    for words in (["retry"], ["retry", "1", "--all-failed"], ["retry", "1", "--unread"]):
        with pytest.raises(UsageError, match="retry takes scans, --all-failed or --unread"):
            run(sorted_desk, *words)
    assert sorted_desk.filed() == {"sorted/ticket/a.png", "failed/b.png", "failed/b.png.error.json"}


def test_a_ticket_that_was_not_read_is_found_and_retried(sorted_desk: Desk) -> None:
    """It is filed, and not among what failed: its text would be missing for good."""
    judge = Judge()
    sorted_desk.drop("c.png", "unread 3")
    assert sorted_desk.once(judge)
    (row,) = str(run(sorted_desk, "results", "--unread", "--json")).splitlines()
    assert json.loads(row)["error"] == "Tesseract was killed (SIGKILL)"
    assert json.loads(str(run(sorted_desk, "status", "--json")))["unread"] == 1
    judge.says["unread"] = "ticket"
    back = "sorted/ticket/c.png is back as inbox/c.png\n1 scan put back\n"
    assert run(sorted_desk, "retry", "--unread") == back
    assert run(sorted_desk, "results", "--unread", "--json") == ""
    assert sorted_desk.once(judge)
    assert sorted_desk.filed() >= {"sorted/ticket/a.png", "sorted/ticket/c.png", "failed/b.png"}
    assert run(sorted_desk, "retry", "--unread") == "0 scans put back\n"
    assert json.loads(str(run(sorted_desk, "status", "--json")))["unread"] is None


def test_one_ticket_that_was_not_read_is_retried_by_its_number(sorted_desk: Desk) -> None:
    """Who saw one in the table would have to read all of them again."""
    sorted_desk.drop("c.png", "unread 3")
    assert sorted_desk.once(Judge())
    assert "1 scan put back" in str(run(sorted_desk, "retry", id_of(sorted_desk, "c.png")))


def test_the_last_ones_are_undone(sorted_desk: Desk) -> None:
    """Who dropped the wrong pile would search for it in every folder."""
    answer = str(run(sorted_desk, "undo", "5", "--json")).splitlines()
    assert {json.loads(line)["place"] for line in answer} == {"inbox/a.png", "inbox/b.png"}
    assert sorted_desk.filed() == set()


def test_undo_waits_for_no_daemon(sorted_desk: Desk) -> None:
    """The daemon would sort everything again while it is being undone."""
    with only_daemon(sorted_desk.home.lock_file), pytest.raises(HomeBusyError, match="Stop it"):
        run(sorted_desk, "undo")
    assert "sorted/ticket/a.png" in sorted_desk.filed()
