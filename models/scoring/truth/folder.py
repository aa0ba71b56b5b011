"""A folder of truth, in either layout."""

from __future__ import annotations

from pathlib import Path

from config.errors import DataError
from models.scoring.truth.sroie import BOXES, IMAGES, KEYS, find_sroie
from models.scoring.truth.table import TABLE, find_table
from models.scoring.truth.ticket import TrueTicket


def find_tickets(folder: Path) -> list[TrueTicket]:
    """The tickets of a folder of truth of which something is known.

    By its ``truth.csv``, or in SROIE's layout.

    Raises:
        DataError: it is none, cannot be opened, knows nothing, or is wrong in some line.
    """
    try:
        if (folder / TABLE).exists():
            found = list(find_table(folder))
        elif (folder / IMAGES).is_dir() and ((folder / BOXES).is_dir() or (folder / KEYS).is_dir()):
            found = list(find_sroie(folder))
        else:
            folder.stat()
            if not folder.is_dir():
                raise DataError(f"{folder} is a file", "Name the folder that it lies in")
            raise DataError(
                f"{folder} is no folder of known tickets: it has neither {TABLE} "
                f"nor {IMAGES}/ with {BOXES}/ or {KEYS}/",
                f"Put a {TABLE} with the columns path, vendor, ticket_date, total there",
            )
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise DataError(f"{folder} cannot be opened: {reason}", "Look at the path") from None
    known = [ticket for ticket in found if ticket.transcript or ticket.fields]
    if not known:
        raise DataError(
            f"{folder} has {len(found)} tickets, and nothing is known of them",
            "Write fields into the table, or texts beside the scans",
        )
    return known
