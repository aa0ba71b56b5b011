"""Truth as a table of one's own: ``truth.csv`` beside the scans, and their texts.

Columns ``path``, ``vendor``, ``ticket_date``, ``total``, ``currency``, ``tax``; but for ``path``
each may be empty or missing, and is then not asked for. The text of ``shop/a.jpg`` stands in
``shop/a.jpg.txt`` or ``shop/a.txt``, if it is known.
"""

from __future__ import annotations

import csv
import difflib
import io
import os
from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import date
from pathlib import Path

from config.errors import DataError
from models.scoring.fields import TrueFields
from models.scoring.truth.ticket import TrueTicket, amount, read_lines, transcript_of

TABLE = "truth.csv"
_PATH = "path"
_FIELDS = tuple(field.name for field in fields(TrueFields))


def find_table(folder: Path) -> Iterator[TrueTicket]:
    """The tickets of a table, in its order.

    Raises:
        DataError: a row or a heading is not what it should be, or names no scan.
    """
    table = folder / TABLE
    seen: dict[str, int] = {}  # by the path: "a.jpg" is "./a.jpg"
    for number, row in _rows(table):
        where = f"{table}, line {number}"
        name = row[_PATH]
        if not name:
            raise DataError(f"{where}: path is empty", "Name the scan")
        path = folder / name
        real = os.path.realpath(path) if "\0" not in name else name
        if real in seen:
            raise DataError(f"{where}: {name} stands in line {seen[real]} too", "Keep one of them")
        seen[real] = number
        if not _is_file(path):
            raise DataError(f"{where}: there is no file {path}", f"Name it relative to {folder}")
        texts = [path.with_name(f"{path.name}.txt"), path.with_suffix(".txt")]
        text = next((one for one in texts if one != path and _is_file(one)), None)
        transcript = transcript_of(read_lines(text)) if text else None
        found = _fields(row, where)
        yield TrueTicket(name, path, transcript, found if found != TrueFields() else None)


def _rows(table: Path) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row with its last line's number, its cells stripped."""
    reader = csv.reader(io.StringIO(read_lines(table), newline=""), strict=True)
    headings: list[str] | None = None
    try:
        for row in reader:
            cells = [cell.strip() for cell in row]
            if not any(cells):
                continue
            if headings is None:
                headings = _headings(cells, f"{table}, line {reader.line_num}")
                continue
            if len(cells) != len(headings):
                raise DataError(
                    f"{table}, line {reader.line_num}: {len(cells)} cells under "
                    f"{len(headings)} headings",
                    "Put texts that hold commas in quotes",
                )
            yield reader.line_num, dict(zip(headings, cells, strict=True))
    except csv.Error as error:
        raise DataError(f"{table}, line {reader.line_num}: {error}", "Write it as CSV") from None


def _headings(cells: list[str], where: str) -> list[str]:
    if len(cells) == 1 and (mark := next((one for one in ";\t" if one in cells[0]), None)):
        parted = "semicolons" if mark == ";" else "tabs"
        raise DataError(f"{where}: the cells are parted by {parted}", "Part them by commas")
    for heading in cells:
        if heading not in (_PATH, *_FIELDS):
            near = difflib.get_close_matches(heading, (_PATH, *_FIELDS), 1)
            said = (
                f"Did you mean {near[0]}?" if near else f"There are {_PATH}, {', '.join(_FIELDS)}"
            )
            raise DataError(f"{where}: there is no column {heading!r}", said)
    if _PATH not in cells or len(set(cells)) < len(cells):
        raise DataError(
            f"{where}: the headings are {', '.join(cells)}",
            "Name path once, and others once at most",
        )
    return cells


def _fields(row: Mapping[str, str], where: str) -> TrueFields:
    said = {name: row.get(name, "") for name in _FIELDS}
    day = said["ticket_date"]
    if day:
        try:
            day = date.fromisoformat(day).isoformat()
        except ValueError:
            raise DataError(
                f"{where}: ticket_date {day!r} is no date", "Write it as 2026-11-22"
            ) from None
    return TrueFields(
        vendor=" ".join(said["vendor"].split()) or None,
        ticket_date=day or None,
        total=amount(said["total"], f"{where}: total"),
        currency=said["currency"].upper() or None,
        tax=amount(said["tax"], f"{where}: tax"),
    )


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):  # a name that no system takes
        return False
