"""What the books beside the ledger have in common: their database, their home, their clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from config.home import Home
from storage import records
from storage.database import Database


class Book:
    """Rows of one kind. Every method is one transaction.

    Args:
        database: of the ledger.
        home: whose paths they hold.
        clock: the present, with a time zone.
    """

    def __init__(
        self, database: Database, home: Home, clock: Callable[[], datetime] = records.now
    ) -> None:
        self._database = database
        self._home = home
        self._clock = clock
