"""Printing answers: JSON lines, CSV, a table for people."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

# What a spreadsheet would take for a formula (OWASP, "CSV Injection").
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def notice(line: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(line.encode("utf-8", "backslashreplace").decode() + "\n")


def print_json(value: Mapping[str, Any]) -> None:
    """One object on one line."""
    sys.stdout.write(json.dumps(value, ensure_ascii=False) + "\n")


def print_csv(rows: Iterable[Mapping[str, Any]], columns: Sequence[str]) -> None:
    """Comma-separated values with a header (RFC 4180); texts that look like formulas are quoted."""
    writer = csv.writer(sys.stdout)
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_cell(row[column]) for column in columns])


def print_table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """A table on a terminal; lines with tabs when piped.

    Args:
        rows: what to print.
        columns: the heading of each column, by its key.
    """
    if not sys.stdout.isatty():
        for row in rows:
            sys.stdout.write("\t".join(_plain(row[key]) for key in columns) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(_plain(row[key])) for key in columns))
    Console().print(table)


def _plain(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    # Names and texts come from outside: no control character may reach the terminal.
    return "".join(c if c.isprintable() else " " for c in str(value))


def _cell(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
