"""What a person does beside the service: asks for retries, drags files about, adds a class."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import threading
from collections import Counter
from contextlib import closing
from pathlib import Path

import numpy as np
from PIL import Image

from config.home import Home
from models.drawing.documents import draw_document
from storage.filing.files import rename_without_replacing
from tests.soak.serving import COMMAND, PATIENCE, Serving

_LEFT_ALONE = 1
"""The exit code of a command that could not put back all it was asked to."""


class Person:
    """Does one thing after another, from a thread of their own.

    Args:
        home: whose scans.
        serving: the service beside them.
        staging: a folder on the file system of the inbox.
        rng: what to do next.
    """

    def __init__(self, home: Home, serving: Serving, staging: Path, rng: random.Random) -> None:
        self._home = home
        self._serving = serving
        self._staging = staging
        self._rng = rng
        self._rest = threading.Event()
        self._thread: threading.Thread | None = None
        self._extra_class = staging / "staves"
        self._extra_class.mkdir()
        pixels = draw_document("staves", np.random.default_rng(3))
        Image.fromarray(pixels).save(self._extra_class / "1.png")
        self.did: Counter[str] = Counter()
        self.killed = 0
        self.raised: list[BaseException] = []

    def start(self) -> None:
        """Begin, or go on."""
        self._rest.clear()
        self._thread = threading.Thread(target=self._live, name="person")
        self._thread.start()

    def stop(self) -> None:
        """Finish what was begun."""
        self._rest.set()
        if self._thread is not None:
            self._thread.join()
        if self.raised:
            raise self.raised[0]

    def _live(self) -> None:
        deeds = {
            self._retry: 4,
            self._drag_back: 5,
            self._reclassify: 2,
            self._change_classes: 1,
            self._look: 1,
        }
        try:
            while not self._rest.wait(self._rng.uniform(0.5, 5.0)):
                (deed,) = self._rng.choices(list(deeds), list(deeds.values()))
                deed()
        except BaseException as error:  # noqa: BLE001 - told by `stop`
            self.raised.append(error)

    def _retry(self) -> None:
        self._command("retry", "--all-failed")

    def _reclassify(self) -> None:
        """There is one class more now: some that were unknown belong to it."""
        if not (self._home.support / self._extra_class.name).exists():
            self._change_classes()
        self._command("reclassify", "--state", "review", "--yes")

    def _look(self) -> None:
        self._command("status")

    def _change_classes(self) -> None:
        """A class comes, or goes again."""
        self.did["class added or removed"] += 1
        place = self._home.support / self._extra_class.name
        if place.exists():
            place.rename(self._extra_class)
        elif self._home.support.exists():
            self._extra_class.rename(place)

    def _drag_back(self) -> None:
        """Take some failed files out of their folder, and drop them in the inbox.

        Only such as a person sees in the results, and none while a retry is under way: its
        files are in other hands.
        """
        for failed in self._failed():
            hand = failed.parent / f".in-hand-{self._rng.randbytes(4).hex()}"
            try:
                rename_without_replacing(failed, hand)
            except FileNotFoundError:
                continue
            staged = self._staging / hand.name.lstrip(".")
            shutil.move(hand, staged)
            place = self._home.inbox / failed.name
            while True:
                try:
                    rename_without_replacing(staged, place)
                    break
                except FileExistsError:
                    place = place.with_name(f"again-{self._rng.randrange(10**6)}")
            self.did["dragged back"] += 1

    def _failed(self) -> list[Path]:
        """Some files that are filed as failed for good."""
        if not self._home.database.exists():
            return []
        query = "SELECT destination_path FROM scans WHERE state = 'failed' AND destination_path IS NOT NULL"
        with closing(sqlite3.connect(self._home.database, timeout=PATIENCE)) as connection:
            (moves,) = connection.execute(
                "SELECT count(*) FROM journal WHERE final_state = 'superseded'"
            ).fetchone()
            places = [os.fsdecode(place) for (place,) in connection.execute(query)]
        if moves or not places:
            return []
        return [self._home.root / place for place in self._rng.sample(places, min(5, len(places)))]

    def _command(self, *words: str) -> None:
        """Run a command to its end, or to one that comes early."""
        self.did[" ".join(words)] += 1
        process = subprocess.Popen(
            [COMMAND, *words, "--home", self._home.root],
            env=self._serving.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._serving.note("command", words=words, pid=process.pid)
        with process:
            killed = False
            if self._rng.random() < 0.15:
                try:
                    process.wait(self._rng.uniform(0.3, 4.0))
                except subprocess.TimeoutExpired:
                    process.kill()
                    killed = True
                    self.killed += 1
            answered, said = process.communicate(timeout=PATIENCE)
        code, end = process.returncode, answered.splitlines()[-1:]
        self._serving.note("command ended", words=words, pid=process.pid, code=code, answer=end)
        if not killed:
            assert code in (0, _LEFT_ALONE), f"{words} ended with {code}: {said}"
            assert "Traceback" not in said, said
