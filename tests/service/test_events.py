from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from watchdog.observers.polling import PollingObserverVFS

from service.inbox import events
from service.inbox.events import InboxEvents
from tests.service.fakes import PATIENCE

Watch = Callable[..., "Watched"]


class Watched:
    """The events of a folder, and what they have named so far."""

    def __init__(self, root: Path, **options: object) -> None:
        self.woken = threading.Event()
        self.named: set[str] = set()
        self.events = InboxEvents(
            root,
            wake=self.woken.set,
            **{"recursive": True, "polling_interval": 0.0, **options},  # type: ignore[arg-type]
        )
        self.events.start()

    def names(self, path: Path) -> bool:
        """Whether ``path`` is named before patience ends."""
        end = time.monotonic() + PATIENCE
        while os.fspath(path) not in self.named and time.monotonic() < end:
            self.woken.wait(1.0)
            self.woken.clear()
            self.named |= self.events.paths()
        return os.fspath(path) in self.named


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

    def start(root: Path, **options: object) -> Watched:
        made.append(Watched(root, **options))
        return made[-1]

    yield start
    for one in made:
        one.events.stop()


@pytest.mark.parametrize("polling_interval", [0.0, 0.05], ids=["native", "polling"])
def test_what_arrives_wakes_the_daemon(
    root: Path, watch: Watch, tmp_path: Path, polling_interval: float
) -> None:
    """A scan would lie until the next sweep, a minute later."""
    watched = watch(root, polling_interval=polling_interval)
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


@pytest.mark.parametrize("polling_interval", [0.0, 0.05], ids=["native", "polling"])
def test_an_inbox_that_is_a_link_is_watched(
    root: Path, watch: Watch, tmp_path: Path, polling_interval: float
) -> None:
    """Who links the inbox to a scanner's share would wait a minute for each scan."""
    link = tmp_path / "link"
    link.symlink_to(root)
    watched = watch(link, polling_interval=polling_interval)
    (root / "a.png").write_bytes(b"x")
    assert watched.names(link / "a.png")


def test_polling_does_not_walk_into_links(root: Path, watch: Watch, tmp_path: Path) -> None:
    """Two links back to the inbox would have it walked for ever; others would leak what is outside."""
    outside = tmp_path / "outside"
    outside.mkdir()
    for number in range(3):
        (root / f"loop-{number}").symlink_to(root)
    (root / "out").symlink_to(outside)
    watched = watch(root, polling_interval=0.05)
    (outside / "private.png").write_bytes(b"x")
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")
    assert not [name for name in watched.named if "out" in name or "loop" in name]


def test_a_name_that_is_no_text_is_named(root: Path, watch: Watch) -> None:
    """A scan with an old Windows name would only be found by the sweep."""
    watched = watch(root)
    path = root / os.fsdecode(b"caf\xe9.png")
    path.write_bytes(b"x")
    assert watched.names(path)


@pytest.mark.parametrize("polling_interval", [0.0, 0.05], ids=["native", "polling"])
def test_a_root_that_was_removed_and_made_again_is_watched_again(
    root: Path, watch: Watch, polling_interval: float
) -> None:
    """After a share was mounted again, every scan would wait for a sweep."""
    watched = watch(root, polling_interval=polling_interval)
    root.rmdir()
    assert watched.names(root)
    for thread in list(watched.events._observer.emitters):  # type: ignore[union-attr]
        thread.join(PATIENCE)
    watched.events.restart_if_dead()  # it is not there: nothing to watch, and nothing raised
    watched.events.restart_if_dead()
    root.mkdir()
    watched.events.restart_if_dead()
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")


def test_a_reader_that_died_is_noticed(root: Path, watch: Watch) -> None:
    """The one thread that reads for all observers can end by itself; no event would ever come."""
    watched = watch(root)
    (emitter,) = watched.events._observer.emitters  # type: ignore[union-attr]
    emitter._inotify_fd = threading.Thread()  # never started
    watched.events.restart_if_dead()
    (root / "a.png").write_bytes(b"x")
    assert watched.names(root / "a.png")


def test_one_that_lives_is_not_started_again(root: Path, watch: Watch) -> None:
    """Each sweep would lose the events of that moment."""
    watched = watch(root)
    observer = watched.events._observer
    watched.events.restart_if_dead()
    assert watched.events._observer is observer


def test_without_inotify_it_polls(
    root: Path, watch: Watch, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine whose inotify watches are used up would not start; the limit is played."""

    class NoMoreWatches(events.Observer):  # type: ignore[misc, valid-type]
        def schedule(self, *_: object, **__: object) -> None:
            raise OSError(28, "inotify watch limit reached")

    monkeypatch.setattr(events, "Observer", NoMoreWatches)
    assert isinstance(watch(root).events._observer, PollingObserverVFS)


def test_it_may_be_stopped_at_any_time(root: Path) -> None:
    """Ctrl-C in the first second would end in a traceback."""
    watcher = InboxEvents(root, recursive=True, polling_interval=0, wake=lambda: None)
    watcher.stop()
    watcher.start()
    watcher.stop()
    watcher.stop()
