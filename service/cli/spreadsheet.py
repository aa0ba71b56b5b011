"""Answers for a spreadsheet: comma-separated values that no program takes for more than values.

RFC 4180 for the format, OWASP's page "CSV Injection" for what must not stand in it.
"""

from __future__ import annotations

import csv
import os
import re
import stat
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from service.cli.output import write

# A formula begins with one of these, in the wide forms of East Asian fonts as well. It may begin a
# cell that nobody wrote: where a comma is the decimal mark, Excel and others part cells at ';',
# take our quotation marks for letters, and so each line of a text for a row.
_FORMULA = re.compile(
    r"""((?:^|[\n;])[\s"]*)(?=[=+\-@＝＋－＠])(?!-?\d+(?:[.,]\d+)*(?:[\n;]|$))"""  # noqa: RUF001
)
_BREAK = re.compile(r"\r\n?")
_MARK = "\ufeff"


def print_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """A header and a record a row, on stdout.

    Into a file it begins with UTF-8's byte order mark, without which Excel takes umlauts for two
    letters each; LibreOffice knows it. A program that reads from a pipe need not know it: there is
    none.
    """
    if _begins_a_file():
        write(_MARK)
    writer = csv.writer(_Stdout())
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])


def _begins_a_file() -> bool:
    try:
        number = sys.stdout.fileno()
        return stat.S_ISREG(os.fstat(number).st_mode) and os.fstat(number).st_size == 0
    except (OSError, ValueError):
        return False


def _cell(value: Any) -> Any:
    """A text without control characters; what would begin a formula has an apostrophe before it.

    A negative number is no formula.
    """
    if not isinstance(value, str):
        return value
    lines = _BREAK.sub("\n", value)
    text = "".join(c if c == "\n" or c.isprintable() else " " for c in lines)
    return _FORMULA.sub(r"\1'", text)


class _Stdout:
    """What `csv` writes to."""

    def write(self, text: str) -> None:
        write(text)
