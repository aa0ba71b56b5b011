"""What was made of scans that are filed no more goes; what a person changed of it stays."""

from __future__ import annotations

import structlog

from storage.filing.beside import clear_part, take_back
from storage.outputs import Output, OutputBook

log = structlog.get_logger()


def mark_of(output: Output) -> str:
    """Names the hidden part of an output while it is written."""
    return f"{output.scan_id}-{output.kind}"


def clear_outputs(book: OutputBook) -> None:
    """Take away what belongs to no filed scan. What cannot be taken away now, another time."""
    for output in book.orphans():
        try:
            if output.place is not None:
                clear_part(output.place, mark_of(output))
                if not take_back(output.scan_id, output.place, output.sha256, output.size):
                    log.info("left: it was changed", file=str(output.place))
        except OSError as error:
            log.warning("stays", file=str(output.place), reason=error.strerror)
            continue
        book.forget(output)
