"""File system events as hints: where something may have happened in the inbox."""

from __future__ import annotations

import os
import queue
import stat
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Literal, NamedTuple

import structlog

from config.ignored import Ignored
from service.inbox.native import NativeWatcher
from service.inbox.polling import PollingWatcher
from service.mounts import network_mounts

log = structlog.get_logger()

Mode = Literal["native", "polling", "none"]
"""How the inbox is watched: by the kernel's events, by looking every so often, or not at all."""

FALLBACK_INTERVAL = 5.0
"""Seconds between polls where native events were wanted and are not to be had."""


class _Place(NamedTuple):
    """Which folder it is that lies at a path."""

    real: str
    device: int
    inode: int


class InboxEvents:
    """Collects the paths that events name. Nothing relies on them being complete.

    Args:
        root: the folder to watch.
        recursive: whether folders inside are watched.
        polling_interval: seconds between polls; 0 takes the system's own events.
        wake: called from the watching thread whenever there is something to look at.
        ignored: names to leave alone; folders of such names are not watched.
        called: what a person calls the folder.
    """

    def __init__(
        self,
        root: Path,
        *,
        recursive: bool,
        polling_interval: float,
        wake: Callable[[], None],
        ignored: Ignored,
        called: str = "the inbox",
    ) -> None:
        self._root = root
        self._called = called
        self._recursive = recursive
        self._polling_interval = polling_interval
        self._wake = wake
        self._ignored = ignored
        self._paths: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._watcher: NativeWatcher | PollingWatcher | None = None
        self._place: _Place | None = None
        self._told = ""
        self._warned_of: set[Path] = set()

    @property
    def mode(self) -> Mode:
        """What lives: "none" when no event would arrive, until `restart_if_dead` mends it."""
        watcher = self._watcher
        return watcher.mode if watcher is not None and watcher.lives else "none"

    def start(self) -> None:
        """Begin to watch; without native events, by polling.

        A folder that is not there is not watched; `restart_if_dead` tries again.
        """
        # Before the watch: if the folder is replaced between the two, that shows the next time.
        self._place = _place_of(self._root)
        if self._place is None:
            self._tell_once(f"{self._called} is gone")
            return
        try:
            self._watcher = self._watcher_of(self._place.real)
        except OSError as error:
            self._tell_once("cannot watch", reason=error.strerror)
            return
        self._told = ""
        if self._watcher.mode == "native":
            self._warn_of_network_mounts(Path(self._place.real))

    def stop(self) -> None:
        """Stop watching."""
        if self._watcher is not None:
            self._watcher.stop()
            self._watcher = None

    def restart_if_dead(self) -> bool:
        """Watch again where watching has ended, or where another folder took the inbox's place.

        It costs a `stat` while all is well, so it may be called every second.

        Returns:
            Whether it watches anew. What happened meanwhile was not named: a sweep finds it.
        """
        if self.mode != "none" and self._is_in_place():
            return False
        self.stop()
        self.start()
        if self._watcher is None:
            return False
        event = f"{self._called} is watched again"
        log.info(event, folder=str(self._root), mode=self.mode)
        return True

    def paths(self) -> set[str]:
        """Paths named since the last call; not those that are named meanwhile."""
        return {self._paths.get_nowait() for _ in range(self._paths.qsize())}

    def _watcher_of(self, real_root: str) -> NativeWatcher | PollingWatcher:
        """The one that is asked for; polling when no inotify watches or instances are left."""
        notice = partial(self._note, real_root)
        refused = None
        if self._polling_interval == 0:
            try:
                return NativeWatcher(
                    real_root, recursive=self._recursive, ignored=self._ignored, notice=notice
                )
            except OSError as error:
                refused = error.strerror
        watcher = PollingWatcher(
            real_root,
            interval=self._polling_interval or FALLBACK_INTERVAL,
            recursive=self._recursive,
            ignored=self._ignored,
            notice=notice,
        )
        if refused is not None:
            log.warning("no native events, polling instead", reason=refused)
        return watcher

    def _note(self, real_root: str, path: str) -> None:
        """Called by the watcher in its own thread, with a path below the real root."""
        # What lies behind a link gives no events; the folder that it leads to does.
        inside = os.path.relpath(path, real_root)
        self._paths.put(os.path.normpath(os.path.join(self._root, inside)))
        self._wake()

    def _is_in_place(self) -> bool:
        """Whether the folder that lies there is the one that is watched."""
        now, then = _place_of(self._root), self._place
        if now is None or then is None:
            return False
        if self.mode == "polling":
            # Polls go by the path, and some shares number their files anew while in use.
            return (now.real, now.device) == (then.real, then.device)
        return now == then

    def _warn_of_network_mounts(self, real_root: Path) -> None:
        for point, kind in network_mounts(real_root):
            inside = point.relative_to(real_root).parts if real_root in point.parents else ()
            if any(map(self._ignored, inside)) or (inside and not self._recursive):
                continue
            if point not in self._warned_of:
                self._warned_of.add(point)
                log.warning(
                    "a network mount sends no events for what other machines write",
                    folder=str(point),
                    kind=kind,
                    advice="set polling_interval, say to 10",
                )

    def _tell_once(self, trouble: str, **more: str | None) -> None:
        """Log what is wrong, unless it was so the last time."""
        if trouble != self._told:
            self._told = trouble
            log.warning(trouble, folder=str(self._root), **more)


def _place_of(root: Path) -> _Place | None:
    """What lies there now; None unless it is a folder."""
    real = os.path.realpath(root)
    try:
        state = os.stat(real)
    except OSError:
        return None
    return _Place(real, state.st_dev, state.st_ino) if stat.S_ISDIR(state.st_mode) else None
