"""The soak: a service under load whose processes are killed, and whose accounts must be right."""

from __future__ import annotations

import json
import os
import random
import shutil
import sqlite3
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from config.home import Home
from config.settings import load_settings
from config.words import counted
from service.desk.scans.verifying import NOTES
from tests.soak.accounting import Accounts
from tests.soak.feeding import Feeder
from tests.soak.killing import Killer
from tests.soak.people import Person
from tests.soak.placing import may_be_refused
from tests.soak.register import Register
from tests.soak.serving import COMMAND, PATIENCE, Serving

RESCAN = 2.0
"""Seconds; as long may a slow writer rest, for a file that ends early waits for as long."""
_SETTINGS = {
    "stability_delay": "0.05",
    "rescan_interval": str(RESCAN),
    # Each worker that is killed costs a try: no scan is to fail because of the killer.
    "max_attempts": "100",
}
_VARIETY = {
    "read_classes": ("", "", "", "ticket"),
    "duplicates": ("keep", "keep", "skip"),
}
_SHOWN = 20


class Soak:
    """Feeder, person and killer around one service.

    Args:
        root: a folder for the home and all beside it.
        elsewhere: a folder on another file system, or None: failed and unknown scans go there.
        seed: of all that is drawn. What comes of it depends on timing, too.
        most: files that may wait in the inbox.
        workers: how many a daemon has; each gets one of these numbers.
    """

    def __init__(
        self,
        root: Path,
        elsewhere: Path | None,
        *,
        seed: int,
        most: int,
        workers: Sequence[int],
    ) -> None:
        self.seed = seed
        self._started = time.monotonic()
        self._told = 0
        self._complaints = root / "complaints.txt"
        # What may not be read cannot be filed across file systems.
        unreadable = may_be_refused(root)
        apart = {
            f"{name}_dir": str(elsewhere / name)
            for name in ("review", *(() if unreadable else ("failed",)))
            if elsewhere
        }
        self.home = Home.of(root / "home", load_settings(None, apart))
        self.home.inbox.mkdir(parents=True)
        staging = root / "staging"
        staging.mkdir()
        rng = random.Random(seed)
        self.register = Register()
        self.serving = Serving(self.home.root, _SETTINGS | apart, root / "service.log")
        self.feeder = Feeder(
            self.home.inbox, staging, self.register, random.Random(rng.random()),
            most=most, longest_pause=RESCAN, unreadable=unreadable,
        )  # fmt: skip
        self.person = Person(self.home, self.serving, staging, random.Random(rng.random()))
        variety = _VARIETY | {"workers": tuple(map(str, workers))}
        self.killer = Killer(self.serving, self.home.database, random.Random(rng.random()), variety)

    def run(self, kills: int, *, every: int, moments: Sequence[str] = ()) -> None:
        """Kill so often, with accounts after ``every`` so many kills and at the end.

        Args:
            kills: how often.
            every: after so many kills.
            moments: of the first kills, by name; those of the rest are drawn.

        Raises:
            AssertionError: the accounts are not right, or something hangs or ends by itself.
        """
        # Neither is a file to be sorted: both stay.
        os.mkfifo(self.home.inbox / "pipe.png")
        (self.home.inbox / "link.png").symlink_to(self.home.root / "pigeonhole.toml")
        coming = iter(moments)
        self.killer.start()  # before a person comes, there is a home
        while self.killer.total < kills:
            self.feeder.start()
            self.person.start()
            try:
                wanted = min(kills, self.killer.total + every)
                while self.killer.total < wanted:
                    self.killer.kill_once(next(coming, ""))
                    self._tell(kills)
            finally:
                self.feeder.stop()
                self.person.stop()
            self._settle()
            self._check()
            self._clear_folders()
        code = self.serving.stop()
        assert code == 0, f"asked to end, the daemon ends with {code}"
        self._check()
        self._verify()

    def summary(self) -> str:
        """The figures, one a line."""
        accounts = self._accounts()
        states = ", ".join(
            f"{sum(row['state'] == state for row in accounts.rows)} {state}"
            for state in ("filed", "review", "failed", "duplicate", "superseded")
        )
        kills = self.killer.kills
        lines = (
            f"kills         {self.killer.total}: {dict(kills)}, and {self.person.killed} commands",
            f"moments       {dict(self.killer.moments)}",
            f"daemons       {self.serving.starts}",
            f"files fed     {len(self.register.drops)}: {dict(self.register.ways())}",
            f"replaced      {len(self.register.replaced)} by the feeder itself",
            f"a person did  {dict(self.person.did)}",
            f"rows          {len(accounts.rows)}: {states}",
            f"given up      {dict(accounts.reasons())}",
            f"losses        {accounts.lost()}",
            f"doubled       {accounts.doubled()}",
            f"logged        {dict(self.serving.events)}",
            f"seconds       {time.monotonic() - self._started:.0f}",
        )
        return "\n".join(lines)

    def figures(self) -> dict[str, Any]:
        """What the docs keep of a run."""
        accounts = self._accounts()
        return {
            "seed": self.seed,
            "kills": self.killer.total,
            "daemon": self.killer.kills["daemon"],
            "recovering": self.killer.kills["recovering"],
            "worker": self.killer.kills["worker"],
            "commands": self.person.killed,
            "files": len(self.register.drops),
            "dragged": self.person.did["dragged to another class"],
            "corrected": self.person.did["correct"],
            "swapped": self.person.did["swapped"],
            "restored": self.person.did["restore"],
            "lost": accounts.lost(),
            "doubled": accounts.doubled(),
            "seconds": round(time.monotonic() - self._started),
        }

    def _tell(self, kills: int) -> None:
        if self.killer.total >= self._told + 10:
            self._told = self.killer.total
            seconds = time.monotonic() - self._started
            print(
                f"{seconds:6.0f} s: {self.killer.total} of {kills} kills, "
                f"{counted(len(self.register.drops), 'file')} fed",
                flush=True,
            )

    def _check(self) -> None:
        """Compare what was dropped, what lies where, and what the ledger says."""
        found = list(self._accounts().complaints())
        found += [f"logged: {line}" for line in self.serving.strange]
        if found:
            text = "\n".join(found)
            self._complaints.write_text(text, encoding="utf-8", errors="surrogateescape")
        assert not found, "\n".join([f"{len(found)} complaints", *found[:_SHOWN]])

    def _clear_folders(self) -> None:
        """Remove the folders that were moved into the inbox: they are empty now."""
        for folder, _, _ in os.walk(self.home.inbox, topdown=False):
            if Path(folder) != self.home.inbox:
                Path(folder).rmdir()

    def _accounts(self) -> Accounts:
        return Accounts.of(self.home, self.register, worker_kills=self.killer.kills["worker"])

    def _settle(self) -> None:
        if not self.serving.runs:
            self.killer.start()
        last, since = None, time.monotonic()
        while any(left := self._left()):
            if left != last:
                last, since = left, time.monotonic()
            assert self.serving.code is None, f"the daemon ended with {self.serving.code}"
            assert time.monotonic() < since + PATIENCE, (
                f"it hangs: {left[0]} lines in the journal, {left[1]} files in the inbox, "
                f"{left[2]} rows open, {left[3]} files not followed"
            )
            self.serving.wait(0.1)

    def _left(self) -> tuple[int, int, int, int]:
        """Moves, files and rows that wait, asked in the order in which one becomes the next.

        The last are files that were moved by hand, and not followed yet.
        """
        with closing(sqlite3.connect(self.home.database, timeout=PATIENCE)) as ledger:
            (moves,) = ledger.execute("SELECT count(*) FROM journal").fetchone()
            files = sum(
                not path.is_symlink() and path.is_file()
                for folder, _, names in os.walk(self.home.inbox)
                for path in (Path(folder, name) for name in names)
            )
            (rows,) = ledger.execute(
                "SELECT count(*) FROM scans WHERE state IN ('queued', 'working', 'moving')"
            ).fetchone()
        astray = 0
        if (moves, files, rows) == (0, 0, 0):
            astray = self._accounts().astray(self.person.touched)
        return moves, files, rows, astray

    def _verify(self) -> None:
        """What ``pigeonhole verify`` finds, but for failed files that were dropped once more."""
        done = subprocess.run(
            [COMMAND, "verify", "--json", "--home", self.home.root],
            env=self.serving.environment, capture_output=True, text=True, timeout=600, check=False,
        )  # fmt: skip
        assert done.returncode in (0, 1), done.stderr
        accounts = self._accounts()
        dropped_again = {row["destination"] for row in accounts.superseded}
        paused = {drop.path.name for drop in self.register.drops if drop.paused}
        found = [
            finding
            for finding in map(json.loads, done.stdout.splitlines())
            if finding["kind"] not in NOTES
            and not (finding["kind"] == "stranger" and finding["place"] in dropped_again)
            and not (finding["kind"] == "changed" and Path(finding["place"]).name in paused)
        ]
        assert not found, found[:_SHOWN]


@contextmanager
def soak(*, seed: int, most: int, workers: Sequence[int]) -> Iterator[Soak]:
    """A `Soak` in folders of its own, which stay if something is wrong."""
    root = Path(tempfile.mkdtemp(prefix="pigeonhole-soak-"))
    elsewhere = _another_file_system(root)
    soaking = Soak(root, elsewhere, seed=seed, most=most, workers=workers)
    try:
        yield soaking
    except BaseException:
        print(f"kept: {root}" + (f" and {elsewhere}" if elsewhere else ""), flush=True)
        raise
    finally:
        soaking.serving.close()
    shutil.rmtree(root)
    if elsewhere:
        shutil.rmtree(elsewhere)


def _another_file_system(root: Path) -> Path | None:
    """A new folder in memory, where there is such a file system."""
    memory = Path("/dev/shm")
    if not os.access(memory, os.W_OK) or memory.stat().st_dev == root.stat().st_dev:
        return None
    return Path(tempfile.mkdtemp(prefix="pigeonhole-soak-", dir=memory))
