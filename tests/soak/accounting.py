"""The accounts: what was dropped, what lies where, and what the ledger says, must be the same."""

from __future__ import annotations

import json
import os
import sqlite3
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from config.home import Home
from tests.soak.lying import Lying, files_of, notes_of
from tests.soak.register import Register

_OF_A_HOME = frozenset(
    {
        "pigeonhole.toml", "pigeonhole.db", "pigeonhole.db-wal", "pigeonhole.db-shm", "inbox",
        "sorted", "review", "failed", "duplicates", "support", "detectors", "cache",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Accounts:
    """All that is compared, read once.

    Attributes:
        home: whose.
        register: what was dropped.
        rows: the table ``scans``, oldest first.
        lying: every file of a person's, notes left out.
        worker_kills: how many workers were killed alone.
    """

    home: Home
    register: Register
    rows: list[dict[str, Any]]
    lying: list[Lying]
    worker_kills: int

    @classmethod
    def of(cls, home: Home, register: Register, *, worker_kills: int) -> Accounts:
        """The accounts of a service at rest."""
        with closing(sqlite3.connect(home.database)) as connection:
            connection.row_factory = sqlite3.Row
            rows = [dict(row) for row in connection.execute("SELECT * FROM scans ORDER BY id")]
        return cls(home, register, rows, list(files_of(home, register)), worker_kills)

    @cached_property
    def _written(self) -> dict[bytes, int]:
        """The size in the end of what was written slowly, by its path."""
        drops = self.register.drops
        return {os.fsencode(drop.path): drop.size for drop in drops if drop.way == "slowly"}

    @cached_property
    def _replaced(self) -> set[str]:
        return set(self.register.replaced.values())

    @cached_property
    def _broken(self) -> set[str]:
        # A file that cannot be read has no hash in the ledger.
        return {drop.sha256 for drop in self.register.drops if not drop.healthy} | {""}

    @property
    def superseded(self) -> list[dict[str, Any]]:
        """Rows in the place of which another one stands."""
        return [row for row in self.rows if row["state"] == "superseded"]

    def lost(self) -> int:
        """How many files are nowhere."""
        least = self.register.fed() - self.register.gone()
        return (least - self._there()).total()

    def doubled(self) -> int:
        """How many files are there once too often."""
        return (self._there() - self.register.fed()).total()

    def astray(self, scan_ids: Collection[int]) -> int:
        """How many of these rows name a place where their bytes are not."""
        lying = {file.path: file.sha256 for file in self.lying}
        return sum(
            lying.get(self.place(row) or self.home.root) != row["sha256"]
            for row in self.rows
            if row["id"] in scan_ids and row["state"] != "superseded"
        )

    def complaints(self) -> Iterator[str]:
        """Everything that is not as it should be, each in a sentence."""
        yield from self._of_bytes()
        yield from self._of_rows()
        yield from self._of_the_superseded()
        yield from self._of_failures()
        yield from self._of_leftovers()
        yield from self._of_notes()
        yield from self._of_the_database()

    def place(self, row: dict[str, Any]) -> Path | None:
        """Where the row says that its file stands."""
        place = row["destination_path"]
        return None if place is None else self.home.root / os.fsdecode(place)

    def _there(self) -> Counter[str]:
        return Counter(file.sha256 for file in self.lying)

    def _of_bytes(self) -> Iterator[str]:
        fed, there = self.register.fed(), self._there()
        for sha256, number in (fed - self.register.gone() - there).items():
            drops = [drop for drop in self.register.drops if drop.sha256 == sha256]
            yield f"lost, {number} of {len(drops)}: {drops}"
        for sha256, number in (there - fed).items():
            at = [str(file.path) for file in self.lying if file.sha256 == sha256]
            yield f"{number} too many: {at}"

    def _of_rows(self) -> Iterator[str]:
        """Each file outside the inbox is named by one row that is closed, and each row has one."""
        by_place = {file.path: file for file in self.lying}
        named = Counter[Path]()
        for row in self.rows:
            place = self.place(row)
            if row["state"] in ("queued", "working", "moving"):
                yield f"still open: {_short(row)}"
            if row["state"] in ("superseded", "gone") or place is None:
                continue
            named[place] += 1
            file = by_place.get(place)
            if file is None:
                yield f"a row without its file: {_short(row)}"
                continue
            part_only = row["sha256"] not in {"", file.sha256} and file.sha256 not in self._paused()
            if part_only:
                yield f"a row of other bytes: {_short(row)}"
            if file.folder != {"filed": "sorted", "duplicate": "duplicates"}.get(
                row["state"], row["state"]
            ):
                yield f"in the wrong folder: {_short(row)}"
        yield from (f"{number} rows name {place}" for place, number in named.items() if number > 1)
        # A failed file that was dropped again at the same place leaves its row to the new one.
        known = named.keys() | {self.place(row) for row in self.superseded}
        for file in self.lying:
            if file.folder == "inbox":
                yield f"left in the inbox: {file.path}"
            elif file.path not in known:
                yield f"named by no row: {file.path}"

    def _of_the_superseded(self) -> Iterator[str]:
        for row in self.superseded:
            if not self._why_superseded(row):
                yield f"superseded, and nobody knows why: {_short(row)}"

    def reasons(self) -> Counter[str]:
        """Why rows were given up, and how often."""
        return Counter(map(self._why_superseded, self.superseded))

    def _why_superseded(self, row: dict[str, Any]) -> str:
        """What the feeder or the person did that explains it; empty if nothing does."""
        if row["size"] < self._written.get(row["source"], 0):
            return "still being written"
        if row["sha256"] in self._replaced:
            return "replaced by the feeder"
        if row["class_name"] == "unknown":
            return "judged anew"
        if row["sha256"] in self._broken:
            place = self.place(row)
            again = place is not None and os.path.lexists(place)
            return "dropped again beside the first" if again else "tried again"
        return ""

    def _of_failures(self) -> Iterator[str]:
        """A file that can be judged never fails; only the killing of a worker spends a try."""
        healthy = {d.sha256 for d in self.register.drops if d.healthy} - self._paused()
        for file in self.lying:
            if file.folder == "failed" and file.sha256 in healthy:
                rows = [_short(row) for row in self.rows if row["sha256"] == file.sha256]
                yield f"failed, and is healthy: {file.path}: {rows}"
        for row in self.rows:
            if row["state"] == "failed" and row["destination_path"] is None:
                yield f"given up without a file: {_short(row)}"
        attempts = sum(row["attempts"] for row in self.rows)
        if attempts > self.worker_kills:
            yield f"{attempts} tries spent on {self.worker_kills} killed workers"

    def _paused(self) -> set[str]:
        return {drop.sha256 for drop in self.register.drops if drop.paused}

    def _of_leftovers(self) -> Iterator[str]:
        for folder in {self.home.root, self.home.failed, self.home.review}:
            for inner, folders, names in os.walk(folder):
                for name in names + folders:
                    if name.startswith(".pigeonhole-") or name.endswith((".part", ".renamed")):
                        yield f"left over: {inner}/{name}"
        for name in sorted(set(os.listdir(self.home.root)) - _OF_A_HOME):
            yield f"what is {name} in the home?"
        yield from (f"left over: {path}" for path in self.home.cache.glob("*.tmp*"))

    def _of_notes(self) -> Iterator[str]:
        """Each file in ``failed/`` has its note, and no note is without its file."""
        told = Counter[str]()
        for path in notes_of(self.home, self.register):
            note = json.loads(path.read_bytes())
            sha256 = note.get("sha256")
            beside = path.parent / str(note.get("file"))
            told[str(sha256)] += 1
            if not os.path.lexists(os.fsencode(beside)):
                yield f"a note without its file: {path}"
        for row in self.rows:
            if row["state"] == "failed" and not told[row["sha256"]]:
                yield f"a failed file without a note: {_short(row)}"

    def _of_the_database(self) -> Iterator[str]:
        with closing(sqlite3.connect(self.home.database)) as connection:
            for question, answer in (
                ("PRAGMA integrity_check", [("ok",)]),
                ("PRAGMA foreign_key_check", []),
                ("SELECT * FROM journal", []),
            ):
                found = connection.execute(question).fetchall()
                if found != answer:
                    yield f"{question}: {found[:5]}"


def _short(row: dict[str, Any]) -> dict[str, Any]:
    keys = (
        "id", "state", "inbox_path", "sha256", "size", "class_name", "destination", "error",
        "attempts", "received_at", "finished_at",
    )  # fmt: skip
    return {key: row[key] for key in keys if row[key] not in (None, "")}
