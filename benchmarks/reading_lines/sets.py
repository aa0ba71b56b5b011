"""The sets of tickets: SROIE, and German scans whose truth stands in their names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from config.errors import DataError
from indexer.evaluation.measures import Proportion
from indexer.evaluation.tickets import TicketOutcome
from models.scoring.fields import TrueFields
from models.scoring.truth.folder import find_tickets
from models.scoring.truth.ticket import TrueTicket

SROIE: Final = "receipts_sroie"
GERMAN: Final = "receipts_german_scans"
# merchant_ddmmyyyy_items_cents, and a folder where two would have one name
_NAME = re.compile(r"(?P<merchant>[a-z]+)_(\d\d)(\d\d)(\d{4})_\d+_(?P<cents>\d+)(?:_[A-Z])?")


def tickets_of(data: Path) -> dict[str, list[TrueTicket]]:
    """The tickets of each set that is there, by its folder's name.

    Raises:
        DataError: SROIE's is not.
    """
    found = {SROIE: find_tickets(data / SROIE)}
    if german := sorted(_german(data / GERMAN), key=lambda ticket: ticket.name):
        found[GERMAN] = german
    return found


def merchants(outcomes: Iterable[TicketOutcome]) -> Proportion:
    """Tickets whose merchant, by the file's name, is in the vendor that was read."""
    right = []
    for one in outcomes:
        vendor = one.ticket.fields.vendor
        letters = re.sub(r"\W+", "", vendor.value.casefold()) if vendor else ""
        right.append(_parts(one.truth.path)["merchant"] in letters)
    return Proportion(sum(right), len(right))


def _german(folder: Path) -> Iterator[TrueTicket]:
    for path in folder.rglob("*.jpg"):
        parts = _parts(path)
        cents = int(parts["cents"])
        yield TrueTicket(
            path.relative_to(folder).as_posix(),
            path,
            None,
            TrueFields(
                ticket_date=f"{parts[4]}-{parts[3]}-{parts[2]}",
                total=f"{cents // 100}.{cents % 100:02}",
            ),
        )


def _parts(path: Path) -> re.Match[str]:
    parts = _NAME.fullmatch(path.stem)
    if parts is None:
        raise DataError(
            f"{path} does not say what it holds", "Names are merchant_ddmmyyyy_items_cents"
        )
    return parts
