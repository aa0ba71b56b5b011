"""Printing answers: JSON lines, a table for people, plain lines.

Names and texts come from outside: no control character of theirs reaches a terminal.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

import typer

from config.errors import ExitCode, OutputError

if TYPE_CHECKING:
    from service.reports.wording import Figure


_code_counts: ContextVar[bool] = ContextVar("code_counts", default=False)


def notice(line: str) -> None:
    """A line for the person, on stderr."""
    sys.stderr.write(plain(line) + "\n")


def unusable(part: str, name: str, reason: str) -> None:
    """A notice that an example or a detector is left out."""
    notice(f"{part} {name} is not used: {reason}")


def say(line: str) -> None:
    """A line of an answer, on stdout."""
    write(f"{plain(line)}\n")


def print_json(value: Mapping[str, Any]) -> None:
    """One object on one line. What cannot be seen is escaped; it means the same."""
    text = json.dumps(value, ensure_ascii=False)
    write("".join(c if c.isprintable() else json.dumps(c)[1:-1] for c in text) + "\n")


def print_table(rows: Iterable[Mapping[str, Any]], columns: Mapping[str, str]) -> None:
    """A table on a terminal; lines with tabs when piped.

    Args:
        rows: what to print.
        columns: the heading of each column, by its key.
    """
    if not sys.stdout.isatty():
        for row in rows:
            write("\t".join(plain(row[key]) for key in columns) + "\n")
        return
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, pad_edge=False, header_style="bold")
    for heading in columns.values():
        table.add_column(heading, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain(row[key])) for key in columns))
    with _to_a_reader():
        Console().print(table)


def print_figures(rows: Iterable[Figure]) -> None:
    """A table of figures, a row each, with their intervals."""
    print_table(
        [
            {"name": one.name, "value": one.value, "counted": one.counted, "interval": one.interval}
            for one in rows
        ],
        {"name": "", "value": "", "counted": "", "interval": "95 % interval"},
    )


def finish() -> None:
    """Hand over what is still buffered."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _drop_the_rest()
    except OSError as error:
        _drop_the_rest()
        notice(f"pigeonhole: {_unwritable(error)}")
        sys.exit(OutputError.exit_code)


def _unwritable(error: OSError) -> OutputError:
    return OutputError(
        f"the answer cannot be written: {error.strerror or error}", "What was written is incomplete"
    )


def _drop_the_rest() -> None:
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def write(text: str) -> None:
    """Text as it is, on stdout."""
    with _to_a_reader():
        sys.stdout.write(text)


def coloured(text: str) -> None:
    """A line with colours, on stdout; without them where that is no terminal."""
    with _to_a_reader():
        typer.echo(text)


@contextmanager
def _to_a_reader() -> Iterator[None]:
    """End the command where its answer cannot be written."""
    try:
        yield
    except BrokenPipeError:
        # The reader (head, say) has left: there is nobody to tell more, and nothing is wrong.
        _drop_the_rest()
        if not _code_counts.get():
            raise typer.Exit(ExitCode.OK) from None
    except OSError as error:  # a full disk, a terminal that was closed
        _drop_the_rest()
        raise _unwritable(error) from None


@contextmanager
def exit_code_counts() -> Iterator[None]:
    """Go on without a reader: the exit code of a check says what was found, read or not."""
    before = _code_counts.set(True)
    try:
        yield
    finally:
        _code_counts.reset(before)


def plain(value: Any) -> str:
    """One line of text, without what could command a terminal."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:.2f}"
    return "".join(c if c.isprintable() else " " for c in str(value))
