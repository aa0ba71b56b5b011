from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import closing, suppress
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from config.home import Home
from config.settings import Settings
from storage.database import Database
from storage.filing import files
from storage.filing.moving import file_away
from storage.filing.notes import ENDING
from storage.filing.outcomes import Changed, Placed, Taken, Trouble
from storage.ledger import Ledger
from storage.records import Move
from tests.disks import another_file_system, fill, remount, small_disk
from tests.service.fakes import Desk, Judge
from tests.storage.filing.test_moving import PowerCutError, cut_power_after

BYTES = os.urandom(1 << 10) * 300
TIME = 1_700_000_000_123_456_789


def a_move(source: Path, destination: Path, scan_id: int = 7) -> Move:
    """The journal's line for a new file at ``source``."""
    source.parent.mkdir(exist_ok=True, parents=True)
    source.write_bytes(BYTES)
    os.chmod(source, 0o640)
    os.utime(source, ns=(TIME, TIME))
    sha256, inode = hashlib.sha256(BYTES).hexdigest(), source.stat().st_ino
    return Move(scan_id, source, destination, sha256, len(BYTES), "filed", inode)


def listing(folder: Path) -> list[str]:
    """Everything in a folder and below, hidden things too; a fill's ballast left out."""
    found = [str(path.relative_to(folder)) for path in folder.rglob("*")]
    return sorted(name for name in found if name != ".ballast")


def assert_arrived(move: Move) -> None:
    """Whole, alone in its folder, and with the mode and the time that it had."""
    assert move.destination.read_bytes() == BYTES
    assert not os.path.lexists(move.source)
    assert os.listdir(move.destination.parent) == [move.destination.name]
    there = move.destination.stat()
    assert (stat.S_IMODE(there.st_mode), there.st_mtime_ns) == (0o640, TIME)


def assert_refused(move: Move, number: int) -> None:
    """The file system says no, the file is where it was, and nothing is half done."""
    before = listing(move.destination.parents[1])
    (outcome,) = file_away([move])
    assert isinstance(outcome, Trouble), outcome
    assert outcome.errno == number
    assert os.strerror(number) in outcome.reason
    assert move.source.read_bytes() == BYTES
    assert move.source.stat().st_mtime_ns == TIME
    assert [name for name in listing(move.destination.parents[1]) if name not in before] in (
        [], [move.destination.parent.name],
    )  # fmt: skip


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    with another_file_system(tmp_path) as folder:
        yield folder


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[Path]:
    """A disk of one megabyte."""
    with small_disk(tmp_path / "disk") as place:
        yield place


@pytest.fixture(params=["there", "back"])
def crossing(request: pytest.FixtureRequest, tmp_path: Path, elsewhere: Path) -> Move:
    """A file that is to go from one file system to another."""
    here, there = tmp_path / "one", elsewhere / "other"
    if request.param == "back":
        here, there = there, here
    return a_move(here / "scan.png", there / "ticket" / "scan.png")


def test_a_scan_crosses_to_another_disk_and_back(crossing: Move) -> None:
    """The sorted folder may lie on another disk than the inbox: no link leads there."""
    assert crossing.source.stat().st_dev != crossing.destination.parents[2].stat().st_dev
    assert file_away([crossing]) == [Placed(crossing)]
    assert_arrived(crossing)
    assert file_away([crossing]) == [Placed(crossing)]
    assert_arrived(crossing)


def test_nothing_on_the_other_disk_is_overwritten(crossing: Move) -> None:
    """An earlier scan of that name would be gone, with or without the same bytes."""
    crossing.destination.parent.mkdir(parents=True)
    for theirs in (b"theirs", BYTES):
        crossing.destination.write_bytes(theirs)
        assert file_away([crossing]) == [Taken(crossing)]
        assert crossing.destination.read_bytes() == theirs
        assert crossing.source.read_bytes() == BYTES
        assert os.listdir(crossing.destination.parent) == ["scan.png"]


def test_what_a_dead_attempt_copied_is_finished(crossing: Move) -> None:
    """After a power cut the half of a file would be taken for the whole, or lie there for ever."""
    folder = crossing.destination.parent
    folder.mkdir(parents=True)
    part = folder / f".pigeonhole-7-{crossing.sha256[:16]}.part"
    part.write_bytes(BYTES[:1000])
    assert file_away([crossing]) == [Placed(crossing)]
    assert_arrived(crossing)


def test_a_half_copy_of_a_file_that_changed_since_is_taken_away(crossing: Move) -> None:
    """Each power cut while a scan is copied could leave a hidden file on the share for ever."""
    folder = crossing.destination.parent
    folder.mkdir(parents=True)
    for steps in count(1):
        with pytest.MonkeyPatch.context() as patched:
            cut_power_after(steps, patched)
            with suppress(PowerCutError):
                file_away([crossing])
        if os.listdir(folder):
            break
    crossing.source.write_bytes(b"new")
    assert file_away([crossing]) == [Changed(crossing)]
    assert os.listdir(folder) == []
    assert crossing.source.read_bytes() == b"new"


def test_a_copy_is_known_when_the_next_file_has_the_number_of_the_first(crossing: Move) -> None:
    """The ledger would forget the copy, and name the new file in its place.

    Inodes that are free are used again: a scanner that calls every file scan.png needs no more
    than a crash before the ledger is told.
    """
    assert file_away([crossing]) == [Placed(crossing)]
    crossing.source.write_bytes(b"new")
    same_number = replace(crossing, inode=crossing.source.stat().st_ino)
    assert file_away([same_number]) == [Placed(same_number)]
    assert crossing.source.read_bytes() == b"new"
    assert_arrived(replace(crossing, source=crossing.source.with_name("gone")))


@pytest.fixture
def desk(tmp_path: Path, elsewhere: Path) -> Iterator[Desk]:
    """A home whose sorted and failed folders lie on another disk."""
    places: dict[str, Any] = {
        "sorted_dir": elsewhere / "sorted",
        "failed_dir": elsewhere / "failed",
    }
    home = Home.of(tmp_path / "home", Settings(**places))
    home.lay_out()
    home.support.mkdir()
    with closing(Database.open(home.database)) as database:
        yield Desk(home, Ledger(database, home))


def test_a_home_spreads_over_two_disks(desk: Desk) -> None:
    """Scans are sorted onto the large disk, and the ledger says where they are."""
    for name, content in {
        "a.png": "ticket 1", "b.png": "ticket 2", "c.png": "unknown 3", "d.png": "broken 4"
    }.items():  # fmt: skip
        desk.drop(name, content)
    taken = desk.home.sorted / "ticket" / "b.png"
    taken.parent.mkdir()
    taken.write_text("theirs")
    assert not desk.once(Judge())
    places = {row["original_name"]: Path(row["destination"]) for row in desk.rows()}
    assert places == {
        "a.png": desk.home.sorted / "ticket" / "a.png",
        "b.png": desk.home.sorted / "ticket" / "b (2).png",
        "c.png": Path("review/c.png"),
        "d.png": desk.home.failed / "d.png",
    }
    assert places["a.png"].read_text() == "ticket 1"
    assert places["b.png"].read_text() == "ticket 2"
    assert taken.read_text() == "theirs"
    assert listing(desk.home.failed) == ["d.png", f"d.png{ENDING}"]
    assert listing(desk.home.sorted) == [
        "ticket", "ticket/a.png", "ticket/b (2).png", "ticket/b.png"
    ]  # fmt: skip
    assert listing(desk.home.inbox) == []
    assert desk.ledger.moves() == []


def test_two_names_of_one_file_are_both_moved(tmp_path: Path, disk: Path) -> None:
    """Taking one away changes the ctime of the other: that would stay, and be filed once more."""
    one = a_move(tmp_path / "monday" / "scan.png", disk / "ticket" / "scan.png")
    (tmp_path / "tuesday").mkdir()
    other = replace(
        one, scan_id=8, source=tmp_path / "tuesday" / "scan.png",
        destination=disk / "ticket" / "scan (2).png",
    )  # fmt: skip
    os.link(one.source, other.source)
    assert file_away([one, other]) == [Placed(one), Placed(other)]
    assert [os.path.lexists(move.source) for move in (one, other)] == [False, False]
    assert listing(disk) == ["ticket", "ticket/scan (2).png", "ticket/scan.png"]


def test_a_source_whose_mode_changes_while_it_is_copied_goes(
    tmp_path: Path, disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It would stay in the inbox, and be filed a second time."""
    move = a_move(tmp_path / "inbox" / "scan.png", disk / "ticket" / "scan.png")
    copy = files.copy_to_part

    def then_changed(source: int, part: Path, sha256: str) -> None:
        copy(source, part, sha256)
        move.source.chmod(0o600)

    monkeypatch.setattr(files, "copy_to_part", then_changed)
    assert file_away([move]) == [Placed(move)]
    assert not move.source.exists()
    assert move.destination.read_bytes() == BYTES


def test_a_full_disk_takes_nothing_and_loses_nothing(tmp_path: Path, disk: Path) -> None:
    """The disk for sorted scans fills up one day: half a scan there would be worse than none."""
    move = a_move(tmp_path / "inbox" / "scan.png", disk / "ticket" / "scan.png")
    ballast = fill(disk)
    assert_refused(move, errno.ENOSPC)
    assert_refused(move, errno.ENOSPC)
    ballast.unlink()
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


def test_room_for_a_half_is_room_for_none(tmp_path: Path, disk: Path) -> None:
    """A copy that stops half way would fill what is left, a little more with each attempt."""
    move = a_move(tmp_path / "inbox" / "scan.png", disk / "ticket" / "scan.png")
    ballast = fill(disk)
    os.truncate(ballast, ballast.stat().st_size - len(BYTES) // 2)
    free = os.statvfs(disk).f_bavail
    assert_refused(move, errno.ENOSPC)
    disk.joinpath("ticket").rmdir()
    assert os.statvfs(disk).f_bavail == free
    remount(disk, "size=2m")
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


def test_a_neighbour_for_which_there_is_room_is_filed(tmp_path: Path, disk: Path) -> None:
    """One large scan would hold all small ones up."""
    large = a_move(tmp_path / "inbox" / "large.png", disk / "ticket" / "large.png")
    small = a_move(tmp_path / "inbox" / "small.png", tmp_path / "review" / "small.png", 8)
    fill(disk)
    outcomes = file_away([large, small])
    assert isinstance(outcomes[0], Trouble)
    assert outcomes[1] == Placed(small)
    assert_arrived(small)


def test_a_disk_without_room_for_another_name_keeps_the_scan(tmp_path: Path) -> None:
    """Inodes run out before bytes do where there are many small files, on one disk, too."""
    with small_disk(tmp_path / "disk", "size=1m,nr_inodes=5") as disk:
        move = a_move(disk / "inbox" / "scan.png", disk / "sorted" / "scan.png")
        crumb = disk / "crumb"
        crumb.touch()
        assert_refused(move, errno.ENOSPC)
        crumb.unlink()
        move.destination.parent.mkdir(exist_ok=True)
        crumb.with_name("crumb").touch()
        assert_refused(move, errno.ENOSPC)
        crumb.unlink()
        assert file_away([move]) == [Placed(move)]
        assert_arrived(move)


def test_a_disk_that_went_read_only_takes_nothing(tmp_path: Path, disk: Path) -> None:
    """Linux mounts a disk with errors read-only, under the feet of those who write."""
    move = a_move(tmp_path / "inbox" / "scan.png", disk / "ticket" / "scan.png")
    (disk / "ticket").mkdir()
    remount(disk, "ro")
    assert_refused(move, errno.EROFS)
    remount(disk, "rw")
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


def test_an_inbox_that_went_read_only_keeps_its_scan(tmp_path: Path, disk: Path) -> None:
    """The scan cannot leave: a copy of it would be filed again with every attempt."""
    move = a_move(disk / "inbox" / "scan.png", tmp_path / "sorted" / "ticket" / "scan.png")
    remount(disk, "ro")
    for _ in range(2):
        assert_refused(move, errno.EROFS)
        assert os.listdir(move.destination.parent) == []
    remount(disk, "rw")
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)
