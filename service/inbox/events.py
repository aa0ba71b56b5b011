"""File system events as hints: where something may have happened in the inbox."""

from __future__ import annotations

import os
import queue
from collections.abc import Callable
from pathlib import Path

import structlog
from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers import Observer
from watchdog.observers.api import BaseObserver
from watchdog.observers.polling import PollingObserver

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
        self._recursive = recursive
        self._polling_interval = polling_interval
        self._wake = wake
        self._paths: queue.SimpleQueue[str] = queue.SimpleQueue()
        self._observer: BaseObserver | None = None

    def start(self) -> None:
        """Begin to watch; without native events, by polling.

        `OSError` from the native observer means that the system has no more inotify watches or
        instances; polling finds the same files, later.
        """
        if self._polling_interval == 0:
            try:
                self._observer = self._watch(Observer())
            except OSError as error:
                log.warning("no native events, polling instead", reason=error.strerror)
        if self._observer is None:
            self._observer = self._watch(PollingObserver(timeout=self._polling_interval or 5.0))

    def stop(self) -> None:
        """Stop watching."""
        if self._observer is not None:
            self._observer.stop()
            self._observer.join()
            self._observer = None

    def restart_if_dead(self) -> None:
        """Watch again when the watching threads have ended, as they do when the root goes away."""
        observer = self._observer
        if observer is not None and not all(
            thread.is_alive() for thread in (observer, *observer.emitters)
        ):
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
                self._paths.put(os.fsdecode(path))
        self._wake()

    def _watch(self, observer: BaseObserver) -> BaseObserver:
        observer.schedule(self, os.fspath(self._root), recursive=self._recursive)
        observer.start()
        return observer
