"""What stands beside filed tickets, in the ledger: searchable PDFs and texts that are made of them.

A row comes with the decision on its scan (`owe`), and says only that something is to be made. Where
it will stand, and which bytes, is committed before the file appears (`begin`), and that it does,
afterwards (`made`): so a daemon that died in between knows its own file from another's.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, delete, func, select, text, update
from sqlalchemy.dialects.sqlite import insert

from config.links import exists
from config.settings import OutputKind
from models.page.scan import Scan
from storage.book import Book
from storage.records import displayable, timestamp
from storage.rows import each
from storage.standing import Standing
from storage.tables import outputs, readings, scans

# With a plus, SQLite takes the short index of what is owed, and not the one of all states.
_FILED = text("+scans.state = 'filed'")
_OWED = and_(outputs.c.made_at.is_(None), outputs.c.error.is_(None))


@dataclass(frozen=True, slots=True)
class Output:
    """One file that was made of a ticket, or is being written.

    Attributes:
        place: absolute; None where it was not begun.
        sha256: of its bytes; empty where it was not begun.
        made: it stood there; else a daemon may have died while it was written.
        error: why it could not be made; empty where it could.
        ticket: absolute path of the scan that it is made of; None if that is nowhere any more.
    """

    scan_id: int
    kind: OutputKind
    place: Path | None
    sha256: str
    size: int
    made: bool
    error: str
    ticket: Path | None


@dataclass(frozen=True, slots=True)
class Owed:
    """What is still to be made of one ticket."""

    scan_id: int
    scan: Scan
    outputs: tuple[Output, ...]


def owe(connection: Connection, wanted: Iterable[tuple[int, Sequence[OutputKind]]]) -> None:
    """Write down what is to be made, by the ids of the scans; what is there already stays."""
    rows = [{"scan_id": scan_id, "kind": kind} for scan_id, kinds in wanted for kind in kinds]
    each(connection, insert(outputs).on_conflict_do_nothing(), rows)


class OutputBook(Book):
    """The rows of what is made of tickets. Every method is one transaction."""

    def owed(self, kinds: Sequence[OutputKind], limit: int) -> list[Owed]:
        """Filed tickets of which something is still to be made, oldest first.

        Args:
            kinds: only these.
            limit: no more tickets than this.
        """
        query = _found.where(_OWED, outputs.c.kind.in_(kinds), _FILED).limit(limit * len(kinds))
        with self._database.read() as connection:
            rows = connection.execute(query).all()
        found = []
        for scan_id, of_scan in groupby(rows, key=lambda row: row.scan_id):
            group = list(of_scan)
            path = self._home.root / os.fsdecode(group[0].destination_path)
            scan = Scan(path, group[0].scan_sha256, group[0].scan_size)
            found.append(Owed(scan_id, scan, tuple(map(self._output, group))))
        return found

    def begin(self, output: Output, place: Path, sha256: str, size: int) -> bool:
        """Write where an output will stand, and which bytes; False if it is not owed any more."""
        shown = self._home.relative(place)
        row = {
            "place": displayable(shown), "place_path": os.fsencode(shown), "sha256": sha256,
            "size": size,
        }  # fmt: skip
        with self._database.write() as connection:
            done = connection.execute(update(outputs).where(_is(output), _OWED).values(row))
        return done.rowcount == 1

    def made(self, output: Output) -> None:
        """It stands where it was to stand."""
        self._write(output, made_at=timestamp(self._clock()))

    def give_up(self, output: Output, reason: str) -> None:
        """It cannot be made, and is not to be tried again by itself."""
        self._write(output, error=displayable(reason))

    def forget(self, output: Output) -> None:
        """It is no more, or it is not ours any more."""
        with self._database.write() as connection:
            connection.execute(delete(outputs).where(_is(output)))

    def _write(self, output: Output, **values: str | bytes) -> None:
        with self._database.write() as connection:
            connection.execute(update(outputs).where(_is(output)).values(values))

    def is_output(self, place: Path) -> bool:
        """Whether this absolute path is that of something that was made of a ticket."""
        stored = os.fsencode(self._home.relative(place))
        query = select(outputs.c.scan_id).where(outputs.c.place_path == stored).limit(1)
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def is_scan(self, place: Path) -> bool:
        """Whether a scan was filed at this absolute path: then the file there is no output."""
        return Standing(self._database, self._home).is_scan(place)

    def standing(self) -> list[Output]:
        """What was made, or could not be, of tickets that are filed, or were until they were deleted."""
        return self._all(scans.c.state.in_(["filed", "gone"]))

    def orphans(self) -> list[Output]:
        """What belongs to scans that are filed no more: they were put back, or went away."""
        return self._all(scans.c.state.in_(["superseded", "failed", "review"]))

    def left_behind(self, scan_id: int | None = None) -> list[Output]:
        """What was made of a ticket, or of any, that is filed in another folder now."""
        elsewhere = and_(scans.c.state == "filed", _folder(outputs.c.place) != _FOLDER)
        which = elsewhere if scan_id is None else and_(elsewhere, scans.c.id == scan_id)
        return self._all(which)

    def stands(self, output: Output, place: Path) -> None:
        """It stands elsewhere now."""
        shown = self._home.relative(place)
        self._write(output, place=displayable(shown), place_path=os.fsencode(shown))

    def make_anew(self, output: Output) -> None:
        """It was taken away where it stood, and is owed once more."""
        with self._database.write() as connection:
            connection.execute(
                update(outputs)
                .where(_is(output))
                .values(place=None, place_path=None, sha256=None, size=None, made_at=None)
            )

    def _all(self, wanted: Any) -> list[Output]:
        with self._database.read() as connection:
            return [self._output(row) for row in connection.execute(_found.where(wanted))]

    def ask_again(self, kinds: Sequence[OutputKind]) -> int:
        """Have all made that is missing of filed tickets that were read; how many files that is.

        What stands where it was put is left alone, changed or not, and so are tickets that somebody
        took elsewhere.
        """
        filed = select(scans.c.id, scans.c.destination_path).where(
            scans.c.state == "filed",
            scans.c.id.in_(select(readings.c.scan_id).where(readings.c.text != "")),
        )
        with self._database.read() as connection:
            there = [
                scan_id
                for scan_id, place in connection.execute(filed)
                if place is not None and exists(self._home.root / os.fsdecode(place))
            ]
        gone = [
            one
            for one in self.standing()
            if one.error or (one.made and one.place is not None and not exists(one.place))
        ]
        with self._database.write() as connection:
            for one in gone:
                connection.execute(delete(outputs).where(_is(one)))
            owe(connection, [(scan_id, kinds) for scan_id in there])
            query = select(outputs.c.scan_id).where(_OWED, outputs.c.kind.in_(kinds))
            return len(connection.execute(query).all())

    def _output(self, row: Row[Any]) -> Output:
        place, ticket = row.place_path, row.destination_path
        return Output(
            row.scan_id,
            row.kind,
            None if place is None else self._home.root / os.fsdecode(place),
            row.sha256 or "",
            row.size or 0,
            row.made_at is not None,
            row.error or "",
            None if ticket is None else self._home.root / os.fsdecode(ticket),
        )


_found = (
    select(
        outputs,
        scans.c.destination_path,
        scans.c.sha256.label("scan_sha256"),
        scans.c.size.label("scan_size"),
    )
    .join(scans, scans.c.id == outputs.c.scan_id)
    .order_by(outputs.c.scan_id, outputs.c.kind)
)


def _folder(path: ColumnElement[str | None]) -> ColumnElement[str]:
    """The folder of a path, with the slash behind it; of a name alone nothing."""
    return func.rtrim(path, func.replace(path, "/", ""))


_FOLDER = _folder(scans.c.destination)


def _is(output: Output) -> Any:
    return and_(outputs.c.scan_id == output.scan_id, outputs.c.kind == output.kind)
