"""What was read of tickets, into the ledger and out of it: text, words with boxes, fields."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from models.fields.ticket import Field, Fields, Ticket
from models.ticket.words import Word
from storage.records import displayable
from storage.rows import each
from storage.tables import fields, readings, words
from storage.tickets.edits import take_over

_TOLD = 0.8
"""Share of a vendor's tickets that must agree on the order of day, month and year."""


def add_tickets(connection: Connection, found: Mapping[int, Ticket]) -> None:
    """Write what was read, by the ids of the scans.

    A date of which the ticket does not tell what is the day and what the month is taken as other
    tickets of its vendor have it. What a person wrote into a field of the same bytes stays.
    """
    tickets = {scan_id: _settled(connection, ticket) for scan_id, ticket in found.items()}
    each(connection, insert(readings), [_reading(*one) for one in tickets.items()])
    each(connection, insert(words), [row for one in tickets.items() for row in _words(*one)])
    each(connection, insert(fields), [row for one in tickets.items() for row in _fields(*one)])
    take_over(connection, list(tickets))


def fields_of(connection: Connection, scan_ids: Sequence[int]) -> dict[int, dict[str, Field]]:
    """The fields of scans, by their ids and by name; those that a person has emptied as well."""
    query = select(fields).where(fields.c.scan_id.in_(scan_ids))
    found: dict[int, dict[str, Field]] = {}
    for row in connection.execute(query):
        field = replace(_field(row, row.value, row.confidence), read=row.read_value)
        found.setdefault(row.scan_id, {})[row.name] = field
    return found


def ticket_of(connection: Connection, scan_id: int) -> Ticket | None:
    """What was read of a scan, whatever people wrote into its fields; None if it was not read."""
    text = connection.execute(
        select(readings.c.text).where(readings.c.scan_id == scan_id)
    ).scalar_one_or_none()
    if text is None:
        return None
    each_word = select(words).where(words.c.scan_id == scan_id).order_by(words.c.number)
    found = tuple(
        Word(
            row.text, row.confidence, row.page, (row.block, row.paragraph, row.line),
            (row.left, row.top, row.width, row.height),
        )
        for row in connection.execute(each_word)
    )  # fmt: skip
    return Ticket(text, found, Fields(**_read_fields(connection, scan_id)))


def _read_fields(connection: Connection, scan_id: int) -> dict[str, Field]:
    """The fields as the machine had them."""
    query = select(fields).where(fields.c.scan_id == scan_id)
    return {
        row.name: _field(row, row.value, row.confidence)
        if row.read_value is None
        else _field(row, row.read_value, row.read_confidence)
        for row in connection.execute(query)
        if row.read_value != ""
    }


def _field(row: Row[Any], value: str, confidence: float) -> Field:
    box = (row.left, row.top, row.width, row.height)
    return Field(value, confidence, row.page, box, row.date_order)


def _settled(connection: Connection, ticket: Ticket) -> Ticket:
    day, vendor = ticket.fields.ticket_date, ticket.fields.vendor
    if day is None or vendor is None or day.otherwise is None:
        return ticket
    proven = (
        select(fields.c.date_order, func.count().label("tickets"))
        .join(readings, readings.c.scan_id == fields.c.scan_id)
        .where(
            readings.c.vendor == displayable(vendor.value),
            fields.c.name == "ticket_date",
            fields.c.date_order.is_not(None),
            # What a person had to mend proves nothing.
            fields.c.read_value.is_(None),
        )
        .group_by(fields.c.date_order)
    )
    counts = [(row.tickets, row.date_order) for row in connection.execute(proven)]
    tickets, order = max(counts, default=(0, None))
    if order is None or tickets < _TOLD * sum(number for number, _ in counts):
        return ticket
    return replace(ticket, fields=replace(ticket.fields, ticket_date=day.settled(order)))


def _reading(scan_id: int, ticket: Ticket) -> dict[str, Any]:
    said = {name: displayable(field.value) for name, field in ticket.fields.found().items()}
    nothing = dict.fromkeys(("vendor", "ticket_date", "total", "currency", "tax"))
    return {"scan_id": scan_id, "text": displayable(ticket.text), **nothing, **said}


def _words(scan_id: int, ticket: Ticket) -> Iterator[dict[str, Any]]:
    for number, word in enumerate(ticket.words, 1):
        block, paragraph, line = word.line
        yield {
            "scan_id": scan_id, "number": number, "page": word.page,
            "block": block, "paragraph": paragraph, "line": line,
            "text": displayable(word.text), "confidence": word.confidence, **_box(word.box),
        }  # fmt: skip


def _fields(scan_id: int, ticket: Ticket) -> Iterator[dict[str, Any]]:
    for name, field in ticket.fields.found().items():
        yield {
            "scan_id": scan_id, "name": name, "value": displayable(field.value),
            "confidence": field.confidence, "page": field.page, **_box(field.box),
            "date_order": None if field.otherwise else field.order,
        }  # fmt: skip


def _box(box: tuple[int, int, int, int]) -> dict[str, int]:
    return dict(zip(("left", "top", "width", "height"), box, strict=True))
