"""A folder that becomes another user's link when it is looked into: what lies behind is not listed."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from config import links
from config.ignored import Ignored
from config.walking import walk
from indexer.support import left_alone, support_files
from service.daemon.corrections.folders import Folders
from service.inbox.inbox import Inbox
from service.inbox.native import NativeWatcher
from service.inbox.polling import PollingWatcher
from service.mounts import Mounted
from tests.service.fakes import Clock, Desk

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="root alone makes links of others")


def in_the_inbox(desk: Desk) -> Iterator[object]:
    """What a sweep sees."""
    inbox = Inbox(
        desk.home.sorted, ignored=Ignored(), recursive=True, stability_delay=1.0, clock=Clock()
    )
    inbox.sweep()
    return iter(inbox.untaken_paths())


def followed(desk: Desk) -> Iterator[object]:
    """What is compared of the folders of scans."""
    seen = list[str]()
    folders = Folders(desk.home, Ignored(), Mounted(desk.home))
    found = folders.look_into(
        os.fspath(desk.home.sorted),
        lambda folder, names: seen.extend(f"{folder}/{one.name}" for one in names),
    )
    return iter([*found, *seen])


def watched(desk: Desk) -> Iterator[object]:
    """What has an inotify watch."""
    watcher = NativeWatcher(
        os.fspath(desk.home.sorted), recursive=True, ignored=Ignored(), notice=lambda _path: None
    )
    found = [folder.path for folder in watcher._folders.values()]
    watcher.stop()
    return iter(found)


def polled(desk: Desk) -> Iterator[object]:
    """What is polled."""
    watcher = PollingWatcher(
        os.fspath(desk.home.sorted),
        interval=60.0,
        recursive=True,
        ignored=Ignored(),
        notice=lambda _path: None,
    )
    (emitter,) = watcher._observer.emitters
    found = list(emitter._snapshot.paths)
    watcher.stop()
    return iter(found)


WAYS: dict[str, Callable[[Desk], Iterator[Any]]] = {
    "swept": in_the_inbox,
    "watched": watched,
    "polled": polled,
    "followed": followed,
    "of examples": lambda desk: (one.path for one in support_files(desk.home.sorted)),
    "left alone": lambda desk: left_alone(desk.home.sorted),
    "walked": lambda desk: walk(desk.home.sorted),
}


@pytest.mark.parametrize("way", WAYS)
def test_what_lies_behind_a_link_is_not_listed(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, way: str
) -> None:
    """Names of anybody's files would stand in the log and the ledger, and '/' be looked through."""
    private = desk.home.root.parent / "private"
    (private / "secret").mkdir(parents=True)
    (private / "secret" / "key.png").write_bytes(b"x")
    (private / "key.png").write_bytes(b"x")
    theirs = desk.home.sorted / "theirs"
    theirs.mkdir()
    desk.home.sorted.chmod(0o777)
    for name in ("open_folder", "os.scandir"):
        _swapping_before(monkeypatch, name, theirs, private)
    found = list(WAYS[way](desk))
    assert theirs.is_symlink()
    assert "key" not in repr(found)
    assert "secret" not in repr(found)


def _swapping_before(
    monkeypatch: pytest.MonkeyPatch, name: str, folder: Path, target: Path
) -> None:
    """Put another user's link in the place of a folder when it is opened or listed by its path."""
    where, _, what = f"config.links.{name}".rpartition(".")
    call = getattr(os if where.endswith("os") else links, what)

    def swapped(path: Any) -> Any:
        asked = not isinstance(path, int) and os.fspath(path) == os.fspath(folder)
        if asked and not folder.is_symlink():
            folder.rename(folder.with_name(".elsewhere"))
            folder.symlink_to(target)
            os.chown(folder, 12345, -1, follow_symlinks=False)
        return call(path)

    monkeypatch.setattr(f"{where}.{what}", swapped)
