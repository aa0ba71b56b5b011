"""The skeleton of a report: one HTML page, everything inlined, nothing fetched, texts escaped."""

from __future__ import annotations

import contextlib
import importlib.util
import re
from collections.abc import Collection, Iterable, Sequence
from datetime import UTC, datetime
from html import escape
from pathlib import Path

from config.errors import UsageError
from service.reports.style import STYLE
from service.version import VERSION

_GENERATOR = '<meta name="generator" content="pigeonhole">'
# Even a mistake of ours could not make a report talk to anybody.
_POLICY = (
    "default-src 'none'; script-src 'unsafe-inline'; style-src 'unsafe-inline'; img-src data: blob:"
)


def check_place(file: Path, *, charts: bool = True) -> None:
    """Refuse, before any work is done, a report that could not be written.

    Args:
        file: where it is to be.
        charts: it has charts, which plotly draws.

    Raises:
        UsageError: plotly is missing, the folder is, or the file is none of our reports.
    """
    if charts and importlib.util.find_spec("plotly") is None:
        raise UsageError(
            "a report needs plotly, which is not installed", "pip install 'pigeonhole[web]'"
        )
    if not file.parent.is_dir():
        raise UsageError(f"{file.parent} is not a folder", "Make it, or name another file")
    if file.is_dir() or (file.exists() and not _is_report(file)):
        raise UsageError(
            f"{file} exists and is not a report of this program", "Name another file, or remove it"
        )


def write_page(
    file: Path, title: str, lead: str, sections: Iterable[str], *, charts: bool = True
) -> None:
    """Write a report; an earlier report of that name is replaced in one step.

    Args:
        file: see `check_place`.
        title: plain text.
        lead: plain text, one sentence under the title.
        sections: made by `section`.
        charts: there are some in the sections; else plotly's four megabytes stay out.

    Raises:
        UsageError: see `check_place`; or the file cannot be written.
    """
    check_place(file, charts=charts)
    script = ""
    if charts:
        from plotly.offline import get_plotlyjs

        script = f"<script>{get_plotlyjs()}</script>"
    now = datetime.now(UTC).strftime("%Y-%m-%d %H:%M UTC")
    page = "\n".join(
        [
            "<!doctype html>",
            '<html lang="en"><head><meta charset="utf-8">',
            _GENERATOR,
            f'<meta http-equiv="Content-Security-Policy" content="{_POLICY}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            '<meta name="color-scheme" content="light dark">',
            f"<title>{text(title)}</title>",
            f"<style>{STYLE}</style>",
            script,
            "</head><body><main>",
            f'<header><h1>{text(title)}</h1><p class="lead">{text(lead)}</p></header>',
            *sections,
            f"<footer>Written by pigeonhole {VERSION}, {now}</footer>",
            "</main></body></html>",
        ]
    )
    partial = file.with_name(f".{file.name}.tmp")
    try:
        partial.write_text(page, encoding="utf-8")
        partial.replace(file)
    except OSError as error:
        with contextlib.suppress(OSError):
            partial.unlink(missing_ok=True)
        reason = (error.strerror or str(error)).lower()
        raise UsageError(f"{file} cannot be written: {reason}") from None


def section(title: str, *parts: str, note: str = "") -> str:
    """A part of the page.

    Args:
        title: plain text.
        parts: HTML.
        note: plain text under the title: how to read what follows.
    """
    words = f'<p class="note">{text(note)}</p>' if note else ""
    return f"<section><h2>{text(title)}</h2>{words}{''.join(parts)}</section>"


def table(
    headings: Sequence[str], rows: Iterable[Sequence[str | int]], right: Collection[int] = ()
) -> str:
    """A table of plain texts.

    Args:
        headings: one a column.
        rows: cells, one a column.
        right: numbers of the columns, from 0, that stand to the right: figures.
    """
    marks = [' class="figure"' if number in right else "" for number in range(len(headings))]

    def row(tag: str, cells: Sequence[str | int]) -> str:
        held = zip(marks, cells, strict=True)
        shown = "".join(f"<{tag}{mark}>{name(str(cell))}</{tag}>" for mark, cell in held)
        return f"<tr>{shown}</tr>"

    body = "".join(row("td", cells) for cells in rows)
    return (
        f'<div class="wide"><table><thead>{row("th", headings)}</thead>'
        f"<tbody>{body}</tbody></table></div>"
    )


def text(value: str) -> str:
    """Plain text as HTML, whatever bytes a name is made of."""
    shown = value.encode("utf-8", "backslashreplace").decode()
    return escape("".join(c if c.isprintable() else " " for c in shown))


def name(value: str) -> str:
    """A name as HTML; a long one may break where its words do."""
    return re.sub(r"([_/])", r"\1<wbr>", text(value))


def _is_report(file: Path) -> bool:
    try:
        with file.open("rb") as held:
            return _GENERATOR.encode() in held.read(500)
    except OSError:
        return False
