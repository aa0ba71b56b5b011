"""What was made of scans that are filed no more goes; what a person changed of it stays."""

from __future__ import annotations

import structlog

from storage.filing.beside import clear_part, take_back
from storage.filing.files import holds
from storage.tickets.outputs import Output, OutputBook

log = structlog.get_logger()


def mark_of(output: Output) -> str:
    """Names the hidden part of an output while it is written."""
    return f"{output.scan_id}-{output.kind}"


def clear_outputs(book: OutputBook) -> None:
    """Take away what belongs to no filed scan. What cannot be taken away now, another time."""
    for output in book.orphans():
        if _taken_back(book, output):
            book.forget(output)


def bring_after(book: OutputBook, scan_id: int | None = None) -> None:
    """A ticket, or any, has come to another folder: what was made of it is to stand there, too."""
    for output in book.left_behind(scan_id):
        # Whoever moved the whole folder has brought it along.
        assert output.place is not None
        assert output.ticket is not None
        beside = output.ticket.with_name(output.place.name)
        try:
            brought = (
                output.made
                and not book.is_scan(beside)
                and holds(beside, output.sha256, output.size)
            )
        except OSError:
            brought = False  # somebody's file that may not be read
        if brought:
            book.stands(output, beside)
        elif _taken_back(book, output):
            book.make_anew(output)


def _taken_back(book: OutputBook, output: Output) -> bool:
    """Whether nothing of ours stands there any more.

    What a person drops where an output was is a scan, with the bytes of the output as well.
    """
    try:
        if output.place is not None:
            clear_part(output.place, mark_of(output))
            if not book.is_scan(output.place) and not take_back(
                output.scan_id, output.place, output.sha256, output.size
            ):
                log.info("left: it was changed", file=str(output.place))
    except OSError as error:
        log.warning("stays", file=str(output.place), reason=error.strerror)
        return False
    return True
