"""An inbox that other people may write to: they never reach the service's own files through it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.daemon import carrying
from service.mounts import Mounted
from storage.filing.outcomes import Outcome
from storage.records import Move
from tests.service.fakes import Desk, Judge


@pytest.fixture
def theirs(desk: Desk) -> Path:
    """A folder in the inbox that everybody may write to, as they may to the inbox itself."""
    folder = desk.home.inbox / "sub"
    folder.mkdir()
    for one in (desk.home.inbox, folder):
        one.chmod(0o777)
    return folder


@pytest.fixture
def private(desk: Desk) -> Path:
    """A folder of the service's user, with nothing to be sorted in it."""
    folder = desk.home.root.parent / "private"
    folder.mkdir(mode=0o700)
    return folder


def replaced_by_link(folder: Path, target: Path) -> None:
    """Put a symbolic link in the place of a folder."""
    folder.rename(folder.with_name("elsewhere"))
    folder.symlink_to(target)


def test_a_failed_file_that_changes_does_not_follow_a_link(
    desk: Desk, theirs: Path, private: Path
) -> None:
    """Whoever holds a failed file open would put a file of theirs into any folder: ~/.ssh, say."""
    desk.drop("sub/authorized_keys", "broken 1")
    desk.once(Judge())
    failed = desk.home.failed / "authorized_keys"
    assert failed.is_file()
    replaced_by_link(theirs, private)
    failed.write_text("ticket key")
    desk.once(Judge())
    assert os.listdir(private) == []
    assert desk.filed() >= {"sorted/ticket/authorized_keys"}


def test_a_folder_that_becomes_a_link_is_not_followed(
    desk: Desk, theirs: Path, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service would take its own files away, in a moment between two steps of the move."""
    path = desk.drop("sub/a.png", "ticket 1")
    (private / "a.png").write_text("ticket 1")
    file_away = carrying.file_away

    def after_the_link(moves: list[Move]) -> list[Outcome]:
        if theirs.is_dir() and not theirs.is_symlink():
            replaced_by_link(theirs, private)
        return file_away(moves)

    monkeypatch.setattr(carrying, "file_away", after_the_link)
    desk.once(Judge())
    assert (private / "a.png").read_text() == "ticket 1"
    assert not path.exists() or path.read_text() == "ticket 1"
    assert [row["state"] for row in desk.rows()] == ["filed"]
    assert (desk.home.sorted / "ticket" / "a.png").read_text() == "ticket 1"


def test_a_folder_of_a_class_that_becomes_a_link_is_not_filed_into(
    desk: Desk, private: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever swaps it again and again would have a file of theirs put into any folder in the end."""
    folder = desk.home.sorted / "ticket"
    folder.mkdir()
    desk.home.sorted.chmod(0o777)
    desk.drop("authorized_keys", "ticket key")
    file_away = carrying.file_away

    def after_the_link(moves: list[Move]) -> list[Outcome]:
        replaced_by_link(folder, private)
        monkeypatch.setattr(carrying, "file_away", file_away)
        return file_away(moves)

    monkeypatch.setattr(carrying, "file_away", after_the_link)
    desk.once(Judge())
    assert os.listdir(private) == []
    assert (desk.home.sorted / "elsewhere" / "authorized_keys").read_text() == "ticket key"


def test_a_source_behind_a_link_is_nowhere(desk: Desk, theirs: Path, private: Path) -> None:
    """A move that is taken up again after a crash would take what the link leads to."""
    (private / "a.png").write_text("ticket 1")
    scan = desk.drop("sub/a.png", "ticket 1")
    move = Move(1, scan, desk.home.sorted / "a.png", "0" * 64, 8, "filed")
    replaced_by_link(theirs, private)
    carrier = carrying.Carrier(desk.home.inbox, None, Mounted(desk.home))
    (outcome,) = carrier.carry([move], again=True)
    assert outcome.move == move
    assert type(outcome).__name__ == "Gone"
    assert (private / "a.png").exists()
