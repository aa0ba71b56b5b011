"""Native events: one inotify watch a folder, and none for a folder that is ignored."""

from __future__ import annotations

import errno
import os
import threading
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar, Literal

from watchdog.observers.inotify_c import (
    CallbackId,
    InotifyConstants,
    InotifyEvent,
    InotifyFD,
    Mask,
    WatchDescriptor,
)

from config.ignored import Ignored
from config.interrupting import InterruptedWork, raise_if_interrupted
from config.links import held, listed

_MASK = Mask(
    InotifyConstants.IN_CREATE
    | InotifyConstants.IN_MODIFY
    | InotifyConstants.IN_CLOSE_WRITE
    | InotifyConstants.IN_MOVE
    | InotifyConstants.IN_DELETE
    | InotifyConstants.IN_ATTRIB  # a folder that becomes readable can be watched from then on
    | InotifyConstants.IN_DELETE_SELF
    | InotifyConstants.IN_MOVE_SELF
    | InotifyConstants.IN_ONLYDIR
    | InotifyConstants.IN_DONT_FOLLOW
    | InotifyConstants.IN_EXCL_UNLINK
)
_OURS = CallbackId(0)  # nobody else shares the instance
_NONE_LEFT = frozenset({errno.ENOSPC, errno.ENOMEM})


@dataclass(slots=True, eq=False)
class _Folder:
    """A folder that is watched; ``inner`` are those folders in it that are, by name."""

    path: str
    wd: WatchDescriptor
    inner: dict[str, _Folder] = field(default_factory=dict)


class NativeWatcher:
    """Names what happens below a folder, as the kernel tells it (inotify(7)).

    Watchdog's own recursion watches every folder, and says nothing where no watch is left. So
    the folders are followed here, over watchdog's `InotifyFD`, which reads for all of them in
    one thread.

    Args:
        root: a real path.
        recursive: whether folders inside are watched.
        ignored: names to leave alone.
        notice: called from the reading thread with the path of whatever may have changed; with
            a folder's once it is watched, so that who then looks into it misses nothing.

    Raises:
        OSError: no instance or watch is left, or the root cannot be watched.
        InterruptedWork: the service ends before all folders are watched.
    """

    mode: ClassVar[Literal["native"]] = "native"

    def __init__(
        self, root: str, *, recursive: bool, ignored: Ignored, notice: Callable[[str], None]
    ) -> None:
        self._root = root
        self._recursive = recursive
        self._ignored = ignored
        self._notice = notice
        self._lock = threading.Lock()
        self._tells_all = True
        self._folders: dict[WatchDescriptor, _Folder] = {}
        # A folder that moves while its new place is read is met twice, and watchdog warns of it.
        warnings.filterwarnings("ignore", "Callback with id", RuntimeWarning)
        self._inotify = InotifyFD()
        self._inotify.start()
        try:
            with self._lock:
                self._grow(self._watch(root))
        except (OSError, InterruptedWork):
            self.stop()
            raise

    @property
    def lives(self) -> bool:
        """Whether every event is still heard.

        Not after the root went away or something below it was unmounted, after no watch was
        left for a new folder, or after the kernel dropped events.
        """
        return self._tells_all and self._inotify.is_alive()

    def stop(self) -> None:
        """Remove all watches and end the thread."""
        with self._lock:
            self._tells_all = False
        self._inotify.stop()
        self._inotify.join()

    def on_event(self, event: InotifyEvent) -> None:
        """Called by watchdog in its own thread."""
        with self._lock:
            folder = self._folders.get(event.wd)
            if folder is None or not self._tells_all:
                return
            if event.name:
                path = self._happened_in(folder, os.fsdecode(event.name), event)
            else:
                path = self._happened_to(folder, event)
        if path is not None:
            self._notice(path)

    def on_watch_deleted(self, wd: WatchDescriptor) -> None:
        """Called by watchdog when a folder has gone, and its watch with it."""
        with self._lock:
            folder = self._folders.pop(wd, None)
            if folder is None or folder.path != self._root or not self._tells_all:
                return
            self._tells_all = False
        self._notice(self._root)

    def on_queue_overflow(self) -> None:
        """Called by watchdog when events came faster than they were read, and some are lost."""
        with self._lock:
            self._tells_all = False
        self._notice(self._root)

    def _happened_to(self, folder: _Folder, event: InotifyEvent) -> str | None:
        unmounted = event.mask & InotifyConstants.IN_UNMOUNT
        if unmounted or (event.is_move_self and folder.path == self._root):
            self._tells_all = False
            return self._root
        return None

    def _happened_in(self, folder: _Folder, name: str, event: InotifyEvent) -> str | None:
        if self._ignored(name):
            return None
        path = os.path.join(folder.path, name)
        if not event.is_directory:
            return None if event.is_attrib else path
        if not self._recursive or (event.is_attrib and name in folder.inner):
            return None
        try:
            self._renew(folder, name)
        except OSError:
            self._tells_all = False
        return path

    def _renew(self, folder: _Folder, name: str) -> None:
        """Watch what lies there now, whatever it was that happened: the event may be old."""
        old = folder.inner.pop(name, None)
        new = self._watch_inner(folder, name)
        if new is not None:
            self._grow(new)
        if old is not None:
            self._drop(old)

    def _grow(self, folder: _Folder) -> None:
        """Watch all folders inside. Each is listed after it is watched: none slips by."""
        pending = [folder] if self._recursive else []
        while pending:
            one = pending.pop()
            for name in self._folders_in(one):
                raise_if_interrupted()
                if inner := self._watch_inner(one, name):
                    pending.append(inner)

    def _drop(self, folder: _Folder) -> None:
        """Watch a folder and all inside no more, except those that were met again elsewhere."""
        gone = []
        pending = [folder]
        while pending:
            one = pending.pop()
            pending.extend(one.inner.values())
            if self._folders.get(one.wd) is one:
                del self._folders[one.wd]
                gone.append((one.wd, _OURS))
        self._inotify.remove_callbacks(gone)

    def _watch_inner(self, folder: _Folder, name: str) -> _Folder | None:
        """Watch a folder in another; None where it has gone, or may not be read.

        Raises:
            OSError: no watch is left.
        """
        try:
            inner = folder.inner[name] = self._watch(os.path.join(folder.path, name))
        except OSError as error:
            if error.errno in _NONE_LEFT:
                raise
            return None
        return inner

    def _watch(self, path: str) -> _Folder:
        with held(Path(path)) as there:
            # Unlike the path in /proc, "." in it is no link, which the mask would refuse.
            wd = self._inotify.add_callback(os.fsencode(f"{there}/."), _MASK, self, _OURS)
        if wd == -1:  # watchdog raises every error but this one
            raise PermissionError(errno.EACCES, os.strerror(errno.EACCES), path)
        folder = self._folders[wd] = _Folder(path, wd)
        return folder

    def _folders_in(self, folder: _Folder) -> list[str]:
        """Names of the folders that lie in a folder: no links, and none that are ignored."""
        try:
            with listed(folder.path) as entries:
                return [
                    entry.name
                    for entry in entries
                    if not self._ignored(entry.name) and entry.is_dir(follow_symlinks=False)
                ]
        except OSError:
            return []  # it went away while we looked; the events of the folder around it tell
