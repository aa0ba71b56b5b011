"""What a person does beside the service: retries, drags, corrections, swaps, another class."""

from __future__ import annotations

import os
import random
import shutil
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from PIL import Image

from config.home import Home
from models.drawing.documents import draw_document
from storage.filing.noreplace import rename_without_replacing
from tests.soak import restoring
from tests.soak.placing import exchange
from tests.soak.serving import COMMAND, PATIENCE, Serving

_LEFT_ALONE = 1
"""The exit code of a command that could not put back all it was asked to."""

REPOSITORY = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Held:
    """A scan that is filed for good, as the ledger has it."""

    scan_id: int
    place: Path


class Person:
    """Does one thing after another, from a thread of their own.

    Args:
        home: whose scans.
        serving: the service beside them.
        staging: a folder on the file system of the inbox.
        rng: what to do next.
        kills: the probability that a command is killed while it runs.
    """

    def __init__(
        self,
        home: Home,
        serving: Serving,
        staging: Path,
        rng: random.Random,
        *,
        kills: float = 0.15,
    ) -> None:
        self._kills = kills
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
        self._backups = staging.parent / "backups"
        self._backups.mkdir()
        self.did: Counter[str] = Counter()
        self.touched: set[int] = set()
        """Scans the files of which were moved by hand: their rows must follow."""
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
            self._drag: 4,
            self._swap: 4,
            self._correct: 3,
            self._reclassify: 2,
            self._change_classes: 1,
            self._back_up: 1,
            self._look: 1,
        }
        try:
            while not self._rest.wait(self._rng.uniform(0.5, 3.0)):
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

    def _back_up(self) -> None:
        """Save the home with all its files, and restore it elsewhere: every scan is there."""
        if not self._home.database.exists():
            return
        archive, restored = self._backups / "home.tar.gz", self._backups / "home"
        if self._command("backup", str(archive), "--with-files") == 0:
            words = (COMMAND, "restore", archive, "--home", restored)
            if self._run("restore", *words) == 0:
                wrong = list(restoring.complaints(restored))
                assert not wrong, "\n".join(wrong)
        archive.unlink(missing_ok=True)
        if restored.exists():
            shutil.rmtree(restored)

    def _change_classes(self) -> None:
        """A class comes, or goes again."""
        self.did["class added or removed"] += 1
        place = self._home.support / self._extra_class.name
        if place.exists():
            # A swap may have made the class anew, of a file that was put into its folder.
            again = self._extra_class.exists()
            name = f"staves-{self._rng.randbytes(4).hex()}" if again else self._extra_class.name
            place.rename(self._staging / name)
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

    def _drag(self) -> None:
        """Take some scans from the folder of their class to that of another one."""
        for held in self._filed("filed", 3):
            name = self._another_class(held.place)
            if name is None:
                return
            target = self._home.sorted / name / held.place.name
            target.parent.mkdir(exist_ok=True)
            try:
                rename_without_replacing(held.place, target)
            except (FileExistsError, FileNotFoundError):
                continue
            self.touched.add(held.scan_id)
            self.did["dragged to another class"] += 1

    def _swap(self) -> None:
        """Two files of one name, in the folders of two classes, take each other's places."""
        by_name: dict[str, list[Held]] = {}
        for held in self._filed("filed"):
            by_name.setdefault(held.place.name, []).append(held)
        pairs = [found[:2] for found in by_name.values() if len(found) > 1]
        for one, other in self._rng.sample(pairs, min(3, len(pairs))):
            try:
                exchange(one.place, other.place)
            except FileNotFoundError:
                continue
            self.touched |= {one.scan_id, other.scan_id}
            self.did["swapped"] += 1

    def _correct(self) -> None:
        """Say of a scan that it is of another class: the service moves it."""
        for held in self._filed(self._rng.choice(("filed", "review")), 1):
            name = self._another_class(held.place)
            if name is not None:
                words = (str(self._home.root), str(held.scan_id), name)
                self._run("correct", sys.executable, "-m", "tests.soak.correcting", *words)

    def _another_class(self, place: Path) -> str | None:
        """A class with examples, other than the one that comes and goes."""
        names = sorted(
            one.name
            for one in self._home.support.iterdir()
            if one.name not in {self._extra_class.name, place.parent.name}
            and not one.name.startswith(".")
        )
        return self._rng.choice(names) if names else None

    def _filed(self, state: str, most: int | None = None) -> list[Held]:
        """Scans of a state, none of them under way; some of them, or all."""
        if not self._home.database.exists():
            return []
        with closing(sqlite3.connect(self._home.database, timeout=PATIENCE)) as connection:
            rows = connection.execute(
                "SELECT id, destination_path FROM scans WHERE state = ? AND destination_path"
                " IS NOT NULL AND id NOT IN (SELECT scan_id FROM journal) ORDER BY id",
                (state,),
            ).fetchall()
        held = [Held(number, self._home.root / os.fsdecode(place)) for number, place in rows]
        return held if most is None else self._rng.sample(held, min(most, len(held)))

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

    def _command(self, *words: str) -> int:
        """Run a command to its end, or to one that comes early; its exit code."""
        return self._run(" ".join(words), COMMAND, *words, "--home", self._home.root)

    def _run(self, deed: str, *words: str | Path) -> int:
        self.did[deed] += 1
        process = subprocess.Popen(
            words,
            cwd=REPOSITORY,
            env=self._serving.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            errors="replace",
        )
        self._serving.note("command", words=deed, pid=process.pid)
        with process:
            killed = False
            if self._rng.random() < self._kills:
                try:
                    process.wait(self._rng.uniform(0.3, 4.0))
                except subprocess.TimeoutExpired:
                    process.kill()
                    killed = True
                    self.killed += 1
            answered, said = process.communicate(timeout=PATIENCE)
        code, end = process.returncode, answered.splitlines()[-1:]
        self._serving.note("command ended", words=deed, pid=process.pid, code=code, answer=end)
        if not killed:
            assert code in (0, _LEFT_ALONE), f"{deed} ended with {code}: {said}"
            assert "Traceback" not in said, said
        return code
