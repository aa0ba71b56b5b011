"""Whether the files of closed scans are at their places: how they look there, and which were deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import bindparam, update

from storage.book import Book
from storage.records import FileIdentity, timestamp
from storage.rows import IDENTIFIED, each, identified
from storage.tables import CLOSED, MAY_GO, is_in, scans


class PresenceBook(Book):
    """What was seen at the places of scans. Every method is one transaction."""

    def remember(self, looks: Mapping[int, tuple[FileIdentity, str]]) -> None:
        """How the files of closed scans look at their places now, by the ids of the scans.

        With each stands the hash of the file where its bytes are not those of the scan; else it is
        empty.
        """
        rows = [{"scan": i, **identified(*look)} for i, look in looks.items()]
        with self._database.write() as connection:
            each(connection, _REMEMBER, rows)

    def note_gone(self, scan_ids: Sequence[int]) -> None:
        """A person has deleted these files: the rows are ``gone``, and go on naming the places."""
        now = timestamp(self._clock())
        with self._database.write() as connection:
            each(connection, _GONE, [{"scan": i, "now": now} for i in scan_ids])

    def found_again(self, looks: Mapping[int, tuple[FileIdentity, str]]) -> None:
        """These files that were deleted stand again where they were filed: the rows are as before.

        The values are those of `remember`.
        """
        rows = [{"scan": i, **identified(*look)} for i, look in looks.items()]
        with self._database.write() as connection:
            each(connection, _FOUND_AGAIN, rows)


_BY_ID = scans.c.id == bindparam("scan")
_LOOKS: dict[str, Any] = {name: bindparam(name) for name in IDENTIFIED}
_REMEMBER = update(scans).where(_BY_ID, is_in(CLOSED)).values(_LOOKS)
_GONE = (
    update(scans)
    .where(_BY_ID, is_in(MAY_GO))
    .values(state="gone", gone_from=scans.c.state, gone_at=bindparam("now"))
)
_FOUND_AGAIN = (
    update(scans)
    .where(_BY_ID, scans.c.state == "gone")
    .values(state=scans.c.gone_from, gone_from=None, gone_at=None, **_LOOKS)
)
