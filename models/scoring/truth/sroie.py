"""Truth as the public set of SROIE has it (Huang et al., ICDAR 2019).

``img/<name>.jpg``; ``box/<name>.csv``, a line of the receipt a line: four corners and its text;
``key/<name>.json`` with ``company``, ``date`` and ``total``. Of a receipt one of the two suffices.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import dateparser

from config.errors import DataError
from models.scoring.fields import TrueFields
from models.scoring.truth.ticket import (
    Transcript,
    TrueTicket,
    amount,
    read_lines,
    words_in,
)
from models.ticket.words import Box, Word

IMAGES, BOXES, KEYS = "img", "box", "key"
_CORNERS = 8
_LINE = re.compile(rf"(?P<corners>(?:\s*-?\d{{1,6}}\s*,){{{_CORNERS}}})(?P<text>.*)", re.DOTALL)
_LANGUAGES = ["en", "de", "fr", "es", "it", "nl", "pt", "ms", "pl"]


def find_sroie(folder: Path) -> Iterator[TrueTicket]:
    """The receipts of a folder in this layout, sorted by name.

    Raises:
        DataError: a file is not what it should be, or is of no image.
    """
    images = {path.stem: path for path in sorted((folder / IMAGES).iterdir()) if path.is_file()}
    boxes, keys = _files(folder / BOXES, ".csv", images), _files(folder / KEYS, ".json", images)
    for name, path in images.items():
        transcript = _transcript(boxes[name]) if name in boxes else None
        fields = _fields(keys[name]) if name in keys else None
        if transcript or fields:
            yield TrueTicket(path.relative_to(folder).as_posix(), path, transcript, fields)


def _files(folder: Path, suffix: str, images: dict[str, Path]) -> dict[str, Path]:
    found = {path.stem: path for path in sorted(folder.glob(f"*{suffix}"))}
    for name, path in found.items():
        if name not in images:
            raise DataError(
                f"{path} is of no image in {folder.parent / IMAGES}", "Put it there, or remove this"
            )
    return found


def _transcript(path: Path) -> Transcript:
    words: list[Word] = []
    # Not splitlines: a form feed may stand within a line.
    for number, line in enumerate(read_lines(path).split("\n"), start=1):
        if line.strip():
            box, text = _line(line, f"{path}, line {number}")
            words += words_in(text, number, box)
    return Transcript(tuple(words), placed=True)


def _line(line: str, where: str) -> tuple[Box, str]:
    found = _LINE.match(line)
    if found is None:
        raise DataError(
            f"{where}: {line.strip()[:80]!r} is no line of a receipt",
            "It has four corners and the text: x1,y1,x2,y2,x3,y3,x4,y4,text",
        )
    numbers = [int(corner) for corner in found["corners"].split(",")[:_CORNERS]]
    xs, ys = numbers[::2], numbers[1::2]
    return (min(xs), min(ys), max(xs) - min(xs), max(ys) - min(ys)), found["text"]


def _fields(path: Path) -> TrueFields | None:
    try:
        key = json.loads(read_lines(path))
    except ValueError as error:
        raise DataError(f"{path} is not JSON: {error}", "Write company, date and total") from None
    if not isinstance(key, dict):
        raise DataError(f"{path} is no JSON object", "Write company, date and total")
    fields = TrueFields(
        vendor=_said(key, "company") or None,
        ticket_date=_date(_said(key, "date"), path),
        # "RM 15.40": the currency is not part of the truth.
        total=amount(re.sub(r"[^\d.-]", "", _said(key, "total")), f"{path}, total"),
    )
    return fields if fields != TrueFields() else None


def _said(key: dict[str, Any], name: str) -> str:
    return " ".join(str(key.get(name) or "").split())


def _date(text: str, path: Path) -> str | None:
    """A date as receipts print it, the day first where both are possible."""
    if not text:
        return None
    if whole := re.fullmatch(r"(\d{4})(\d\d)(\d\d)", text):
        try:
            return date(*map(int, whole.groups())).isoformat()
        except ValueError:
            pass
    settings = {"DATE_ORDER": "DMY", "PREFER_LOCALE_DATE_ORDER": False}
    found = dateparser.parse(text, languages=_LANGUAGES, settings=settings)
    if found is None:
        raise DataError(f"{path}, date: {text!r} is no date", "Write it as 2026-11-22")
    day: date = found.date()
    return day.isoformat()
