from __future__ import annotations

import errno
import hashlib
import os
import socket
import stat
import tracemalloc
import unicodedata
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from config.ignored import Ignored
from config.links import open_regular
from models.page import hashing
from models.page.scan import Scan
from service.inbox.inbox import Inbox
from tests.service.fakes import Clock
from tests.storage.filing.mounting import refuse

DELAY = 5.0


@pytest.fixture
def clock() -> Clock:
    """Time stands still until a test moves it."""
    return Clock()


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty inbox."""
    root = tmp_path / "inbox"
    root.mkdir()
    return root


def inbox(root: Path, clock: Clock, *, recursive: bool = True, extra: Any = ()) -> Inbox:
    """The inbox of ``root``, with the delay of these tests."""
    return Inbox(
        root, ignored=Ignored(extra), recursive=recursive, stability_delay=DELAY, clock=clock
    )


def taken(box: Inbox, limit: int = 100, **more: Any) -> list[str]:
    """Names, below the inbox, of what is taken now."""
    return [str(scan.path.relative_to(box.root)) for scan in box.take(limit, **more)]


def test_a_file_is_taken_once_it_has_rested(root: Path, clock: Clock) -> None:
    """A half-copied scan would be filed, or a whole one never."""
    (root / "a.png").write_bytes(b"pixels")
    box = inbox(root, clock)
    box.sweep()
    assert box.seconds_to_next() == DELAY
    clock.now = DELAY - 0.01
    assert taken(box) == []
    clock.now = DELAY
    (scan,) = box.take(10)
    assert scan.path == root / "a.png"
    assert scan.size == 6
    assert scan.sha256 == hashlib.sha256(b"pixels").hexdigest()
    assert box.seconds_to_next() is None


@pytest.mark.parametrize("what", ["grows", "touched", "replaced"])
def test_a_change_starts_the_wait_anew(root: Path, clock: Clock, what: str) -> None:
    """A slow copy over the network would be cut where it happened to be."""
    path = root / "a.png"
    path.write_bytes(b"pix")
    box = inbox(root, clock)
    box.sweep()
    for number in range(1, 4):
        clock.now += DELAY - 1
        if what == "grows":
            with path.open("ab") as file:
                file.write(b"els")
        elif what == "touched":
            os.utime(path, ns=(number, number))
        else:
            other = root / ".other.tmp"
            other.write_bytes(b"pix")
            os.utime(other, ns=(path.stat().st_atime_ns, path.stat().st_mtime_ns))
            other.replace(path)
        box.sweep()
        clock.now += 1
        assert taken(box) == []
    clock.now += DELAY
    assert taken(box) == ["a.png"]


def test_a_writer_that_holds_the_time_of_its_file_is_waited_for(root: Path, clock: Clock) -> None:
    """An SMB client that sets the time and the size at the beginning would lose half its scan."""
    path = root / "pages.pdf"
    path.write_bytes(b"\0" * 80)
    box = inbox(root, clock)
    held = path.stat()
    for number in range(4):
        box.look(str(path))
        clock.now += DELAY - 0.5
        assert taken(box) == []
        before = path.stat().st_ctime_ns
        with path.open("r+b") as file:
            file.seek(20 * number)
            file.write(b"x" * 20)
        later_than(before, path, lambda: os.utime(path, ns=(0, held.st_mtime_ns)))
    box.look(str(path))
    clock.now += DELAY
    (scan,) = box.take(10)
    assert path.stat().st_mtime_ns == held.st_mtime_ns
    assert scan.sha256 == hashlib.sha256(b"x" * 80).hexdigest()


def test_a_file_that_is_written_while_it_is_hashed_is_not_taken(
    root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its hash would be that of a file that never was, if the writer holds its time."""
    path = root / "a.png"
    path.write_bytes(b"pixels")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    held, read = path.stat(), os.read

    def read_and_write(descriptor: int, size: int) -> bytes:
        data = read(descriptor, size)
        with path.open("r+b") as file:
            file.write(b"P")
        later_than(held.st_ctime_ns, path, lambda: os.utime(path, ns=(0, held.st_mtime_ns)))
        return data

    monkeypatch.setattr(os, "read", read_and_write)
    assert taken(box) == []
    monkeypatch.undo()
    clock.now += DELAY
    assert taken(box) == []
    clock.now += DELAY
    (scan,) = box.take(10)
    assert scan.sha256 == hashlib.sha256(b"Pixels").hexdigest()


def later_than(ctime_ns: int, path: Path, touch: Any) -> None:
    """Touch a file until its ctime, of which the kernel counts some milliseconds, is later."""
    touch()
    while path.stat().st_ctime_ns <= ctime_ns:
        touch()


def test_a_writer_that_pauses_for_less_than_the_delay_is_waited_for(
    root: Path, clock: Clock
) -> None:
    """A scanner that writes a page every few seconds would have its first pages filed alone."""
    path = root / "pages.pdf"
    box = inbox(root, clock)
    for _ in range(20):
        with path.open("ab") as file:
            file.write(b"page")
        box.look(str(path))
        clock.now += DELAY - 0.5
        assert taken(box) == []
        assert box.seconds_to_next() == 0.5
    clock.now += 0.5
    (scan,) = box.take(10)
    assert scan.size == 80


def test_a_writer_that_pauses_for_longer_is_taken_up_again(root: Path, clock: Clock) -> None:
    """What came after the pause would never be filed, or be filed under the half's hash."""
    path = root / "pages.pdf"
    path.write_bytes(b"half")
    box = inbox(root, clock)
    box.sweep()
    clock.now += DELAY + 1
    (half,) = box.take(10)
    with path.open("ab") as file:
        file.write(b"rest")
    box.look(str(path))
    clock.now += DELAY
    assert taken(box) == []  # the half is still being worked on
    box.release(path)
    clock.now += DELAY
    (whole,) = box.take(10)
    assert (half.size, whole.size) == (4, 8)
    assert whole.sha256 == hashlib.sha256(b"halfrest").hexdigest()


def test_a_change_between_look_and_take_is_noticed_at_the_take(root: Path, clock: Clock) -> None:
    """What no event announced would be taken in the middle of its copy."""
    path = root / "a.png"
    path.write_bytes(b"pix")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    path.write_bytes(b"pixels, more of them")
    assert taken(box) == []
    clock.now += DELAY
    assert taken(box) == ["a.png"]


def test_a_file_is_yielded_once(root: Path, clock: Clock) -> None:
    """A scan would be filed twice, the second time as an error."""
    (root / "a.png").write_bytes(b"pixels")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    assert taken(box) == ["a.png"]
    box.sweep()
    clock.now += 10 * DELAY
    assert taken(box) == []
    assert box.waiting() == 0


@pytest.mark.parametrize("how", ["changed", "vanished and came back"])
def test_nothing_is_yielded_from_a_path_that_is_being_worked_on(
    root: Path, clock: Clock, how: str
) -> None:
    """Two verdicts would race for one path, and one be written to the other's file."""
    path = root / "a.png"
    path.write_bytes(b"pixels")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    assert taken(box) == ["a.png"]
    if how == "changed":
        path.write_bytes(b"other pixels")
    else:
        path.unlink()
        box.sweep()
        path.write_bytes(b"other pixels")
    box.sweep()
    clock.now += 2 * DELAY
    assert taken(box) == []
    box.release(path)
    assert taken(box) == []
    clock.now += DELAY
    assert taken(box) == ["a.png"]


def test_a_released_file_rests_as_long_as_it_is_told(root: Path, clock: Clock) -> None:
    """A truncated file would be failed before its second half arrives."""
    path = root / "a.png"
    path.write_bytes(b"pixels")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    assert taken(box) == ["a.png"]
    box.release(path, rest=60.0)
    assert box.seconds_to_next() == 60.0
    clock.now += 59
    assert taken(box) == []
    clock.now += 1
    assert taken(box) == ["a.png"]
    box.release(path, rest=0.0)
    assert taken(box) == ["a.png"]


def test_a_forgotten_name_is_free_for_the_next_file(root: Path, clock: Clock) -> None:
    """'scan.png', which many scanners write again and again, would be taken the first time only."""
    path = root / "scan.png"
    path.write_bytes(b"first")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    assert taken(box) == ["scan.png"]
    path.unlink()
    path.write_bytes(b"second")  # before the daemon had closed the first
    box.forget(path)
    assert box.waiting() == 1
    clock.now += DELAY
    assert taken(box) == ["scan.png"]


def test_a_held_file_is_not_yielded(root: Path, clock: Clock) -> None:
    """A file whose move was refused would be judged again at every start."""
    (root / "a.png").write_bytes(b"pixels")
    box = inbox(root, clock)
    box.hold(root / "a.png")
    box.hold(root / "gone.png")
    box.sweep()
    clock.now = DELAY
    assert taken(box) == []
    assert box.untaken_paths() == set()
    box.release(root / "a.png")
    clock.now += DELAY
    assert taken(box) == ["a.png"]


def test_names_that_are_no_scans_are_left_alone(root: Path, clock: Clock) -> None:
    """Partial downloads and folders of the NAS would be filed as failed scans."""
    for name in (".hidden", "a.part", "b.CRDOWNLOAD", "Thumbs.db", "c~", "x.skip", "ok.png"):
        (root / name).write_bytes(b"x")
    for folder in ("@eaDir", ".stfolder", "mine.skip"):
        (root / folder).mkdir()
        (root / folder / "inner.png").write_bytes(b"x")
    box = inbox(root, clock, extra=("*.skip",))
    box.sweep()
    for path in root.rglob("*"):
        box.look(str(path))
    clock.now = DELAY
    assert taken(box) == ["ok.png"]


@pytest.mark.parametrize("recursive", [True, False])
def test_folders_are_entered_as_set(root: Path, clock: Clock, recursive: bool) -> None:
    """'recursive = false' would not keep sub-folders out, or 'true' would not let them in."""
    (root / "a.png").write_bytes(b"x")
    (root / "sub" / "deep").mkdir(parents=True)
    (root / "sub" / "deep" / "b.png").write_bytes(b"x")
    box = inbox(root, clock, recursive=recursive)
    box.sweep()
    box.look(str(root / "sub"))
    box.look(str(root / "sub" / "deep" / "b.png"))
    clock.now = DELAY
    assert sorted(taken(box)) == (["a.png", "sub/deep/b.png"] if recursive else ["a.png"])


def test_what_is_no_file_is_never_opened(root: Path, clock: Clock, tmp_path: Path) -> None:
    """A pipe in the inbox would stop the service for good; a link would file what lies elsewhere."""
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "private.png").write_bytes(b"private")
    os.mkfifo(root / "pipe.png")
    (root / "link.png").symlink_to(outside / "private.png")
    (root / "dangling.png").symlink_to(outside / "nothing")
    (root / "folder.png").mkdir()
    (root / "linked").symlink_to(outside)
    with socket.socket(socket.AF_UNIX) as server:
        before = os.getcwd()
        os.chdir(root)  # a socket's path may be no longer than 107 bytes
        try:
            server.bind("socket.png")
        finally:
            os.chdir(before)
        box = inbox(root, clock)
        box.sweep()
        for name in (*os.listdir(root), "linked/private.png"):
            box.look(str(root / name))
        clock.now = DELAY
        assert taken(box) == []
        assert box.seconds_to_next() is None


@pytest.mark.parametrize("kind", [stat.S_IFCHR, stat.S_IFBLK], ids=["character", "block"])
def test_a_device_is_never_opened(root: Path, clock: Clock, kind: int) -> None:
    """A device in the inbox, restored from a backup of a system, would be read without end."""
    try:
        os.mknod(root / "zero.png", kind | 0o600, os.makedev(1, 5))
    except PermissionError:
        pytest.skip("devices may not be made here")
    box = inbox(root, clock)
    box.sweep()
    box.look(str(root / "zero.png"))
    clock.now = DELAY
    assert taken(box) == []
    assert box.seconds_to_next() is None


def test_a_folder_that_becomes_a_link_is_not_followed(
    root: Path, clock: Clock, tmp_path: Path
) -> None:
    """A file that was seen in a folder would be taken from wherever the folder leads to now."""
    (root / "sub").mkdir()
    (root / "sub" / "a.png").write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    (root / "sub").rename(tmp_path / "outside")
    (root / "sub").symlink_to(tmp_path / "outside")
    clock.now = DELAY
    assert taken(box) == []


@pytest.mark.parametrize("other", ["pipe", "link"])
def test_a_file_that_becomes_something_else_is_let_go(root: Path, clock: Clock, other: str) -> None:
    """The daemon would spin: a file that is stable at once and never can be taken."""
    path = root / "a.png"
    path.write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    path.unlink()
    if other == "pipe":
        os.mkfifo(path)
    else:
        path.symlink_to("/etc/hostname")
    assert taken(box) == []
    assert box.seconds_to_next() is None


def test_a_file_swapped_at_the_last_moment_is_not_taken(
    root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A pipe put there between the look and the open would block the service."""
    path = root / "a.png"
    path.write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY

    def swapped(opened: str) -> int:
        path.unlink()
        os.mkfifo(path)
        return open_regular(opened)

    with monkeypatch.context() as patch:
        patch.setattr(hashing, "open_regular", swapped)
        assert taken(box) == []
    clock.now += DELAY
    assert taken(box) == []
    assert box.seconds_to_next() is None


NAMES = [
    b"caf\xe9.png",  # no UTF-8
    b"two\nlines.png",
    b"\x1b[31mred.png",
    b"\xff",
    b" a \xc2\xa0",
    b"l" * 255,
    "\U0001f34c".encode() * 63,
    unicodedata.normalize("NFC", "caf\u00e9.png").encode(),
    unicodedata.normalize("NFD", "caf\u00e9.png").encode(),
]


def test_every_name_that_the_system_allows_is_taken(root: Path, clock: Clock) -> None:
    """A scan from an old Windows share or a Mac would lie in the inbox for ever.

    Two names that look the same are two files.
    """
    paths = [os.path.join(os.fsencode(root), name) for name in NAMES]
    folders = [os.path.join(os.fsencode(root), b"in", name) for name in NAMES]
    inner = [os.path.join(folder, name) for folder, name in zip(folders, NAMES, strict=True)]
    for folder in folders:
        os.makedirs(folder)
    for path in paths + inner:
        with open(path, "wb") as file:
            file.write(b"x")
    box = inbox(root, clock)
    for path in paths + folders:
        box.look(os.fsdecode(path))
    clock.now = DELAY
    assert {os.fsencode(scan.path) for scan in box.take(100)} == {*paths, *inner}
    box = inbox(root, clock)
    box.sweep()
    assert {os.fsencode(path) for path in box.untaken_paths()} == {*paths, *inner}


def test_a_file_that_vanished_is_forgotten(root: Path, clock: Clock) -> None:
    """'waiting' would count files that are long gone, and '--once' wait for them."""
    for name in "abc":
        (root / name).write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    assert box.waiting() == 3
    (root / "a").unlink()
    box.look(str(root / "a"))
    assert box.waiting() == 2
    (root / "b").unlink()
    clock.now = DELAY
    assert taken(box) == ["c"]
    assert box.waiting() == 0


def test_a_root_that_goes_away_and_comes_back(root: Path, clock: Clock, tmp_path: Path) -> None:
    """A share that is unmounted for a minute would need a restart."""
    (root / "a").write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    root.rename(tmp_path / "away")
    with pytest.raises(FileNotFoundError):
        box.sweep()
    clock.now = DELAY
    assert taken(box) == []
    (tmp_path / "away").rename(root)
    box.sweep()
    clock.now += DELAY
    assert taken(box) == ["a"]


@pytest.mark.parametrize("when", ["opened", "read"])
def test_a_bad_folder_does_not_hide_the_others(
    root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, when: str
) -> None:
    """One folder without rights, or on a bad disk, would end every sweep; it is played."""
    for name in ("a", "bad", "c"):
        (root / name).mkdir()
        (root / name / "x.png").write_bytes(b"x")
    scandir = os.scandir

    class Half:
        """Refuses the second half of a folder."""

        def __enter__(self) -> Iterator[Any]:
            with scandir(root / "bad") as entries:
                yield from entries
            raise OSError(errno.EIO, os.strerror(errno.EIO))

        def __exit__(self, *_: object) -> None: ...

    def bad(folder: int) -> Any:
        if not os.path.samestat(os.fstat(folder), (root / "bad").stat()):
            return scandir(folder)
        if when == "read":
            return Half()
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr(os, "scandir", bad)
    box = inbox(root, clock)
    box.sweep()
    box.look(str(root / "bad"))
    assert box.waiting() == 2


def test_oldest_first_and_only_so_many(root: Path, clock: Clock) -> None:
    """A scan dropped in the morning would be overtaken all day."""
    box = inbox(root, clock)
    for name in ("c", "a", "b"):
        (root / name).write_bytes(b"x")
        box.look(str(root / name))
        clock.now += 1
    clock.now += DELAY
    assert taken(box, 2) == ["c", "a"]
    assert taken(box, 2) == ["b"]


def test_only_those_that_are_asked_for(root: Path, clock: Clock) -> None:
    """'--once' would go on with files that arrive while it works, perhaps for ever."""
    for name in "abc":
        (root / name).write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    assert taken(box, only={str(root / "b"), "/elsewhere"}) == ["b"]
    assert box.seconds_to_next(only={str(root / "b")}) is None


@pytest.mark.parametrize("number", [errno.EACCES, errno.EIO])
def test_a_file_that_cannot_be_read_is_yielded_without_a_hash(
    root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """It would stay in the inbox without a word, and --once would wait for it for ever.

    Root may read all, and no disk here is bad: the refusal is played.
    """
    (root / "a").write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY

    def refused(*_: Any) -> str:
        raise OSError(number, os.strerror(number))

    monkeypatch.setattr("service.inbox.digests.hash_file", refused)
    assert list(box.take(1)) == [Scan(root / "a", "", 1)]


def test_paths_outside_are_left_alone(root: Path, clock: Clock, tmp_path: Path) -> None:
    """A file moved out of the inbox would be taken from where it was moved to."""
    (tmp_path / "other.png").write_bytes(b"x")
    box = inbox(root, clock)
    box.look(str(tmp_path / "other.png"))
    box.look(str(root))
    box.look(str(tmp_path))
    assert box.waiting() == 0


def test_five_thousand_files_cost_little(root: Path, clock: Clock) -> None:
    """A full inbox would cost memory by its files' sizes, or time by their square."""
    for number in range(5000):
        (root / f"scan-{number:05}.png").touch()
    box = inbox(root, clock)
    tracemalloc.start()
    try:
        box.sweep()
        clock.now = DELAY
        found = sum(1 for _ in box.take(5000))
        held, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert found == 5000
    assert held < 5000 * 2000  # bytes: about 800 each


def test_a_place_that_cannot_be_looked_into_is_told(root: Path, clock: Clock) -> None:
    """A file in a folder too deep, or closed to us, would lie there for ever, unheard of."""
    box = inbox(root, clock)
    box.sweep()
    assert box.closed == ""
    here = os.open(root, os.O_RDONLY)
    try:
        for _ in range(30):
            os.mkdir("L" * 200, dir_fd=here)
            inner = os.open("L" * 200, os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(os.open("deep.png", os.O_WRONLY | os.O_CREAT, dir_fd=here))
    finally:
        os.close(here)
    box.sweep()
    assert box.closed.endswith("… in the inbox cannot be looked into: File name too long")
    assert len(box.closed) < 200
    (root / ("L" * 200)).rename(root / "out.tmp")
    box.sweep()
    assert box.closed == ""


@pytest.mark.parametrize("number", [errno.EACCES, errno.ENOTCONN])
def test_a_folder_that_may_not_be_entered_ends_nothing(
    root: Path, clock: Clock, monkeypatch: pytest.MonkeyPatch, number: int
) -> None:
    """Whoever may write to the inbox would end the service by 'chmod 000'."""
    path = root / "sub" / "a.png"
    path.parent.mkdir()
    path.write_bytes(b"x")
    box = inbox(root, clock)
    box.sweep()
    clock.now = DELAY
    refused = refuse(number)
    for name in ("lstat", "stat"):
        monkeypatch.setattr(os, name, refused)  # as root nothing is closed
    box.look(os.fspath(path))
    assert taken(box) == []
