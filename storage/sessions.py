"""Sessions of browsers: which are alive, for every process that serves the home."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import datetime, timedelta

from sqlalchemy import delete, insert, select

from storage import records
from storage.database import Database
from storage.records import timestamp
from storage.tables import sessions


class LiveSessions:
    """The sessions that are alive. Only those that stand here are: an unknown id is refused.

    A list of ended sessions would do as well, but a clock that runs ahead for a moment would
    empty it, and every session that was ended would be alive again.

    Args:
        database: of the ledger.
        clock: the present, with a time zone.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime] = records.now) -> None:
        self._database = database
        self._clock = clock

    def add(self, session_id: str, seconds: float) -> None:
        """Let a session live for so many seconds. Those that have expired are removed."""
        now = self._clock()
        row = {
            "id_sha256": _hashed(session_id),
            "expires_at": timestamp(now + timedelta(seconds=seconds)),
        }
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.expires_at <= timestamp(now)))
            connection.execute(insert(sessions), row)

    def is_alive(self, session_id: str) -> bool:
        """Whether a session was added, was not removed, and has not expired."""
        query = select(sessions.c.id_sha256).where(
            sessions.c.id_sha256 == _hashed(session_id),
            sessions.c.expires_at > timestamp(self._clock()),
        )
        with self._database.read() as connection:
            return connection.execute(query).first() is not None

    def remove(self, session_id: str) -> None:
        """End a session. One that has ended already stays so."""
        with self._database.write() as connection:
            connection.execute(delete(sessions).where(sessions.c.id_sha256 == _hashed(session_id)))


def _hashed(session_id: str) -> str:
    """What the ledger keeps: whoever reads a backup of it learns no id."""
    return hashlib.sha256(session_id.encode()).hexdigest()
