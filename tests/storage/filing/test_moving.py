from __future__ import annotations

import errno
import hashlib
import os
import stat
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory
from types import SimpleNamespace
from typing import Any

import pytest

from storage.filing import files, noreplace, syncing
from storage.filing.moving import file_away
from storage.filing.names import next_name
from storage.filing.outcomes import Changed, Gone, Placed, Taken, Trouble
from storage.records import Move
from tests.storage.filing.mounting import refuse

BYTES = b"the only copy of a receipt" * 1000


def a_move(source: Path, destination: Path, data: bytes = BYTES, scan_id: int = 7) -> Move:
    """The journal's line for a source that exists."""
    inode = os.lstat(source).st_ino
    sha256 = hashlib.sha256(data).hexdigest()
    return Move(scan_id, source, destination, sha256, len(data), "filed", inode)


@pytest.fixture
def move(tmp_path: Path) -> Move:
    """A file in the inbox that is to go to a folder that is not there yet."""
    inbox = tmp_path / "inbox"
    inbox.mkdir()
    (inbox / "scan.png").write_bytes(BYTES)
    os.chmod(inbox / "scan.png", 0o640)
    os.utime(inbox / "scan.png", ns=(1_000_000_007, 1_700_000_000_123_456_789))
    return a_move(inbox / "scan.png", tmp_path / "sorted" / "ticket" / "scan.png")


def no_links_from(source: Path, number: int) -> Callable[..., None]:
    """``os.link`` where the source cannot be linked, but files in its destination can."""
    link = os.link

    def linked(one: Path, other: Path, **how: bool) -> None:
        if Path(one) == source:
            raise OSError(number, os.strerror(number))
        link(one, other, **how)

    return linked


@pytest.fixture(params=["link", "copy", "rename", "reserve"])
def way(request: pytest.FixtureRequest, move: Move, monkeypatch: pytest.MonkeyPatch) -> str:
    """What the file system offers: links, links of copies, renameat2, or nothing but names."""
    if request.param == "copy":
        monkeypatch.setattr(os, "link", no_links_from(move.source, errno.EPERM))
    if request.param in {"rename", "reserve"}:
        monkeypatch.setattr(os, "link", refuse(errno.EOPNOTSUPP))
    if request.param == "reserve":
        monkeypatch.setattr(noreplace, "rename_without_replacing", refuse(errno.EINVAL))
    return str(request.param)


def listing(folder: Path) -> list[str]:
    """Everything in a folder, hidden things too."""
    return sorted(os.listdir(folder)) if folder.is_dir() else []


def assert_arrived(move: Move) -> None:
    """The file is whole at its destination, and nothing else is anywhere."""
    assert move.destination.read_bytes() == BYTES
    assert listing(move.destination.parent) == [move.destination.name]
    assert not os.path.lexists(move.source)


def test_a_file_arrives_whole_with_mode_and_time(move: Move, way: str) -> None:
    """Filing is what the program is for."""
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)
    there = move.destination.stat()
    assert stat.S_IMODE(there.st_mode) == 0o640
    assert there.st_mtime_ns == 1_700_000_000_123_456_789


def test_doing_it_again_does_nothing(move: Move, way: str) -> None:
    """A crash before transaction B replays a move that is done."""
    file_away([move])
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


def test_nothing_is_overwritten(move: Move, way: str) -> None:
    """User bytes are never overwritten."""
    move.destination.parent.mkdir(parents=True)
    move.destination.write_bytes(b"theirs")
    assert file_away([move]) == [Taken(move)]
    assert move.destination.read_bytes() == b"theirs"
    assert move.source.read_bytes() == BYTES
    assert listing(move.destination.parent) == ["scan.png"]


def test_an_earlier_scan_with_the_same_bytes_is_not_ours(move: Move, way: str) -> None:
    """A duplicate would vanish into its original, and two rows name one file."""
    move.destination.parent.mkdir(parents=True)
    move.destination.write_bytes(BYTES)
    assert file_away([move]) == [Taken(move)]
    assert move.source.exists()


@pytest.mark.parametrize("kind", ["folder", "dangling link", "link"])
def test_whatever_has_the_name_is_left_alone(move: Move, way: str, kind: str) -> None:
    """A link would be followed, and its target replaced."""
    move.destination.parent.mkdir(parents=True)
    if kind == "folder":
        move.destination.mkdir()
    else:
        target = move.source.with_name("other")
        if kind == "link":
            target.write_bytes(BYTES)
        move.destination.symlink_to(target)
    assert file_away([move]) == [Taken(move)]
    assert move.source.read_bytes() == BYTES


def test_two_moves_to_one_name_in_a_batch(move: Move) -> None:
    """The second of two links of one file would be taken for the first, and lost."""
    twin = move.source.with_name("twin.png")
    os.link(move.source, twin)
    other = a_move(twin, move.destination, scan_id=8)
    assert file_away([move, other]) == [Placed(move), Taken(other)]
    assert twin.exists()


def test_the_order_of_a_link_survives_a_power_cut(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Unlinked before the new name is durable, the file is lost with the power."""
    seen: list[str] = []
    shown = {move.source.parent: "inbox", move.destination.parent: "ticket"}
    shown |= {move.destination.parent.parent: "sorted", move.source: "source"}
    fsync, link, unlink, rename = os.fsync, os.link, os.unlink, os.rename

    def record_fsync(fd: int) -> None:
        path = Path(os.readlink(f"/proc/self/fd/{fd}"))
        seen.append(f"fsync {shown.get(path, 'above')}")
        fsync(fd)

    def record_link(*paths: Path, **how: bool) -> None:
        seen.append("link")
        link(*paths, **how)

    def record_unlink(path: Path) -> None:
        unlink(path)
        seen.append(f"unlink {'aside' if Path(path).suffix == '.aside' else path}")

    def record_rename(source: Path, target: Path) -> None:
        rename(source, target)
        seen.append(f"rename {shown[source]}")

    monkeypatch.setattr(syncing, "AT_ONCE", 1)
    monkeypatch.setattr(os, "rename", record_rename)
    monkeypatch.setattr(os, "fsync", record_fsync)
    monkeypatch.setattr(os, "link", record_link)
    monkeypatch.setattr(os, "unlink", record_unlink)
    file_away([move])
    assert seen == [
        "fsync source", "link", "fsync above", "fsync sorted", "fsync ticket", "rename source",
        "unlink aside", "fsync inbox",
    ]  # fmt: skip


def test_a_batch_shares_the_syncs_of_its_folders(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A thousand files would wait for two thousand more syncs than they need."""
    moves = []
    for i in range(20):
        (tmp_path / f"{i}").write_bytes(b"%d" % i)
        moves.append(a_move(tmp_path / f"{i}", tmp_path / "out" / f"{i}", b"%d" % i, i))
    calls: list[int] = []
    monkeypatch.setattr(os, "fsync", calls.append)
    assert file_away(moves) == [Placed(move) for move in moves]
    assert len(calls) == 20 + 3


class PowerCutError(BaseException):
    """The process is dead: no cleaning up either."""


def cut_power_after(steps: int, monkeypatch: pytest.MonkeyPatch) -> Callable[[], int]:
    """Let ``steps`` changes to the file system happen, and then nothing at all.

    Returns:
        How many were asked for.
    """
    count = 0

    def mortal(module: Any, name: str) -> None:
        real = getattr(module, name)

        def call(*args: Any, **more: Any) -> Any:
            nonlocal count
            count += 1
            if count > steps:
                raise PowerCutError
            return real(*args, **more)

        monkeypatch.setattr(module, name, call)

    for name in ("link", "unlink", "rename", "mkdir", "fsync", "write", "utime", "fchmod", "open"):
        mortal(os, name)
    mortal(noreplace, "rename_without_replacing")
    return lambda: count


def test_a_crash_at_any_step_loses_nothing(move: Move, way: str) -> None:
    """The invariant: at every instant the bytes exist whole, at a path the ledger names."""
    for steps in range(100):
        with pytest.MonkeyPatch.context() as patched:
            asked = cut_power_after(steps, patched)
            with suppress(PowerCutError):
                file_away([move])
            asked_for = asked()
        whole = [
            path for path in (move.source, move.destination)
            if path.is_file() and path.read_bytes() == BYTES
        ]  # fmt: skip
        assert whole, f"lost after {steps} steps"
        (outcome,) = file_away([move])
        if way == "reserve" and isinstance(outcome, Taken):
            # The empty reservation of the dead attempt might be a user's empty file.
            assert move.destination.read_bytes() == b""
            move.destination.unlink()
            (outcome,) = file_away([move])
        assert outcome == Placed(move), f"not completed after {steps} steps"
        assert_arrived(move)
        if asked_for <= steps:
            break
        os.rename(move.destination, move.source)
        os.rmdir(move.destination.parent)
        os.rmdir(move.destination.parent.parent)
    else:
        pytest.fail("it never came to an end")
    assert steps >= {"link": 8, "copy": 13, "rename": 13, "reserve": 14}[way]


def test_a_crash_after_the_link_is_completed(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """The file would stand in two places, or in a folder whose own name is not durable."""
    move.destination.parent.mkdir(parents=True)
    os.link(move.source, move.destination)
    synced: list[Path] = []
    monkeypatch.setattr(files, "fsync_folder", synced.append)
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)
    assert synced == [
        move.destination.parent.parent, move.destination.parent, move.source.parent,
    ]  # fmt: skip


def test_a_file_that_changed_after_a_crash_between_link_and_unlink(move: Move) -> None:
    """The changed file would count as filed, under the verdict on the old one."""
    move.destination.parent.mkdir(parents=True)
    os.link(move.source, move.destination)
    with move.source.open("ab") as file:
        file.write(b"more")
    assert file_away([move]) == [Changed(move)]
    assert move.source.read_bytes() == BYTES + b"more"
    assert listing(move.destination.parent) == []


def test_a_half_copy_left_by_a_crash_is_made_anew(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a file would be published, or its hidden part stay for ever."""
    move.destination.parent.mkdir(parents=True)
    move.destination.with_name(f".pigeonhole-7-{move.sha256[:16]}.part").write_bytes(BYTES[:100])
    monkeypatch.setattr(os, "link", no_links_from(move.source, errno.EXDEV))
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


def test_a_file_dropped_under_the_same_name_after_a_crash_stays(move: Move) -> None:
    """Unlinking by name would delete a file that nobody has looked at."""
    move.destination.parent.mkdir(parents=True)
    os.rename(move.source, move.destination)
    for data in (b"another scan", BYTES):
        move.source.unlink(missing_ok=True)
        move.source.write_bytes(data)
        assert file_away([move]) == [Placed(move)]
        assert move.source.read_bytes() == data
        assert move.destination.read_bytes() == BYTES


def test_a_file_that_is_nowhere_is_gone(move: Move) -> None:
    """The daemon would try for ever."""
    move.source.unlink()
    assert file_away([move]) == [Gone(move)]
    move.destination.parent.mkdir(parents=True)
    move.destination.write_bytes(b"someone else's")
    assert file_away([move]) == [Gone(move)]


@pytest.mark.parametrize("data", [BYTES + b"more", b"x" * len(BYTES)])
def test_a_file_that_changed_since_it_was_judged_stays(move: Move, way: str, data: bytes) -> None:
    """Another picture would be filed under the first one's class."""
    move.source.write_bytes(data)
    assert file_away([move]) == [Changed(move)]
    assert move.source.read_bytes() == data
    assert listing(move.destination.parent) == []


def test_a_file_that_changes_between_link_and_unlink_stays(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A writer that is still at work would write into a filed scan."""
    link = os.link

    def link_and_grow(one: Path, other: Path, **how: bool) -> None:
        link(one, other, **how)
        with move.source.open("ab") as file:
            file.write(b"more")

    monkeypatch.setattr(os, "link", link_and_grow)
    assert file_away([move]) == [Changed(move)]
    assert move.source.read_bytes() == BYTES + b"more"
    assert listing(move.destination.parent) == []


@pytest.mark.parametrize("when", ["hashed", "copied"])
def test_a_file_that_changes_under_a_held_time_stays(
    move: Move, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """What a program writes that sets the mtime back would go with the source, and be lost."""
    monkeypatch.setattr(os, "link", no_links_from(move.source, errno.EXDEV))
    name = {"hashed": "sha256_of", "copied": "copy_to_part"}[when]
    step = getattr(files, name)

    def then_written(*args: Any) -> Any:
        answer = step(*args)
        monkeypatch.setattr(files, name, step)
        held = move.source.stat()
        while move.source.stat().st_ctime_ns == held.st_ctime_ns:
            with move.source.open("r+b") as file:
                file.write(b"MORE")
            os.utime(move.source, ns=(held.st_atime_ns, held.st_mtime_ns))
        return answer

    monkeypatch.setattr(files, name, then_written)
    (outcome,) = file_away([move])
    assert move.source.read_bytes()[:4] == b"MORE"
    if when == "hashed":
        assert outcome == Changed(move)
        assert not move.destination.exists()
    else:
        assert outcome == Placed(move)
        assert move.destination.read_bytes() == BYTES


def test_a_source_replaced_before_the_unlink_stays(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The new file would be deleted unseen."""
    fsync_folder = files.fsync_folder

    def replace_source(folder: Path) -> None:
        fsync_folder(folder)
        fresh = move.source.with_name(f"fresh for {folder.name}")  # folders are synced at once
        fresh.write_bytes(b"new")
        os.replace(fresh, move.source)

    monkeypatch.setattr(files, "fsync_folder", replace_source)
    assert file_away([move]) == [Placed(move)]
    assert move.destination.read_bytes() == BYTES
    assert move.source.read_bytes() == b"new"


@pytest.mark.parametrize("kind", ["pipe", "link", "folder"])
def test_only_regular_files_are_moved(move: Move, kind: str) -> None:
    """A pipe would be waited for until the end of time; a link leads out of the inbox."""
    move.source.unlink()
    if kind == "pipe":
        os.mkfifo(move.source)
    elif kind == "link":
        move.source.with_name("target").write_bytes(BYTES)
        move.source.symlink_to("target")
    else:
        move.source.mkdir()
    (outcome,) = file_away([move])
    assert isinstance(outcome, Trouble)
    assert os.path.lexists(move.source)
    assert listing(move.destination.parent) == []


@pytest.mark.parametrize("call", ["fsync", "unlink", "mkdir"])
@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EACCES, errno.EIO])
def test_trouble_leaves_nothing_half_done(
    move: Move, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    """The next attempt would start from a state that nobody has thought of."""
    move.destination.parent.parent.mkdir()
    real = getattr(os, call)
    failed = False

    def fail(path: Any, *args: Any, **more: Any) -> Any:
        nonlocal failed
        if call != "unlink" or Path(path).suffix == ".aside":
            failed = True
            raise OSError(number, os.strerror(number))
        return real(path, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, fail)
        (outcome,) = file_away([move])
    assert failed
    assert isinstance(outcome, Trouble)
    assert (outcome.errno, os.strerror(number) in outcome.reason) == (number, True)
    assert move.source.read_bytes() == BYTES
    assert listing(move.destination.parent) == []
    assert file_away([move]) == [Placed(move)]


@pytest.mark.parametrize("call", ["write", "fsync", "utime", "unlink"])
def test_trouble_while_copying_leaves_nothing_half_done(
    move: Move, way: str, monkeypatch: pytest.MonkeyPatch, call: str
) -> None:
    """A full disk would fill further with every attempt."""
    real = getattr(os, call)

    def full(target: Any, *args: Any, **more: Any) -> Any:
        if call != "unlink" or Path(target).suffix == ".aside":
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        return real(target, *args, **more)

    with monkeypatch.context() as patched:
        patched.setattr(os, call, full)
        (outcome,) = file_away([move])
    if way != "link" or call in {"fsync", "unlink"}:
        assert isinstance(outcome, Trouble)
        assert move.source.read_bytes() == BYTES
        assert listing(move.destination.parent) == []
        assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


def test_a_copy_that_differs_is_not_published(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """A disk that writes something else would cost the original."""
    write = os.write
    monkeypatch.setattr(os, "link", no_links_from(move.source, errno.EXDEV))
    monkeypatch.setattr(os, "write", lambda fd, data: write(fd, b"?" * len(data)))
    (outcome,) = file_away([move])
    assert isinstance(outcome, Trouble)
    assert "differs" in outcome.reason
    assert move.source.read_bytes() == BYTES
    assert listing(move.destination.parent) == []


def test_one_in_trouble_does_not_stop_its_neighbours(move: Move, tmp_path: Path) -> None:
    """A single unreadable folder would hold the whole inbox up."""
    (tmp_path / "wall").touch()
    bad = a_move(move.source, tmp_path / "wall" / "inside" / "scan.png")
    other = tmp_path / "inbox" / "other"
    other.write_bytes(BYTES)
    good = a_move(other, tmp_path / "sorted" / "other", scan_id=8)
    outcomes = file_away([bad, good])
    assert isinstance(outcomes[0], Trouble)
    assert outcomes[1] == Placed(good)


@pytest.mark.parametrize("number", sorted(noreplace.LINKS_REFUSED))
def test_every_refusal_of_a_link_ends_in_a_copy(
    move: Move, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """exFAT, shares and other people's files would never be filed."""
    monkeypatch.setattr(os, "link", no_links_from(move.source, number))
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


def test_a_mount_without_fsync_is_tolerated(move: Move, monkeypatch: pytest.MonkeyPatch) -> None:
    """Some network mounts would take no file at all."""
    monkeypatch.setattr(os, "fsync", refuse(errno.EINVAL))
    assert file_away([move]) == [Placed(move)]
    assert_arrived(move)


@pytest.fixture
def elsewhere(tmp_path: Path) -> Iterator[Path]:
    """A folder on another file system."""
    if not os.path.isdir("/dev/shm") or os.stat("/dev/shm").st_dev == tmp_path.stat().st_dev:
        pytest.skip("/dev/shm is no other file system here")
    with TemporaryDirectory(dir="/dev/shm") as folder:
        yield Path(folder)


def test_another_file_system(move: Move, elsewhere: Path) -> None:
    """The sorted folder may lie on another disk."""
    away = a_move(move.source, elsewhere / "ticket" / "scan.png")
    assert file_away([away]) == [Placed(away)]
    assert_arrived(away)
    assert away.destination.stat().st_mtime_ns == 1_700_000_000_123_456_789
    assert file_away([away]) == [Placed(away)]


def test_rename_without_replacing_is_the_kernels(tmp_path: Path) -> None:
    """A plain rename would replace what is there."""
    one, other = tmp_path / "one", tmp_path / "caf\udce9"
    one.write_bytes(b"1")
    noreplace.rename_without_replacing(one, other)
    assert other.read_bytes() == b"1"
    one.write_bytes(b"2")
    with pytest.raises(FileExistsError):
        noreplace.rename_without_replacing(one, other)
    assert (one.read_bytes(), other.read_bytes()) == (b"2", b"1")


def test_a_name_that_is_not_utf_8_is_kept(tmp_path: Path, way: str) -> None:
    """The bytes of a name are the user's too."""
    source = tmp_path / os.fsdecode(b"caf\xe9 \xff.png")
    source.write_bytes(BYTES)
    move = a_move(source, tmp_path / "out" / source.name)
    assert file_away([move]) == [Placed(move)]
    assert os.listdir(os.fsencode(tmp_path / "out")) == [b"caf\xe9 \xff.png"]


def test_taken_names_are_walked_through(move: Move) -> None:
    """The daemon's loop: commit the next name, and ask again."""
    move.destination.parent.mkdir(parents=True)
    move.destination.touch()
    next_name(move.destination).touch()
    paths = [move.destination]
    while isinstance(file_away([a_move(move.source, paths[-1])])[0], Taken):
        paths.append(next_name(paths[-1]))
    assert paths[-1].name == "scan (3).png"
    assert paths[-1].read_bytes() == BYTES


@pytest.mark.parametrize("at", ["rename", "unlink"])
def test_a_newcomer_under_the_name_of_the_source_is_not_taken_away(
    move: Move, way: str, monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """A scanner that uses one name over and over would lose the scan of that microsecond."""
    call = getattr(os, at)

    def be_quicker(path: Path, *args: Path) -> None:
        if Path(path) == move.source or Path(path).suffix == ".aside":
            monkeypatch.undo()
            fresh = move.source.with_name("fresh")
            fresh.write_bytes(b"new")
            os.replace(fresh, move.source)
        call(path, *args)

    if way != "link":
        monkeypatch.setattr(os, "link", no_links_from(move.source, errno.EXDEV))
    monkeypatch.setattr(os, at, be_quicker)
    assert file_away([move]) == [Placed(move)]
    assert move.destination.read_bytes() == BYTES
    assert move.source.read_bytes() == b"new"
    assert listing(move.source.parent) == ["scan.png"]


def test_a_newcomer_gets_its_name_back_after_a_crash(move: Move) -> None:
    """It would stay under a hidden name, and nobody would ever sort it."""
    file_away([move])
    aside = move.source.with_name(f".pigeonhole-{move.scan_id}-{move.sha256[:16]}.aside")
    aside.write_bytes(b"new")
    move.source.write_bytes(b"newer")
    assert file_away([move]) == [Placed(move)]
    assert sorted(path.read_bytes() for path in move.source.parent.iterdir()) == [b"new", b"newer"]
    assert not aside.exists()
    assert move.destination.read_bytes() == BYTES


def test_a_mount_that_numbers_files_by_name_is_no_reason_to_file_twice(
    move: Move, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On some FUSE mounts each scan would stay in the inbox, and be filed again for ever."""
    monkeypatch.setattr(os, "link", no_links_from(move.source, errno.EPERM))
    lstat, fstat = os.lstat, os.fstat

    def numbered(seen: os.stat_result, path: str) -> SimpleNamespace:
        names = (name for name in dir(seen) if name.startswith("st_"))
        found = SimpleNamespace(**{name: getattr(seen, name) for name in names})
        found.st_ino = abs(hash(path))
        return found

    for look in ("os.lstat", "storage.filing.files.lstat"):
        monkeypatch.setattr(look, lambda path: numbered(lstat(path), os.fspath(path)))
    monkeypatch.setattr(
        os, "fstat", lambda fd: numbered(fstat(fd), os.readlink(f"/proc/self/fd/{fd}"))
    )
    file_away([move])
    assert not move.source.exists()
    assert move.destination.read_bytes() == BYTES
