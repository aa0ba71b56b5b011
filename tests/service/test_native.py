from __future__ import annotations

import contextlib
import ctypes
import errno
import itertools
import os
import queue
import random
import shutil
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers import inotify_c

from config.ignored import Ignored
from service.inbox.native import NativeWatcher
from tests.service.fakes import PATIENCE


class Heard:
    """A watcher of a folder, and the paths that it names."""

    def __init__(self, root: Path, *, recursive: bool = True, extra: tuple[str, ...] = ()) -> None:
        self.named: set[str] = set()
        self._paths: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.watcher = NativeWatcher(
            str(root), recursive=recursive, ignored=Ignored(extra), notice=self._paths.put
        )

    def until(self, path: Path) -> bool:
        """Whether ``path`` is named before patience ends."""
        end = time.monotonic() + PATIENCE
        while str(path) not in self.named:
            try:
                self.named.add(self._paths.get(timeout=max(0.0, end - time.monotonic())))
            except queue.Empty:
                return False
        self.named.remove(str(path))
        return True


Hear = Callable[..., Heard]


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty folder."""
    root = tmp_path / "inbox"
    root.mkdir()
    return root


@pytest.fixture
def hear() -> Iterator[Hear]:
    """Watches a folder until the end of the test."""
    made: list[Heard] = []

    def start(root: Path, *, recursive: bool = True, extra: tuple[str, ...] = ()) -> Heard:
        made.append(Heard(root, recursive=recursive, extra=extra))
        return made[-1]

    yield start
    for one in made:
        one.watcher.stop()


def watched_in(root: Path) -> list[str]:
    """Folders that have an inotify watch of this process (proc(5), fdinfo); ? lies elsewhere."""
    names = {}
    for folder, _, _ in os.walk(root):
        state = os.lstat(folder)
        device = os.major(state.st_dev) << 20 | os.minor(state.st_dev)
        names[f"ino:{state.st_ino:x}", f"sdev:{device:x}"] = os.path.relpath(folder, root)
    found = []
    for info in Path("/proc/self/fdinfo").iterdir():
        with contextlib.suppress(OSError):  # it was closed meanwhile
            for line in info.read_text().splitlines():
                if line.startswith("inotify wd:"):
                    _, _, inode, device_, *_ = line.split()
                    found.append(names.get((inode, device_), "?"))
    return sorted(found)


def make(*folders: Path) -> None:
    """Make folders, and those above."""
    for folder in folders:
        folder.mkdir(parents=True, exist_ok=True)


def test_folders_that_are_ignored_have_no_watch(root: Path, hear: Hear) -> None:
    """A NAS keeps a folder of thumbnails beside each folder: the system's watches would run out."""
    make(
        root / "a" / "@eaDir" / "deep", root / "#recycle" / "b", root / ".stfolder", root / "c.skip"
    )
    make(root / "a" / "b")
    hear(root, extra=("*.skip",))
    assert watched_in(root) == [".", "a", "a/b"]


def test_folders_that_are_ignored_have_no_watch_when_they_come_later(
    root: Path, hear: Hear, tmp_path: Path
) -> None:
    """The first picture that a NAS indexes would bring them in by the back door."""
    heard = hear(root)
    make(root / "a" / "@eaDir" / "deep")
    make(tmp_path / "moved" / "#recycle" / "deep", tmp_path / "moved" / "b", tmp_path / ".stfolder")
    (tmp_path / "moved").rename(root / "moved")
    (tmp_path / ".stfolder").rename(root / ".stfolder")
    (root / "a" / "@eaDir" / "thumb.png").write_bytes(b"x")
    (root / "last.png").write_bytes(b"x")
    assert heard.until(root / "last.png")
    assert watched_in(root) == [".", "a", "moved", "moved/b"]
    assert not [name for name in heard.named if "@eaDir" in name or ".stfolder" in name]


def test_a_folder_is_watched_by_the_name_that_it_has_now(root: Path, hear: Hear) -> None:
    """A folder that is 'upload.part' until it is whole would never be watched, or always be."""
    heard = hear(root)
    make(root / "upload.part" / "deep")
    (root / "upload.part").rename(root / "upload")
    assert heard.until(root / "upload")
    assert watched_in(root) == [".", "upload", "upload/deep"]
    (root / "upload").rename(root / ".trash")
    assert heard.until(root / "upload")
    assert watched_in(root) == ["."]


def test_folders_behind_links_have_no_watch(root: Path, hear: Hear, tmp_path: Path) -> None:
    """What lies outside would be told of, and links back to the inbox be followed for ever."""
    make(tmp_path / "outside" / "deep")
    (root / "out").symlink_to(tmp_path / "outside")
    (root / "loop").symlink_to(root)
    heard = hear(root)
    (root / "later").symlink_to(tmp_path / "outside")
    assert heard.until(root / "later")
    assert watched_in(root) == ["."]


def test_without_recursion_there_is_one_watch(root: Path, hear: Hear) -> None:
    """'recursive = false' on the root of a large share would still take a watch a folder."""
    make(root / "a" / "b")
    heard = hear(root, recursive=False)
    make(root / "c")
    (root / "c" / "a.png").write_bytes(b"x")
    (root / "b.png").write_bytes(b"x")
    assert heard.until(root / "b.png")
    assert heard.named == set()
    assert watched_in(root) == ["."]


def test_a_thousand_folders_take_one_thread(root: Path, hear: Hear) -> None:
    """An archive of years, dropped in whole, would bring the machine to its knees."""
    make(*(root / "start" / f"{year}" / f"{day}" for year in range(20) for day in range(50)))
    before = threading.active_count()
    heard = hear(root)
    assert threading.active_count() == before + 1
    shutil.copytree(root / "start", root / "later")
    (root / "a.png").write_bytes(b"x")
    assert heard.until(root / "a.png")
    (root / "later" / "19" / "49" / "a.png").write_bytes(b"x")
    assert heard.until(root / "later" / "19" / "49" / "a.png")
    assert threading.active_count() == before + 1
    assert len(watched_in(root)) == 2 * (1 + 20 + 20 * 50) + 1
    shutil.rmtree(root / "start")
    (root / "b.png").write_bytes(b"x")
    assert heard.until(root / "b.png")
    assert len(watched_in(root)) == 1 + 20 + 20 * 50 + 1


def test_a_folder_that_moves_takes_its_watches_along(
    root: Path, hear: Hear, tmp_path: Path
) -> None:
    """A folder that was renamed would be deaf, and one that was moved out be heard for ever."""
    make(root / "a" / "deep", root / "b")
    heard = hear(root)
    (root / "a").rename(root / "b" / "c")
    assert heard.until(root / "b" / "c")
    (root / "b" / "c" / "deep" / "x.png").write_bytes(b"x")
    assert heard.until(root / "b" / "c" / "deep" / "x.png")
    assert watched_in(root) == [".", "b", "b/c", "b/c/deep"]
    (root / "b" / "c").rename(tmp_path / "c")
    assert heard.until(root / "b" / "c")
    (tmp_path / "c" / "deep" / "y.png").write_bytes(b"x")
    (root / "z.png").write_bytes(b"x")
    assert heard.until(root / "z.png")
    assert watched_in(root) == [".", "b"]
    assert not [name for name in heard.named if "y.png" in name]


def test_a_folder_put_in_the_place_of_another_is_watched(root: Path, hear: Hear) -> None:
    """A program that writes a folder aside and swaps it in would not be heard any more."""
    make(root / "new" / "deep", root / "old")
    heard = hear(root)
    (root / "new").rename(root / "old")
    assert heard.until(root / "old")
    (root / "old" / "deep" / "x.png").write_bytes(b"x")
    assert heard.until(root / "old" / "deep" / "x.png")
    assert watched_in(root) == [".", "old", "old/deep"]


def test_a_folder_that_moves_while_it_is_met_keeps_its_watch(root: Path, hear: Hear) -> None:
    """A script that makes a folder and moves another in at once would leave it deaf."""
    heard = hear(root)
    for number in range(20):
        make(root / "x" / "deep")
        make(root / f"p{number}")
        (root / "x").rename(root / f"p{number}" / "x")
        (root / f"p{number}" / "x" / "deep" / "x.png").write_bytes(b"x")
        make(root / f"last{number}")
        assert heard.until(root / f"last{number}")
        assert f"p{number}/x/deep" in watched_in(root)


def test_what_is_written_while_folders_are_made_is_under_a_name(root: Path, hear: Hear) -> None:
    """A script that makes a folder and fills it at once would have its scans wait for a sweep."""
    heard = hear(root)
    for number in range(100):
        make(root / f"{number}" / "a" / "b")
        (root / f"{number}" / "a" / "b" / "x.png").write_bytes(b"x")
    make(root / "last")
    assert heard.until(root / "last")
    for number in range(100):
        path = root / f"{number}" / "a" / "b" / "x.png"
        assert heard.named & {str(path), *map(str, path.parents)}
    assert len(watched_in(root)) == 302


def test_a_folder_that_becomes_readable_is_watched(
    root: Path, hear: Hear, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A share's folder whose rights are set after it was made would stay deaf.

    Root may read all: the refusal is played.
    """
    add_watch = inotify_c.inotify_add_watch

    def refused(fd: int, path: bytes, mask: int) -> int:
        if os.path.realpath(path).endswith(b"closed"):
            ctypes.set_errno(errno.EACCES)
            return -1
        return add_watch(fd, path, mask)

    make(root / "1-closed", root / "2-closed")
    with monkeypatch.context() as patch:
        patch.setattr(inotify_c, "inotify_add_watch", refused)
        heard = hear(root)
        make(root / "3-closed")
        assert heard.until(root / "3-closed")
    assert heard.watcher.lives
    assert watched_in(root) == ["."]
    for number in (1, 2, 3):
        (root / f"{number}-closed").chmod(0o755)
        assert heard.until(root / f"{number}-closed")
    assert watched_in(root) == [".", "1-closed", "2-closed", "3-closed"]


def test_changes_of_rights_and_reading_name_nothing(root: Path, hear: Hear) -> None:
    """Filing changes rights and links of scans: each would wake the daemon once more."""
    make(root / "a")
    (root / "a.png").write_bytes(b"x")
    heard = hear(root)
    (root / "a").chmod(0o700)
    (root / "a.png").chmod(0o600)
    (root / "a.png").read_bytes()
    os.listdir(root / "a")
    root.chmod(0o700)
    (root / "last.png").write_bytes(b"x")
    assert heard.until(root / "last.png")
    assert heard.named == set()


def test_events_that_the_kernel_drops_are_noticed(root: Path, hear: Hear) -> None:
    """A flood of files would hide some of them until the next sweep, and new folders for ever."""
    most = int(Path("/proc/sys/fs/inotify/max_queued_events").read_text())
    if most > 100_000:
        pytest.skip(f"this system queues {most} events")
    heard = hear(root)
    with heard.watcher._lock, contextlib.ExitStack() as files:  # nothing is read meanwhile
        two = [files.enter_context((root / name).open("wb", buffering=0)) for name in ("a", "b")]
        for file, _ in zip(itertools.cycle(two), range(2 * most + 10_000), strict=False):
            file.write(b"x")
    assert heard.until(root)
    assert not heard.watcher.lives


@pytest.mark.parametrize("seed", range(5))
def test_whatever_happens_each_folder_that_is_there_has_its_watch(
    root: Path, hear: Hear, tmp_path: Path, seed: int
) -> None:
    """A day of copying, renaming and clearing up would leave folders deaf, or watches behind."""
    chance = random.Random(seed)
    outside = tmp_path / "outside"
    make(root / "a", outside)
    heard = hear(root)
    for number in range(300):
        folders = sorted(Path(folder) for folder, _, _ in os.walk(root))
        into = chance.choice(folders) / chance.choice(["a", "b", "c", "@eaDir", "x.part"])
        one = chance.choice([*folders[1:], root / "nothing"])
        with contextlib.suppress(OSError):  # something lies there already, or the folder in itself
            match chance.randrange(7):
                case 0 | 1 | 2:
                    into.mkdir()
                case 3:
                    one.rename(into)
                case 4:
                    shutil.rmtree(one)
                case 5:
                    one.rename(outside / f"{number}")
                case 6:
                    max(outside.iterdir(), default=one).rename(into)
    make(root / "last")
    assert heard.until(root / "last")
    there = (Path(folder).relative_to(root) for folder, _, _ in os.walk(root))
    assert watched_in(root) == sorted(
        str(folder) for folder in there if not {"@eaDir", "x.part"} & set(folder.parts)
    )
