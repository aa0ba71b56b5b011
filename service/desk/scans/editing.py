"""What a person writes into the fields of a ticket, where it was misread or not read at all."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from config.errors import ConflictError, MissingError, UsageError
from config.home import Home
from models.fields.ticket import FIELD_NAMES
from service.desk.judging import detailed
from service.desk.scans.scans import PAST, deleted
from storage.ledger import Ledger
from storage.tickets.edits import EditBook, EditSource

LONGEST: Final = 200
"""Letters of a vendor's name, at most."""

_DATE = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_AMOUNT = re.compile(r"-?[0-9]{1,12}(?:\.[0-9]{1,3})?")
_CURRENCY = re.compile(r"[A-Z]{3}")
# Of the categories of Unicode those that a person sees; beside them stand blanks and joiners.
_SEEN = ("L", "N", "P", "S")
_NEVER = ("Cc", "Cs", "Co")
_TURNS = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
"""They make a text look other than it is: Unicode Standard Annex 9."""


def edit_fields(
    home: Home,
    ledger: Ledger,
    scan_id: int,
    values: Mapping[str, str | None],
    source: EditSource,
) -> dict[str, Any]:
    """Write values into fields of a scan that was read.

    What was read is kept beside them, and no later reading of the same bytes replaces them. Of two
    people who write at once the last one wins; the history shows both.

    Args:
        home: whose scan.
        ledger: of the home.
        scan_id: which.
        values: by name; None, or a blank, empties a field. See `checked` for what each may be.
        source: from where.

    Returns:
        See `fields_now`.

    Raises:
        UsageError: no such field, or nothing that it may hold; then none is written.
        MissingError: there is no such scan.
        ConflictError: it was not read, was put back into the inbox, or its file was deleted.
    """
    if not values:
        raise UsageError("no field is named", f"Name one or more of {', '.join(FIELD_NAMES)}")
    written = {name: checked(name, value) for name, value in values.items()}
    if not EditBook(ledger.database, home).write(scan_id, written, source):
        raise _not_editable(ledger, scan_id)
    return fields_now(ledger, scan_id)


def take_back_field(
    home: Home, ledger: Ledger, scan_id: int, name: str, source: EditSource
) -> dict[str, Any]:
    """Give a field back what was read; see `edit_fields`.

    Raises:
        UsageError: there is no such field.
        MissingError: there is no such scan.
        ConflictError: nobody has written into the field; else as `edit_fields`.
    """
    _check_name(name)
    if not EditBook(ledger.database, home).take_back(scan_id, name, source):
        row = ledger.result(scan_id)
        if row is None or row["state"] in PAST or row["text"] is None:
            raise _not_editable(ledger, scan_id)
        raise ConflictError(
            f"nobody has written the {name} of scan {scan_id}", "It is what was read"
        )
    return fields_now(ledger, scan_id)


def fields_now(ledger: Ledger, scan_id: int) -> dict[str, Any]:
    """The fields of a scan: ``scan_id``, ``fields`` by name, ``field_details``.

    Raises:
        MissingError: there is no such scan.
    """
    row = ledger.result(scan_id)
    if row is None:
        raise _no_such(scan_id)
    return {
        "scan_id": scan_id,
        "fields": {name: row[name] for name in FIELD_NAMES},
        "field_details": detailed(ledger.fields([scan_id]).get(scan_id, {})),
    }


def checked(name: str, value: str | None) -> str | None:
    """A value as the field of this name holds it; None of a blank.

    A date is ISO 8601 (``2026-01-31``), total and tax are decimal numbers with a point and at least
    two places (``12.50``; ``12`` becomes ``12.00``), a currency is three capital letters
    (ISO 4217), a vendor any text that can be seen.

    Raises:
        UsageError: it is none of that, or there is no such field.
    """
    _check_name(name)
    text = None if value is None else " ".join(value.split())
    if not text:
        return None
    if name == "ticket_date":
        return _checked_date(text)
    if name == "currency":
        if not _CURRENCY.fullmatch(text):
            raise _refused(name, "three capital letters", "Write it as EUR: ISO 4217")
        return text
    if name == "vendor":
        return _checked_vendor(text)
    if not _AMOUNT.fullmatch(text):
        raise _refused(name, "an amount", "Write it as 12.50, with a point and without a currency")
    whole, _, places = text.partition(".")
    return f"{whole}.{places:0<2}"


def _checked_date(text: str) -> str:
    try:
        if _DATE.fullmatch(text):
            return date.fromisoformat(text).isoformat()
    except ValueError:
        pass
    raise _refused("ticket_date", "a date of the calendar", "Write it as 2026-01-31")


def _checked_vendor(text: str) -> str:
    if len(text) > LONGEST:
        raise _refused("vendor", f"{LONGEST} letters or fewer", "Shorten it")
    kinds = [unicodedata.category(sign) for sign in text]
    if not any(kind.startswith(_SEEN) for kind in kinds):
        raise _refused("vendor", "a text that can be seen", "Send null to empty the field")
    if any(kind in _NEVER for kind in kinds) or not _TURNS.isdisjoint(text):
        raise _refused("vendor", "a text that can be seen", "Leave its control characters out")
    return text


def _check_name(name: str) -> None:
    if name not in FIELD_NAMES:
        raise UsageError("there is no such field", f"The fields are {', '.join(FIELD_NAMES)}")


def _refused(name: str, what: str, advice: str) -> UsageError:
    # What was sent is not repeated: it may be anything.
    return UsageError(f"{name} is not {what}", advice)


def _not_editable(ledger: Ledger, scan_id: int) -> MissingError | ConflictError:
    row = ledger.result(scan_id)
    if row is None:
        return _no_such(scan_id)
    if row["state"] == "superseded":
        return ConflictError(
            f"scan {scan_id} was put back into the inbox", "Its new row tells more"
        )
    if row["state"] == "gone":
        return deleted(scan_id)
    return ConflictError(
        f"scan {scan_id} was not read: it has no fields",
        "Say first that it is of a class that is read",
    )


def _no_such(scan_id: int) -> MissingError:
    return MissingError(f"there is no scan {scan_id}", "See 'pigeonhole results'")
