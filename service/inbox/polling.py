"""Polling: what has changed since the last look, for mounts that send no events."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from typing import ClassVar, Literal

from watchdog.events import FileSystemEvent, FileSystemEventHandler
from watchdog.observers.polling import PollingObserverVFS

from config.ignored import Ignored
from config.links import listed

DEEPEST = 100
"""Folders inside one another that are looked into. Watchdog descends by recursion, which Python
ends after some hundreds; what lies deeper is left to the sweep."""


class PollingWatcher(FileSystemEventHandler):
    """Names what happens below a folder, by comparing how it looks with how it looked.

    Args:
        root: a real path.
        interval: seconds between looks.
        recursive: whether folders inside are looked into.
        ignored: names to leave alone; folders of such names are not entered.
        notice: called from the polling thread with the path of whatever may have changed.

    Raises:
        OSError: the root cannot be listed.
    """

    mode: ClassVar[Literal["polling"]] = "polling"

    def __init__(
        self,
        root: str,
        *,
        interval: float,
        recursive: bool,
        ignored: Ignored,
        notice: Callable[[str], None],
    ) -> None:
        self._root = root
        self._ignored = ignored
        self._notice = notice
        # lstat: the plain polling observer would walk into symbolic links, in circles too.
        self._observer = PollingObserverVFS(os.lstat, self._entries, polling_interval=interval)
        self._observer.schedule(self, root, recursive=recursive)
        self._observer.start()

    @property
    def lives(self) -> bool:
        """Whether it still polls; not after the root was found gone."""
        return all(map(threading.Thread.is_alive, (self._observer, *self._observer.emitters)))

    def stop(self) -> None:
        """Poll no more, and end the threads."""
        self._observer.stop()
        self._observer.join()

    def on_any_event(self, event: FileSystemEvent) -> None:
        """Called by watchdog in its own thread."""
        if event.is_directory and event.event_type == "modified":
            return
        for path in (event.src_path, event.dest_path):
            if path:
                self._notice(os.fsdecode(path))

    def _entries(self, folder: str | None) -> Iterator[os.DirEntry[str]]:
        """What lies in a folder and is not ignored."""
        assert folder is not None
        if folder.count(os.sep) - self._root.count(os.sep) > DEEPEST:
            return iter(())
        try:
            with listed(folder) as entries:
                return iter([entry for entry in entries if not self._ignored(entry.name)])
        except OSError:
            if folder == self._root:
                raise
            return iter(())  # one bad folder does not hide the others
