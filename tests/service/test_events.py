from __future__ import annotations

import ctypes
import errno
import os
import subprocess
import threading
import time
import unicodedata
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs
from watchdog.observers import inotify_c

from config import links
from config.ignored import Ignored
from service.inbox import events, polling
from service.inbox.events import InboxEvents
from service.inbox.inbox import Inbox
from service.inbox.polling import PollingWatcher
from tests.conftest import Mount
from tests.service.fakes import PATIENCE, Clock

Watch = Callable[..., "Watched"]
BOTH = pytest.mark.parametrize("interval", [0.0, 0.05], ids=["native", "polling"])


class Watched:
    """The events of a folder, and what they have named so far."""

    def __init__(
        self,
        root: Path,
        *,
        interval: float = 0.0,
        recursive: bool = True,
        extra: tuple[str, ...] = (),
    ) -> None:
        self.woken = threading.Event()
        self.named: set[str] = set()
        self.events = InboxEvents(
            root,
            recursive=recursive,
            polling_interval=interval,
            wake=self.woken.set,
            ignored=Ignored(extra),
        )
        self.events.start()

    def names(self, path: Path) -> bool:
        """Whether ``path`` is named before patience ends."""
        return self.until(lambda: os.fspath(path) in self.named)

    def until(self, true: Callable[[], bool]) -> bool:
        """Whether something is so before patience ends, looked at whenever the daemon is woken."""
        end = time.monotonic() + PATIENCE
        while not true() and time.monotonic() < end:
            self.woken.wait(1.0)
            self.woken.clear()
            self.named |= self.events.paths()
        return true()

    def has_ended(self) -> bool:
        """Whether watching has ended; a poller's thread does so just after it has said why."""
        watcher = self.events._watcher
        if isinstance(watcher, PollingWatcher):
            for thread in list(watcher._observer.emitters):
                thread.join(PATIENCE)
        return self.events.mode == "none"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """An empty inbox."""
    root = tmp_path / "inbox"
    root.mkdir()
    return root


@pytest.fixture
def watch() -> Iterator[Watch]:
    """Watches a folder until the end of the test."""
    made: list[Watched] = []

    def start(root: Path, **options: Any) -> Watched:
        made.append(Watched(root, **options))
        return made[-1]

    yield start
    for one in made:
        one.events.stop()


def unmount(folder: Path) -> None:
    """End a mount, also while a poller looks into it."""
    subprocess.run(["umount", "-l", folder], check=True)


def refuse(monkeypatch: pytest.MonkeyPatch, call: str, number: int) -> None:
    """Play a limit of the system: this call of inotify(7) fails from now on."""

    def refused(*_: object) -> int:
        ctypes.set_errno(number)
        return -1

    monkeypatch.setattr(inotify_c, call, refused)


def told(logs: list[Any], event: str) -> int:
    """How often something was logged."""
    return sum(entry["event"] == event for entry in logs)


@BOTH
def test_what_arrives_wakes_the_daemon(
    root: Path, watch: Watch, tmp_path: Path, interval: float
) -> None:
    """A scan would lie until the next sweep, a minute later."""
    watched = watch(root, interval=interval)
    (root / "written.png").write_bytes(b"x")
    assert watched.names(root / "written.png")
    (tmp_path / "elsewhere.png").write_bytes(b"x")
    (tmp_path / "elsewhere.png").rename(root / "renamed.png")
    assert watched.names(root / "renamed.png")
    (tmp_path / "folder").mkdir()
    (tmp_path / "folder" / "inner.png").write_bytes(b"x")
    (tmp_path / "folder").rename(root / "folder")
    assert watched.names(root / "folder")
    (root / "folder" / "later.png").write_bytes(b"x")
    assert watched.names(root / "folder" / "later.png")


def test_reading_a_file_wakes_nobody(root: Path, watch: Watch) -> None:
    """Hashing a scan would name it again, and the daemon never come to rest."""
    (root / "a.png").write_bytes(b"x")
    watched = watch(root)
    (root / "a.png").read_bytes()
    (root / "b.png").write_bytes(b"x")  # an event behind the one that must not come
    assert watched.names(root / "b.png")
    assert os.fspath(root / "a.png") not in watched.named


@BOTH
def test_an_inbox_that_is_a_link_is_watched(
    root: Path, watch: Watch, tmp_path: Path, interval: float
) -> None:
    """Who links the inbox to a scanner's share would wait a minute for each scan."""
    link = tmp_path / "link"
    link.symlink_to(root)
    watched = watch(link, interval=interval)
    (root / "a.png").write_bytes(b"x")
    assert watched.names(link / "a.png")


def test_polling_does_not_walk_into_links(root: Path, watch: Watch, tmp_path: Path) -> None:
    """Two links back to the inbox would have it walked for ever; others would leak what is outside."""
    outside = tmp_path / "outside"
    outside.mkdir()
    for number in range(3):
        (root / f"loop-{number}").symlink_to(root)
    (root / "out").symlink_to(outside)
    watched = watch(root, interval=0.05)
    (outside / "private.png").write_bytes(b"x")
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")
    assert not [name for name in watched.named if "out" in name or "loop" in name]


def test_polling_does_not_walk_into_folders_that_are_ignored(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each poll of a NAS would read its thumbnails and its bin, over the network."""
    for folder in ("a/@eaDir/deep", "#recycle/b", ".stfolder", "c.skip"):
        (root / folder).mkdir(parents=True)
    walked = set()
    open_folder = links.open_folder

    def recorded(folder: str | Path) -> int:
        walked.add(os.path.relpath(folder, root))
        return open_folder(folder)

    monkeypatch.setattr(links, "open_folder", recorded)
    watched = watch(root, interval=0.05, extra=("*.skip",))
    (root / "d" / ".trash").mkdir(parents=True)
    assert watched.names(root / "d")
    (root / "d" / ".trash" / "a.png").write_bytes(b"x")
    (root / "d" / "b.png").write_bytes(b"x")
    assert watched.names(root / "d" / "b.png")
    assert walked == {".", "a", "d"}
    assert not [name for name in watched.named if ".trash" in name]


def test_one_bad_folder_does_not_end_the_polls(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A broken mount below the inbox would hide whatever arrives beside it; it is played."""
    (root / "bad").mkdir()
    open_folder = links.open_folder

    def broken(folder: str | Path) -> int:
        if folder == str(root / "bad"):
            raise OSError(errno.ENOTCONN, os.strerror(errno.ENOTCONN))
        return open_folder(folder)

    monkeypatch.setattr(links, "open_folder", broken)
    watched = watch(root, interval=0.05)
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")


@pytest.mark.parametrize(
    ("interval", "levels"), [(0.0, 17 * [250]), (0.05, 17 * [250]), (0.05, 1000 * [1])]
)
def test_folders_too_deep_for_the_system_do_not_end_it(
    root: Path, watch: Watch, interval: float, levels: list[int]
) -> None:
    """A script gone wrong, folder in folder, would take all others' events with it."""
    here = os.open(root, os.O_RDONLY)
    for length in levels:
        os.mkdir("d" * length, dir_fd=here)
        inner = os.open("d" * length, os.O_RDONLY, dir_fd=here)
        os.close(here)
        here = inner
    os.close(here)
    try:
        watched = watch(root, interval=interval)
        (root / "a.png").write_bytes(b"x")
        assert watched.names(root / "a.png")
        watched.events.stop()
    finally:
        subprocess.run(["rm", "-r", root], check=True)  # it is too deep for pytest, too


NAMES = {
    "no text": b"caf\xe9.png",
    "lines": b"two\nlines.png",
    "colours": b"\x1b[31mred.png",
    "composed": unicodedata.normalize("NFC", "caf\u00e9.png").encode(),
    "decomposed": unicodedata.normalize("NFD", "caf\u00e9.png").encode(),
    "long": b"l" * 255,
    "long in letters of four bytes": "\U0001f34c".encode() * 63,
    "spaces": b" a \xc2\xa0",
}


@BOTH
def test_every_name_that_the_system_allows_is_named(
    root: Path, watch: Watch, interval: float
) -> None:
    """A scan from an old Windows share or a Mac would only be found by the sweep."""
    watched = watch(root, interval=interval)
    for name in NAMES.values():
        folder = root / os.fsdecode(name + b"/").rstrip("/")
        folder.mkdir()
        assert watched.names(folder)
        (folder / os.fsdecode(name)).write_bytes(b"x")
        assert watched.names(folder / os.fsdecode(name))


@BOTH
def test_what_is_no_file_is_named_and_not_opened(root: Path, watch: Watch, interval: float) -> None:
    """A pipe in the inbox would stop all events: who opens it waits for ever."""
    watched = watch(root, interval=interval)
    os.mkfifo(root / "pipe.png")
    (root / "dangling.png").symlink_to(root / "nothing")
    assert watched.names(root / "pipe.png")
    assert watched.names(root / "dangling.png")


@BOTH
def test_a_folder_of_thousands_that_is_moved_in_is_found_whole(
    root: Path, watch: Watch, tmp_path: Path, interval: float
) -> None:
    """Of a year's scans, dropped in at once, some would wait a minute for the sweep."""
    (tmp_path / "year" / "march").mkdir(parents=True)
    for number in range(3000):
        (tmp_path / "year" / ("march" if number % 2 else ".") / f"{number}.png").touch()
    watched = watch(root, interval=interval)
    box = Inbox(
        root, ignored=Ignored(), recursive=True, stability_delay=5.0, clock=Clock()
    )  # fmt: skip
    (tmp_path / "year").rename(root / "year")
    assert watched.names(root / "year")
    for path in watched.named:
        box.look(path)
    assert box.waiting() == 3000
    (root / "year" / "march" / "later.png").write_bytes(b"x")
    assert watched.names(root / "year" / "march" / "later.png")


@BOTH
def test_it_says_how_it_watches(root: Path, watch: Watch, interval: float) -> None:
    """`status` would call a daemon well that hears nothing."""
    watched = watch(root, interval=interval)
    assert watched.events.mode == ("polling" if interval else "native")
    watched.events.stop()
    assert watched.events.mode == "none"


@BOTH
def test_a_root_that_was_removed_and_made_again_is_watched_again(
    root: Path, watch: Watch, interval: float
) -> None:
    """Each scan would wait for a sweep, for as long as the daemon runs."""
    watched = watch(root, interval=interval)
    for _ in range(2):
        watched.named.clear()
        with capture_logs() as logs:
            root.rmdir()
            assert watched.names(root)
            assert watched.has_ended()
            for _ in range(3):
                assert not watched.events.restart_if_dead()
            root.mkdir()
            assert watched.events.restart_if_dead()
            assert not watched.events.restart_if_dead()
        assert [entry["event"] for entry in logs] == [
            "the inbox is gone",
            "the inbox is watched again",
        ]
        (root / "a.png").write_bytes(b"x")
        assert watched.names(root / "a.png")
        (root / "a.png").unlink()


@BOTH
def test_a_root_that_was_not_there_at_the_start_is_watched_later(
    root: Path, watch: Watch, interval: float
) -> None:
    """A share that is mounted after the service started would need a restart."""
    root.rmdir()
    watched = watch(root, interval=interval)
    assert not watched.events.restart_if_dead()
    root.mkdir()
    assert watched.events.restart_if_dead()
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")


def test_a_root_that_is_no_folder_is_not_watched(root: Path, watch: Watch) -> None:
    """A file in the inbox's place would end the daemon."""
    root.rmdir()
    root.write_bytes(b"x")
    assert watch(root).events.mode == "none"


@BOTH
def test_a_root_that_was_renamed_and_replaced_is_watched_again(
    root: Path, watch: Watch, tmp_path: Path, interval: float
) -> None:
    """The old folder would be heard, under the new one's name, and the new one not."""
    watched = watch(root, interval=interval)
    root.rename(tmp_path / "old")
    root.mkdir()
    watched.events.restart_if_dead()
    (tmp_path / "old" / "old.png").write_bytes(b"x")
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")
    assert os.fspath(root / "old.png") not in watched.named


def test_polling_does_not_start_anew_where_inodes_change(
    root: Path, watch: Watch, tmp_path: Path
) -> None:
    """Some shares number their files anew while in use: each second would cost a sweep.

    A poll goes by the path, and finds what lies in a new folder without that.
    """
    watched = watch(root, interval=3600.0)
    root.rename(tmp_path / "old")
    root.mkdir()
    assert not watched.events.restart_if_dead()


def test_a_folder_above_that_was_replaced_is_noticed(
    root: Path, watch: Watch, tmp_path: Path
) -> None:
    """The home restored from a backup while the daemon runs: the kernel tells nothing of that."""
    home = root / "home"
    (home / "inbox").mkdir(parents=True)
    watched = watch(home / "inbox")
    home.rename(root / "old")
    (home / "inbox").mkdir(parents=True)
    assert watched.events.mode == "native"
    assert watched.events.restart_if_dead()
    (home / "inbox" / "a.png").write_bytes(b"x")
    assert watched.names(home / "inbox" / "a.png")


@BOTH
def test_a_link_that_leads_elsewhere_now_is_followed_there(
    root: Path, watch: Watch, tmp_path: Path, interval: float
) -> None:
    """Who turns the inbox to another disk would have the old one watched."""
    link, other = tmp_path / "link", tmp_path / "other"
    link.symlink_to(root)
    other.mkdir()
    watched = watch(link, interval=interval)
    link.unlink()
    link.symlink_to(other)
    assert watched.events.restart_if_dead()
    (other / "a.png").write_bytes(b"x")
    assert watched.names(link / "a.png")


@BOTH
def test_a_mount_over_the_inbox_is_noticed_and_so_is_its_end(
    root: Path, watch: Watch, mount: Mount, interval: float
) -> None:
    """A share that is mounted after the service started would not be heard, nor after it failed."""
    watched = watch(root, interval=interval)
    mount(root)
    assert watched.events.restart_if_dead()
    (root / "on the share.png").write_bytes(b"x")
    assert watched.names(root / "on the share.png")
    unmount(root)
    assert watched.events.restart_if_dead()
    (root / "below.png").write_bytes(b"x")
    assert watched.names(root / "below.png")


def test_a_mount_below_that_ends_is_noticed(root: Path, watch: Watch, mount: Mount) -> None:
    """The folder that comes to light would stay deaf."""
    (root / "share").mkdir()
    mount(root / "share")
    watched = watch(root)
    unmount(root / "share")
    assert watched.names(root)
    assert watched.events.restart_if_dead()
    (root / "share" / "a.png").write_bytes(b"x")
    assert watched.names(root / "share" / "a.png")


def test_a_reader_that_died_is_noticed(root: Path, watch: Watch) -> None:
    """The one thread that reads all events can end by itself; none would ever come."""
    watched = watch(root)
    reader = watched.events._watcher._inotify  # type: ignore[union-attr]
    reader.stop()
    reader.join(PATIENCE)
    assert watched.events.mode == "none"
    assert watched.events.restart_if_dead()
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")


@BOTH
def test_one_that_lives_is_not_started_again(root: Path, watch: Watch, interval: float) -> None:
    """Each second would lose the events of that moment."""
    watched = watch(root, interval=interval)
    watcher = watched.events._watcher
    (root / "folder").mkdir()
    assert not watched.events.restart_if_dead()
    assert watched.events._watcher is watcher


@pytest.mark.parametrize(
    ("call", "number"),
    [
        ("inotify_init", errno.EMFILE),
        ("inotify_add_watch", errno.ENOSPC),
        ("inotify_add_watch", errno.EACCES),
    ],
)
def test_without_inotify_it_polls(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch, call: str, number: int
) -> None:
    """A machine whose inotify watches are used up would not start; the limit is played."""
    refuse(monkeypatch, call, number)
    monkeypatch.setattr(events, "FALLBACK_INTERVAL", 0.05)
    with capture_logs() as logs:
        watched = watch(root)
    assert told(logs, "no native events, polling instead") == 1
    assert watched.events.mode == "polling"
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")


def test_watches_that_run_out_later_end_in_polling(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """New folders would be deaf without a word, all others well; the limit is played."""
    monkeypatch.setattr(events, "FALLBACK_INTERVAL", 0.05)
    watched = watch(root)
    refuse(monkeypatch, "inotify_add_watch", errno.ENOSPC)
    (root / "folder").mkdir()
    assert watched.names(root / "folder")
    assert watched.events.mode == "none"
    with capture_logs() as logs:
        assert watched.events.restart_if_dead()
        assert not watched.events.restart_if_dead()
    assert watched.events.mode == "polling"
    assert [entry["log_level"] for entry in logs].count("warning") == 1
    assert told(logs, "no native events, polling instead") == 1
    (root / "folder" / "a.png").write_bytes(b"x")
    assert watched.names(root / "folder" / "a.png")


def test_what_cannot_be_watched_at_all_is_told_once(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The log would grow by a line a second; a root that may not be read is played."""
    refuse(monkeypatch, "inotify_add_watch", errno.EACCES)

    def refused(_folder: str) -> Any:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    with capture_logs() as logs:
        with monkeypatch.context() as patch:
            patch.setattr(polling.os, "scandir", refused)
            watched = watch(root)
            for _ in range(3):
                assert not watched.events.restart_if_dead()
        assert watched.events.mode == "none"
        assert [entry["event"] for entry in logs] == ["cannot watch"]
        assert watched.events.restart_if_dead()


SHARES = [("", "nfs4"), ("deep/share", "cifs"), ("a/@eaDir/x", "nfs"), ("..", "9p")]


@pytest.mark.parametrize(
    ("options", "warned"),
    [
        ({}, ["", "deep/share", ".."]),
        ({"recursive": False}, ["", ".."]),
        ({"interval": 10.0}, []),
    ],
    ids=["native", "not recursive", "polling"],
)
def test_shares_that_send_no_events_are_warned_of(
    root: Path,
    watch: Watch,
    monkeypatch: pytest.MonkeyPatch,
    options: dict[str, Any],
    warned: list[str],
) -> None:
    """Scans on a share would arrive a minute late, and nothing would say why."""
    points = [(Path(os.path.normpath(root / inside)), kind) for inside, kind in SHARES]
    monkeypatch.setattr(events, "network_mounts", lambda _root: points)
    with capture_logs() as logs:
        watched = watch(root, **options)
        root.rmdir()
        root.mkdir()
        watched.events.restart_if_dead()
    found = [entry for entry in logs if "network" in entry["event"]]
    assert [entry["folder"] for entry in found] == [
        os.path.normpath(root / inside) for inside in warned
    ]
    assert all("polling_interval" in entry["advice"] and entry["kind"] for entry in found)


def test_it_may_be_stopped_at_any_time(root: Path) -> None:
    """Ctrl-C in the first second would end in a traceback."""
    watcher = InboxEvents(
        root, recursive=True, polling_interval=0, wake=lambda: None, ignored=Ignored()
    )
    watcher.stop()
    watcher.start()
    watcher.stop()
    watcher.stop()
