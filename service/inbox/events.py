"""File system events as hints: where something may have happened in the inbox."""

from __future__ import annotations

import os
import queue
import threading
import warnings
from collections.abc import Callable
from pathlib import Path

import structlog
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserverVFS

log = structlog.get_logger()

_QUIET = frozenset({"opened", "closed_no_write"})


class InboxEvents(FileSystemEventHandler):
    """Collects the paths that events name. Nothing relies on them being complete.

    Args:
        root: the folder to watch.
        recursive: whether folders inside are watched.
        polling_interval: seconds between polls; 0 takes the system's own events.
        wake: called from the watching thread whenever there is something to look at.
    """

    def __init__(
        self, root: Path, *, recursive: bool, polling_interval: float, wake: Callable[[], None]
    ) -> None:
        self._root = root
        # What lies behind a link gives no events; the folder that it leads to does.
        self._real_root = os.path.realpath(root)
        self._recursive = recursive
        self._polling_interval = polling_interval
        self._wake = wake
        self._paths: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Begin to watch; without native events, by polling.

        `OSError` from the native observer means that the system has no more inotify watches or
        instances; polling finds the same files, later. A folder that is not there is not
        watched; `restart_if_dead` tries again.
        """
        self._real_root = os.path.realpath(self._root)
        if not os.path.isdir(self._real_root):
            log.warning("nothing to watch", folder=str(self._root))
            return
        if self._polling_interval == 0:
            try:
                # Folders made inside one another have it warn of a watch that it has already.
                warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
                self._observer = self._watch(Observer())
            except OSError as error:
                log.warning("no native events, polling instead", reason=error.strerror)
        if self._observer is not None and not all(
            map(threading.Thread.is_alive, _threads(self._observer))
        ):
            self.stop()  # the reader that all observers of a process share does not come back
        if self._observer is None:
            self._poll()

    def stop(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def restart_if_dead(self) -> None:
        """Watch again when the watching threads have ended, as they do when the root goes away."""
        observer = self._observer
        if observer is None and not os.path.isdir(self._root):
            return
        if observer is None or not all(map(threading.Thread.is_alive, _threads(observer))):
            log.warning("watching again", folder=str(self._root))
            self.stop()
            self.start()

    def paths(self) -> set[str]:
        """Paths named since the last call."""
        found = set()
        while True:
            try:
                found.add(self._paths.get_nowait())
            except queue.Empty:
                return found

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog in its own thread."""
        if event.event_type in _QUIET or (event.is_directory and event.event_type == "modified"):
            return
        for path in (event.src_path, event.dest_path):
            if path:
                inside = os.path.relpath(os.fsdecode(path), self._real_root)
                self._paths.put(os.path.normpath(os.path.join(self._root, inside)))
        self._wake()

    def _poll(self) -> None:
        # lstat: the plain polling observer would walk into symbolic links, in circles too.
        observer = PollingObserverVFS(
            os.lstat, os.scandir, polling_interval=self._polling_interval or 5.0
        )
        try:
            self._observer = self._watch(observer)
        except OSError as error:
            log.warning("cannot watch", folder=str(self._root), reason=error.strerror)

    def _watch(self, observer: BaseObserver) -> BaseObserver:
        observer.schedule(self, self._real_root, recursive=self._recursive)
        observer.start()
        return observer


def _threads(observer: BaseObserver) -> list[threading.Thread]:
    """Those without which no event arrives."""
    readers = [getattr(emitter, "_inotify_fd", None) for emitter in observer.emitters]
    return [observer, *observer.emitters, *filter(None, readers)]
