"""What is said of tickets of which nothing, or hardly anything, could be read."""

from __future__ import annotations

from models.fields.ticket import Ticket, hardly_any
from models.page.scan import Fault

_SCAN_AGAIN = "Scan it again if there is more; else 'results' keeps it as it is."


def without_words(ticket: Ticket) -> Fault | None:
    """The fault of a ticket without words; None where it has some."""
    if not hardly_any(ticket.text):
        return None
    said = "hardly any text was found" if ticket.text else "no text was found"
    return Fault("ocr", said, _SCAN_AGAIN)
