"""Scans that turned out to be tickets after they were judged: they are still to be read."""

from __future__ import annotations

import os
from collections.abc import Sequence

from sqlalchemy import select, union_all, update

from config.settings import OutputKind
from models.fields.ticket import Ticket
from models.page.scan import Fault, Scan
from storage.book import Book
from storage.rows import faulted
from storage.tables import feedback, readings, reclassified, scans
from storage.tickets.outputs import owe
from storage.tickets.tickets import add_tickets


class ReadingBook(Book):
    """What is owed to scans that are tickets after all. Every method is one transaction."""

    def owed(self, classes: Sequence[str], limit: int) -> list[tuple[int, Scan]]:
        """Filed scans that turned out to be of these classes, and that were never read.

        A person has called them so, or they were judged anew.

        Args:
            classes: whose scans are read.
            limit: no more scans than this.
        """
        turned_out = union_all(
            select(feedback.c.scan_id).where(feedback.c.undone_at.is_(None)),
            select(reclassified.c.scan_id).where(reclassified.c.undone_at.is_(None)),
        )
        query = (
            select(scans.c.id, scans.c.destination_path, scans.c.sha256, scans.c.size)
            .where(
                # They are few: their index is the one to take.
                scans.c.id.in_(turned_out),
                scans.c.state == "filed",
                scans.c.class_name.in_(classes),
                scans.c.error.is_(None),
                scans.c.id.not_in(select(readings.c.scan_id)),
            )
            .order_by(scans.c.id)
            .limit(limit)
        )
        with self._database.read() as connection:
            return [
                (scan_id, Scan(self._home.root / os.fsdecode(place), sha256, size))
                for scan_id, place, sha256, size in connection.execute(query)
                if place is not None
            ]

    def read(
        self, scan_id: int, ticket: Ticket, outputs: Sequence[OutputKind], fault: Fault | None
    ) -> None:
        """Write what was read of a scan; nothing if it was read meanwhile.

        Args:
            scan_id: which.
            ticket: what it says.
            outputs: what is to be made of it.
            fault: that hardly anything was found.
        """
        there = select(readings.c.scan_id).where(readings.c.scan_id == scan_id)
        with self._database.write() as connection:
            if connection.execute(there).first() is not None:
                return
            add_tickets(connection, {scan_id: ticket})
            if ticket.text:
                owe(connection, [(scan_id, outputs)])
            if fault is not None:
                connection.execute(
                    update(scans).where(scans.c.id == scan_id).values(faulted(fault))
                )

    def unreadable(self, scan_id: int, fault: Fault) -> None:
        """A scan cannot be read; it is not tried again by itself."""
        with self._database.write() as connection:
            connection.execute(
                update(scans)
                .where(scans.c.id == scan_id, scans.c.error.is_(None))
                .values(faulted(fault))
            )
