"""Back to the inbox: scans that failed, or were filed wrongly."""

from __future__ import annotations

from collections.abc import Sequence

from config.home import Home
from service.desk.scans.moving import PATIENCE, Moved, have_moved
from storage.filing.names import Names
from storage.ledger import Ledger
from storage.records import Filed
from storage.standing import place_in_inbox


def put_back(
    home: Home, ledger: Ledger, scans: Sequence[Filed], *, patience: float = PATIENCE
) -> list[Moved]:
    """Move the files of closed scans back to where they were dropped; the rows are superseded.

    A daemon at work takes them up anew; where none is, the next one does. See `have_moved`.
    """
    names = Names()
    return have_moved(
        home, ledger, scans, patience=patience, write=ledger.recall,
        goal=lambda scan, promised: (place_in_inbox(home, names, scan, promised), "superseded"),
    )  # fmt: skip
