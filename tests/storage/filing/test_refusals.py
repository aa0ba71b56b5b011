"""Names that the destination refuses: the scan is filed under a safe one."""

from __future__ import annotations

import errno
import hashlib
import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.settings import Settings
from service.desk.scans.correcting import say_what_it_is, take_back_last
from service.desk.scans.recalling import put_back
from service.desk.scans.reclassifying import Offer, go_back, go_over
from service.desk.scans.verifying import verify
from storage.database import Database
from storage.filing.aside import set_aside
from storage.filing.copying import copy_in
from storage.filing.folders import set_folder_aside
from storage.filing.moving import file_away
from storage.filing.notes import ENDING, remove_note, write_note
from storage.filing.outcomes import Gone, NameRefused, Placed, Trouble
from storage.filing.refusals import other_name
from storage.ledger import Ledger
from storage.records import Move
from tests.disks import windows_disk
from tests.service.fakes import Desk, Judge, verdict_of
from tests.storage.filing.mounting import takes_windows_names

ODD = {
    "2026-11-30 12:15.png": "2026-11-30 12_15.png",
    'what? *<"a|b\\c">.png': "what_ ___a_b_c__.png",
    "two\nlines.png": "two_lines.png",
    "caf\udce9.png": "caf_.png",
}
"""Names that both file systems refuse, and what becomes of them."""

BYTES = b"ticket 1"
SHA256 = hashlib.sha256(BYTES).hexdigest()

KINDS = {
    "as exFAT": (errno.ENOENT, False),
    "as NTFS": (errno.EINVAL, True),
    "as a share": (errno.EACCES, False),
}


@pytest.fixture(params=[*KINDS, "exfat", "ntfs"])
def elsewhere(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Path]:
    """A folder on a file system that takes fewer names than Linux does: pretended, and real."""
    place = tmp_path / "disk"
    with ExitStack() as stack:
        if request.param in KINDS:
            place.mkdir()
            patched = stack.enter_context(pytest.MonkeyPatch.context())
            number, links = KINDS[request.param]
            for patch in takes_windows_names(place, number, links=links):
                patched.setattr(*patch)
        else:
            stack.enter_context(windows_disk(request.param, place))
        yield place


@pytest.fixture
def desk(tmp_path: Path, elsewhere: Path) -> Iterator[Desk]:
    """A home whose folders of classes, of review and of failures lie there."""
    places: dict[str, Any] = {
        f"{name}_dir": elsewhere / name for name in ("sorted", "review", "failed")
    }
    home = Home.of(tmp_path / "home", Settings(**places))
    home.lay_out()
    (home.support / "cylinder").mkdir(parents=True)
    (home.support / "cylinder" / "1.png").write_text("an example")
    with closing(Database.open(home.database)) as database:
        yield Desk(home, Ledger(database, home))


def a_move(source: Path, destination: Path) -> Move:
    """The journal's line for a new file."""
    source.parent.mkdir(exist_ok=True)
    source.write_bytes(BYTES)
    inode = source.stat().st_ino
    return Move(7, source, destination, SHA256, len(BYTES), "filed", inode)


def listing(folder: Path) -> list[str]:
    """Everything in a folder and below, hidden things too."""
    return sorted(os.fspath(path.relative_to(folder)) for path in folder.rglob("*"))


def test_scans_with_odd_names_are_filed_under_safe_ones(desk: Desk) -> None:
    """They would be 'moving' for ever, and nothing would say which and why."""
    for number, name in enumerate(ODD):
        desk.drop(name, f"ticket {number}")
    assert desk.once(Judge(), ticket_outputs=("text",))
    folder = desk.home.sorted / "ticket"
    assert {row["original_name"]: row["destination"] for row in desk.rows()} == {
        os.fsencode(name).decode("utf-8", "backslashreplace"): str(folder / safe)
        for name, safe in ODD.items()
    }
    assert desk.ledger.moves() == []
    assert listing(desk.home.sorted) == sorted(
        ["ticket", *(f"ticket/{safe}{end}" for safe in ODD.values() for end in ("", ".txt"))]
    )
    assert list(verify(desk.home, desk.ledger)) == []


def test_a_failed_file_and_its_note_go_by_the_safe_name(desk: Desk) -> None:
    """Who finds the file would not find its note, or the other way round."""
    for number, name in enumerate(ODD):
        desk.drop(name, f"broken {number}")
    assert not desk.once(Judge())
    assert {row["state"] for row in desk.rows()} == {"failed"}
    assert listing(desk.home.failed) == sorted(
        f"{safe}{end}" for safe in ODD.values() for end in ("", ENDING)
    )
    note = json.loads((desk.home.failed / f"caf_.png{ENDING}").read_text())
    assert note["file"] == "caf_.png"


def test_safe_names_that_are_alike_get_numbers(desk: Desk) -> None:
    """Two scans would end as one."""
    (desk.home.sorted / "ticket").mkdir()
    (desk.home.sorted / "ticket" / "a_b.png").write_text("theirs")
    for number, name in enumerate(["a:b.png", "a?b.png", "a*b.png"]):
        desk.drop(name, f"ticket {number}")
    assert desk.once(Judge())
    texts = {one.name: one.read_text() for one in (desk.home.sorted / "ticket").iterdir()}
    assert texts.pop("a_b.png") == "theirs"
    assert texts.keys() == {f"a_b ({number}).png" for number in (2, 3, 4)}
    assert set(texts.values()) == {"ticket 0", "ticket 1", "ticket 2"}


def test_the_folder_of_a_class_gets_a_safe_name_too(desk: Desk) -> None:
    """A class that is called 'in: paid' could not be filed at all."""
    desk.drop("a:b.png", "ticket 1")
    desk.drop("c.png", "ticket 2")
    assert desk.once(Judge(says={"ticket": "in: paid"}))
    assert listing(desk.home.sorted) == ["in_ paid", "in_ paid/a_b.png", "in_ paid/c.png"]
    assert {row["class"] for row in desk.rows()} == {"in: paid"}
    assert list(verify(desk.home, desk.ledger)) == []


def test_a_file_renamed_in_such_a_folder_stays_of_its_class(desk: Desk) -> None:
    """A class of the folder's name would be made, and the scan be of that."""
    desk.drop("a.png", "ticket 1")
    assert desk.once(Judge(says={"ticket": "in: paid"}))
    folder = desk.home.sorted / "in_ paid"
    (folder / "a.png").rename(folder / "b.png")
    desk.once(Judge())
    (row,) = desk.rows()
    assert (row["class"], Path(row["destination"]).name) == ("in: paid", "b.png")
    assert "in_ paid" not in listing(desk.home.support)


def test_corrections_and_runs_over_the_archive_keep_the_safe_name(desk: Desk) -> None:
    """Every way to move a scan goes to the same file system."""
    desk.drop("a:b.png", "unknown 1")
    assert desk.once(Judge())
    assert listing(desk.home.review) == ["a_b.png"]
    corrected = say_what_it_is(desk.home, desk.ledger, 1, "cylinder", "api")
    assert corrected.place == desk.home.sorted / "cylinder" / "a_b.png"
    assert take_back_last(desk.home, desk.ledger, 1).place == desk.home.review / "a_b.png"
    offers = [Offer(scan, verdict_of("in: paid")) for scan in desk.ledger.filed()]
    (moved,) = go_over(desk.home, desk.ledger, offers)
    assert moved.place == desk.home.sorted / "in_ paid" / "a_b.png"
    assert moved.place.read_text() == "unknown 1"
    (moved,) = go_back(desk.home, desk.ledger)
    assert moved.place == desk.home.review / "a_b.png"


def test_back_in_the_inbox_a_scan_has_its_own_name_again(desk: Desk) -> None:
    """The inbox lies on another disk, and takes it."""
    desk.drop("a:b.png", "broken 1")
    assert not desk.once(Judge())
    put_back(desk.home, desk.ledger, desk.ledger.filed())
    assert listing(desk.home.inbox) == ["a:b.png"]
    assert desk.once(Judge(says={"broken": "ticket"}))
    assert listing(desk.home.sorted) == ["ticket", "ticket/a_b.png"]
    assert listing(desk.home.failed) == []


def test_second_copies_get_safe_names(tmp_path: Path, elsewhere: Path) -> None:
    """``duplicates/`` lies in the home, and a home may lie on such a disk; its inbox elsewhere."""
    home = Home.of(elsewhere / "home", Settings(inbox_dir=tmp_path / "inbox", database_url=f"sqlite:///{tmp_path}/ledger.db"))  # fmt: skip
    home.lay_out()
    home.support.mkdir()
    with closing(Database.open(home.database)) as database:
        desk = Desk(home, Ledger(database, home))
        for name in ("a.png", "b:c.png"):
            (home.inbox / name).write_text("ticket 1")
        assert desk.once(Judge(), duplicates="skip")
    assert listing(home.duplicates) in (["b_c.png"], ["a.png"])
    assert listing(home.inbox) == []


@pytest.mark.parametrize("name", ODD)
def test_examples_and_what_is_set_aside_get_safe_names(
    tmp_path: Path, elsewhere: Path, name: str
) -> None:
    """Examples are copied, and taken out of their class again, without a journal."""
    source = tmp_path / "one" / name
    source.parent.mkdir()
    source.write_bytes(BYTES)
    assert copy_in(source, SHA256, elsewhere / name) == elsewhere / ODD[name]
    (elsewhere / "removed").mkdir()
    for folder, shown in (("invoice", "invoice"), ("in: paid", "in_ paid")):
        source.write_bytes(BYTES)
        place = set_aside(source, elsewhere / "removed" / folder)
        assert place == elsewhere / "removed" / shown / ODD[name]
        assert place.read_bytes() == BYTES
        assert not source.exists()
    assert all(not one.rpartition("/")[2].startswith(".") for one in listing(elsewhere))


def test_a_folder_that_is_set_aside_gets_a_safe_name(tmp_path: Path, elsewhere: Path) -> None:
    """A detector with such a name could not be removed."""
    detector = tmp_path / "detectors" / "in: paid"
    detector.mkdir(parents=True)
    (detector / "head").write_text("1")
    place = set_folder_aside(detector, elsewhere / "removed")
    assert place == elsewhere / "removed" / "in_ paid"
    assert (place / "head").read_text() == "1"
    assert not detector.exists()


def test_a_refused_name_is_told_from_other_troubles(
    tmp_path: Path, elsewhere: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A scan would change its name because a folder is closed, or the scan itself gone."""
    move = a_move(tmp_path / "inbox" / "a:b.png", elsewhere / "sorted" / "a:b.png")
    move.destination.parent.mkdir()
    (outcome,) = file_away([move])
    assert isinstance(outcome, NameRefused)
    assert outcome.other == elsewhere / "sorted" / "a_b.png"
    assert os.listdir(move.destination.parent) == []
    assert move.source.read_bytes() == BYTES
    opens = os.open

    def closed(path: Any, flags: int, *args: Any, **more: Any) -> int:
        if flags & os.O_CREAT and Path(path).parent == elsewhere / "sorted":
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        return opens(path, flags, *args, **more)

    monkeypatch.setattr(os, "open", closed)
    (outcome,) = file_away([move])
    assert isinstance(outcome, Trouble)
    monkeypatch.undo()
    move.source.unlink()
    assert file_away([move]) == [Gone(move)]


@pytest.mark.parametrize("unread", [False, True])
def test_where_every_name_is_taken_none_changes(tmp_path: Path, unread: bool) -> None:
    """On a file system of Linux a scan is to keep its name, whatever it is."""
    for name in ODD:
        move = a_move(tmp_path / "inbox" / name, tmp_path / "sorted" / name)
        if unread:
            move = Move(7, move.source, move.destination, "", move.size, "failed", move.inode)
        assert file_away([move]) == [Placed(move)]
    assert sorted(os.listdir(tmp_path / "sorted")) == sorted(ODD)


def test_only_the_name_that_was_to_be_given_is_to_blame(tmp_path: Path) -> None:
    """An error of the source, or of a folder far above, would rename the scan."""
    place = tmp_path / "a:b" / "c:d" / "e:f"

    def error(*named: Path, number: int = errno.EINVAL) -> OSError:
        first, second = named[0], named[1] if len(named) > 1 else None
        return OSError(number, os.strerror(number), first, None, second)

    place.parent.mkdir(parents=True)
    assert other_name(place, error(place), ".probe") == place.with_name("e_f")
    assert other_name(place, error(tmp_path, place), ".probe") == place.with_name("e_f")
    assert other_name(place, error(place.parent), ".p") == tmp_path / "a:b" / "c_d" / "e:f"
    assert other_name(place, error(place.parents[1]), ".probe") is None
    assert other_name(place, error(place, tmp_path / "source"), ".probe") is None
    assert other_name(place, OSError(errno.EINVAL, "no name"), ".probe") is None
    for number in (errno.ENOSPC, errno.EROFS, errno.EIO, errno.ENOTCONN):
        assert other_name(place, error(place, number=number), ".probe") is None
    assert other_name(place.with_name("ef"), error(place.with_name("ef")), ".probe") is None
    place.parent.rmdir()
    assert other_name(place, error(place), ".probe") is None
    assert listing(tmp_path) == ["a:b"]


def test_a_note_is_no_longer_than_the_file_system_has_room_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ECryptfs has room for 143 bytes: a failed file would wait in the journal for its note."""
    statvfs: Callable[[Any], Any] = os.statvfs

    def small(path: Any) -> Any:
        return os.statvfs_result((*statvfs(path)[:9], 143))

    monkeypatch.setattr(os, "statvfs", small)
    failed = tmp_path / ("a" * 140)
    note = write_note(failed, {"sha256": SHA256})
    assert len(note.name) == 143
    assert note.name.endswith(ENDING)
    assert remove_note(failed, SHA256)
    assert listing(tmp_path) == []
