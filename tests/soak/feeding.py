"""The feeder: drops files in many ways at once, as people, scanners and other programs do."""

from __future__ import annotations

import os
import random
import threading
import time
from collections import deque
from collections.abc import Callable
from itertools import count
from pathlib import Path

from tests.soak import scans
from tests.soak.placing import exchange, move_in, write_new
from tests.soak.register import Register

_LAST_BYTES = 16
"""What a slow writer keeps for its last piece: a PNG that lacks less counts as whole."""


class Feeder:
    """Keeps the inbox full, from a thread of its own.

    Args:
        inbox: where to drop.
        staging: a folder on the same file system, for what is being prepared.
        register: where each drop is written down.
        rng: what to drop next.
        most: files that may wait in the inbox; above, the feeder rests.
        longest_pause: seconds that a slow writer may rest within a file.
        unreadable: drop files, too, that the service may not read.
    """

    def __init__(
        self,
        inbox: Path,
        staging: Path,
        register: Register,
        rng: random.Random,
        *,
        most: int,
        longest_pause: float,
        unreadable: bool,
    ) -> None:
        self._inbox = inbox
        self._staging = staging
        self._register = register
        self._rng = rng
        self._most = most
        self._longest_pause = longest_pause
        self._number = count(1)
        self._lately: deque[bytes] = deque(maxlen=50)
        self._writers: list[threading.Thread] = []
        self._rest = threading.Event()
        self._thread: threading.Thread | None = None
        self.raised: list[BaseException] = []
        self._ways: dict[Callable[[], None], float] = {
            self._copied: 5,
            self._renamed: 8,
            self._renamed_inside: 3,
            self._replacing: 4,
            self._slowly: 1.5,
            self._again: 3,
            self._folder_moved_in: 1,
            self._deep: 1,
            self._linked_twice: 1,
            self._no_picture: 4,
            self._unreadable: 1 if unreadable else 0,
        }

    def start(self) -> None:
        """Begin, or go on."""
        self._rest.clear()
        self._thread = threading.Thread(target=self._feed, name="feeder")
        self._thread.start()

    def stop(self) -> None:
        """Finish what is being written, and drop nothing more."""
        self._rest.set()
        if self._thread is not None:
            self._thread.join()
        for writer in self._writers:
            writer.join()
        self._writers.clear()
        if self.raised:
            raise self.raised[0]

    def _feed(self) -> None:
        try:
            while not self._rest.is_set():
                if self._waiting() >= self._most:
                    self._rest.wait(0.1)
                    continue
                for _ in range(self._rng.randint(1, 40)):
                    (way,) = self._rng.choices(list(self._ways), list(self._ways.values()))
                    way()
                self._writers = [writer for writer in self._writers if writer.is_alive()]
                self._rest.wait(self._rng.uniform(0.0, 0.2))
        except BaseException as error:  # noqa: BLE001 - told by `stop`
            self.raised.append(error)

    def _waiting(self) -> int:
        return sum(len(names) for _, _, names in os.walk(self._inbox))

    # -- the ways -----------------------------------------------------------------------------

    def _copied(self) -> None:
        """Written at its place, at once."""
        content, path = self._picture(), self._place()
        path.parent.mkdir(parents=True, exist_ok=True)
        if write_new(path, content):
            self._dropped(content, path, "copied")

    def _renamed(self) -> None:
        """Prepared elsewhere, and moved in whole."""
        content, path = self._picture(), self._place()
        if move_in(self._staged(content), path):
            self._dropped(content, path, "renamed")

    def _renamed_inside(self) -> None:
        """Written into the inbox under a name that is left alone, as rsync and browsers do."""
        content, path = self._picture(), self._place()
        hidden = self._inbox / f".incoming-{next(self._number)}"
        hidden.write_bytes(content)
        if move_in(hidden, path):
            self._dropped(content, path, "renamed inside")

    def _replacing(self) -> None:
        """Under one of a few names, in the place of whatever has it.

        The two are exchanged: so the feeder has what was there, and knows what it replaced.
        """
        content, path = self._picture(), self._inbox / os.fsdecode(scans.same_name(self._rng))
        staged = self._staged(content)
        while True:
            try:
                exchange(staged, path)
                break
            except FileNotFoundError:
                if move_in(staged, path):
                    self._dropped(content, path, "renamed")
                    return
                staged = self._staged(content)
        self._dropped(content, path, "replacing")
        self._register.was_replaced(staged)

    def _slowly(self) -> None:
        """In pieces, with rests between them."""
        content, path = scans.picture(self._rng), self._inbox / self._name()
        cuts = sorted(
            self._rng.sample(range(1, len(content) - _LAST_BYTES), self._rng.randint(1, 8))
        )
        rests = [self._rng.uniform(0.0, 0.5 * self._longest_pause) for _ in cuts]
        writer = threading.Thread(target=self._write_slowly, args=(content, path, cuts, rests))
        self._writers.append(writer)
        writer.start()

    def _write_slowly(
        self, content: bytes, path: Path, cuts: list[int], rests: list[float]
    ) -> None:
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL)
            longest, last, start = 0.0, time.monotonic(), 0
            never = threading.Event()
            for end, rest in zip([*cuts, len(content)], [*rests, 0.0], strict=True):
                os.write(descriptor, content[start:end])
                start = end
                longest, last = max(longest, time.monotonic() - last), time.monotonic()
                never.wait(rest)
            os.close(descriptor)
            # The machine may have been too busy to write in time.
            paused = longest > self._longest_pause
            self._register.dropped(content, path, "slowly", healthy=True, paused=paused)
        except BaseException as error:  # noqa: BLE001 - told by `stop`
            self.raised.append(error)

    def _again(self) -> None:
        """The same bytes, under the same name or another."""
        if not self._lately:
            return
        content, path = self._rng.choice(self._lately), self._place()
        if move_in(self._staged(content), path):
            self._register.dropped(content, path, "again", healthy=True)

    def _folder_moved_in(self) -> None:
        """A tree of folders, in one step."""
        number = next(self._number)
        root = self._staging / f"folder-{number}"
        dropped = []
        for _ in range(self._rng.randint(2, 12)):
            inner = Path(*(self._rng.choice("abc") for _ in range(self._rng.randint(0, 3))))
            path = root / inner / self._name()
            path.parent.mkdir(parents=True, exist_ok=True)
            content = self._picture()
            if write_new(path, content):
                dropped.append((content, path.relative_to(root)))
        target = self._inbox / f"folder-{number}"
        root.rename(target)
        for content, inner in dropped:
            self._dropped(content, target / inner, "folder moved in")

    def _deep(self) -> None:
        """Behind many folders."""
        content = self._picture()
        depth = self._rng.randint(10, 40)
        path = self._inbox.joinpath(*("deep" for _ in range(depth)), self._name())
        path.parent.mkdir(parents=True, exist_ok=True)
        if move_in(self._staged(content), path):
            self._dropped(content, path, "deep")

    def _linked_twice(self) -> None:
        """Two names of one file, alike, in two folders: snapshots and deduplication make them."""
        content, name = self._picture(), self._name()
        staged = self._staged(content)
        for number in (next(self._number), next(self._number)):
            folder = self._inbox / f"snapshot-{number}"
            folder.mkdir()
            os.link(staged, folder / name)
            self._dropped(content, folder / name, "linked twice")
        staged.unlink()

    def _no_picture(self) -> None:
        """Something that cannot be judged."""
        content, path = scans.broken(self._rng), self._place()
        if move_in(self._staged(content), path):
            self._register.dropped(content, path, "no picture", healthy=False)

    def _unreadable(self) -> None:
        """A picture that the service may not read."""
        content, path = scans.picture(self._rng), self._inbox / self._name()
        staged = self._staged(content)
        staged.chmod(0)
        if move_in(staged, path):
            self._register.dropped(content, path, "unreadable", healthy=False)

    # -- what they share ----------------------------------------------------------------------

    def _picture(self) -> bytes:
        two_pages = self._rng.random() < 0.05
        content = scans.document(self._rng) if two_pages else scans.picture(self._rng)
        self._lately.append(content)
        return content

    def _place(self) -> Path:
        """Somewhere in the inbox; one time in four under a name that was there before."""
        if self._rng.random() < 0.25:
            return self._inbox / os.fsdecode(scans.same_name(self._rng))
        return self._inbox / self._name()

    def _name(self) -> str:
        return os.fsdecode(scans.name(self._rng, next(self._number)))

    def _dropped(self, content: bytes, path: Path, way: str) -> None:
        self._register.dropped(content, path, way, healthy=True)

    def _staged(self, content: bytes) -> Path:
        path = self._staging / f"staged-{next(self._number)}"
        path.write_bytes(content)
        return path
