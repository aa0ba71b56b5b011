"""What the faces of one home share while they are open."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

from config.home import Home
from config.ignored import Ignored
from config.settings import Settings
from service.desk.asking import Asking
from service.desk.classes.surveying import Surveys
from service.desk.pictures import Pictures
from service.workers.engine import EngineSpec
from service.workers.temporary import private_folder, remove_what_the_dead_left
from storage.checkpoints import checkpointed
from storage.database import Database
from storage.ledger import Ledger
from storage.sessions import LiveSessions

WAIT = 5.0
"""Seconds that an answer may wait for another program's transaction."""


@dataclass(frozen=True, slots=True)
class Office:
    """A home, opened for the faces.

    Attributes:
        home: whose.
        settings: of it.
        ledger: of it.
        sessions: of browsers that are signed in.
        asking: what judges uploads.
        pictures: draws scans.
        surveys: of the examples.
        ignored: names that the inbox leaves alone.
        uploads: the folder for uploads; the daemon clears it when this process has died.
        ending: set when this process ends, for what waits for somebody else.
    """

    home: Home
    settings: Settings
    ledger: Ledger
    sessions: LiveSessions
    asking: Asking
    pictures: Pictures
    surveys: Surveys
    ignored: Ignored
    uploads: Path
    ending: threading.Event = field(default_factory=threading.Event)


@contextmanager
def office_of(home: Home, settings: Settings, pid: int) -> Iterator[Office]:
    """Open a home; a daemon may work in it, or not.

    Args:
        home: whose.
        settings: of it.
        pid: of this process.

    Raises:
        DatabaseError: the ledger cannot be opened.
    """
    remove_what_the_dead_left(home.cache)
    database = Database.open(home.database, timeout=WAIT)
    uploads = private_folder(home.cache, pid)
    spec = EngineSpec.of(home, settings)
    asking, pictures = Asking(spec, settings.job_timeout), Pictures(spec)
    surveys = Surveys(asking, home.support)
    try:
        with checkpointed(database):
            yield Office(
                home,
                settings,
                Ledger(database, home),
                LiveSessions(database),
                asking,
                pictures,
                surveys,
                Ignored(settings.ignore),
                uploads,
            )
    finally:
        asking.close()
        surveys.close()
        pictures.close()
        database.close()
        with suppress(OSError):  # it holds something, or was never made
            uploads.rmdir()
