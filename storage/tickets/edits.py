"""What people wrote into the fields of tickets: it stands in the results, what was read beside it.

A person's word holds for the bytes of a file, not for one row: whatever reads the same bytes again
(a retry, a second copy, another engine) takes over what was written last, see `take_over`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import ColumnElement, Connection, and_, delete, insert, select, update
from sqlalchemy.dialects.sqlite import insert as upsert

from storage.book import Book
from storage.records import displayable, timestamp
from storage.rows import MOST
from storage.tables import PAST, edits, fields, readings, scans

EditSource = Literal["api", "page"]
"""From where a field was edited."""


@dataclass(frozen=True, slots=True)
class Edit:
    """One value that a person wrote into a field, or gave back to it.

    Attributes:
        edited_at: UTC ISO 8601.
        source: from where; both are those of the first time, where this was taken over from
            another scan with the same bytes.
        name: of the field.
        value_before: its value until then; None if it was empty, as ``value``.
        as_read: whether the field was given back what was read.
    """

    number: int
    scan_id: int
    edited_at: str
    source: EditSource
    name: str
    value_before: str | None
    value: str | None
    as_read: bool


class EditBook(Book):
    """The rows of what was written. Every method is one transaction."""

    def write(self, scan_id: int, values: Mapping[str, str | None], source: EditSource) -> bool:
        """Write values into the fields of a scan, by name; None empties one.

        A field that a person has given this very value before is passed over. Of two people the
        last one wins, and the history shows both.

        Returns:
            False where the scan was not read, was put back into the inbox, or is gone.
        """
        now = timestamp(self._clock())
        with self._database.write() as connection:
            if not _can_be_edited(connection, scan_id):
                return False
            for name, value in values.items():
                shown = None if value is None else displayable(value)
                _write(connection, scan_id, name, shown, {"edited_at": now, "source": source})
        return True

    def take_back(self, scan_id: int, name: str, source: EditSource) -> bool:
        """Give a field back what was read.

        Returns:
            False where nobody has written into it, or the scan was put back or is gone.
        """
        now = timestamp(self._clock())
        with self._database.write() as connection:
            if not _can_be_edited(connection, scan_id):
                return False
            field = connection.execute(_FIELD.where(_is(scan_id, name))).one_or_none()
            if field is None or field.read_value is None:
                return False
            if field.read_value:
                was = {"value": field.read_value, "confidence": field.read_confidence}
                connection.execute(
                    update(fields)
                    .where(_is(scan_id, name))
                    .values(**was, read_value=None, read_confidence=None)
                )
            else:
                connection.execute(delete(fields).where(_is(scan_id, name)))
            _tell(
                connection, scan_id, name, field.read_value or None,
                {"edited_at": now, "source": source, "value_before": field.value or None,
                 "as_read": 1},
            )  # fmt: skip
        return True

    def history(self, scan_id: int) -> list[Edit]:
        """All that was written into the fields of a scan, oldest first."""
        query = select(edits).where(edits.c.scan_id == scan_id).order_by(edits.c.id)
        with self._database.read() as connection:
            return [
                Edit(
                    row.id, row.scan_id, row.edited_at, row.source, row.name, row.value_before,
                    row.value, bool(row.as_read),
                )
                for row in connection.execute(query)
            ]  # fmt: skip


def take_over(connection: Connection, scan_ids: Sequence[int]) -> None:
    """Give scans that were just read what a person last wrote for the same bytes."""
    same = scans.alias("same")
    for start in range(0, len(scan_ids), MOST):
        query = (
            select(
                scans.c.id.label("fresh"), edits.c.edited_at, edits.c.source, edits.c.name,
                edits.c.value, edits.c.as_read,
            )
            .join(same, same.c.sha256 == scans.c.sha256)
            .join(edits, edits.c.scan_id == same.c.id)
            .where(
                scans.c.id.in_(scan_ids[start : start + MOST]),
                # A file that could not be read has no hash.
                scans.c.sha256 != "",
                same.c.id != scans.c.id,
            )
            .order_by(edits.c.id)
        )  # fmt: skip
        last = {(row.fresh, row.name): row for row in connection.execute(query)}
        for (scan_id, name), row in last.items():
            if not row.as_read:
                told = {"edited_at": row.edited_at, "source": row.source}
                _write(connection, scan_id, name, row.value, told)


_FIELD = select(fields.c.value, fields.c.confidence, fields.c.read_value, fields.c.read_confidence)
_NOWHERE = {"page": 0, "left": 0, "top": 0, "width": 0, "height": 0}


def _is(scan_id: int, name: str) -> ColumnElement[bool]:
    return and_(fields.c.scan_id == scan_id, fields.c.name == name)


def _can_be_edited(connection: Connection, scan_id: int) -> bool:
    query = (
        select(scans.c.id)
        .join(readings, readings.c.scan_id == scans.c.id)
        .where(scans.c.id == scan_id, scans.c.state.not_in(PAST))
    )
    return connection.execute(query).first() is not None


def _write(
    connection: Connection, scan_id: int, name: str, value: str | None, told: Mapping[str, Any]
) -> None:
    """Write a person's value into a field, and keep beside it what was read."""
    field = connection.execute(_FIELD.where(_is(scan_id, name))).one_or_none()
    edited = field is not None and field.read_value is not None
    before = None if field is None else field.value or None
    if edited and before == value:
        return
    written = {"value": value or "", "confidence": 1.0}
    if not edited:
        written["read_value"] = before or ""
        written["read_confidence"] = None if field is None else field.confidence
    connection.execute(
        upsert(fields)
        .values(scan_id=scan_id, name=name, **written, **_NOWHERE)
        .on_conflict_do_update(index_elements=["scan_id", "name"], set_=written)
    )
    _tell(connection, scan_id, name, value, {**told, "value_before": before, "as_read": 0})


def _tell(
    connection: Connection, scan_id: int, name: str, value: str | None, told: Mapping[str, Any]
) -> None:
    """Show the value in the results, and in the history."""
    connection.execute(
        update(readings).where(readings.c.scan_id == scan_id).values({readings.c[name]: value})
    )
    connection.execute(insert(edits).values(scan_id=scan_id, name=name, value=value, **told))
