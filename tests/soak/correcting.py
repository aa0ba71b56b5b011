"""Say of one scan what it is, in a process that can be killed: ``python -m tests.soak.correcting``."""

from __future__ import annotations

import os
import sys
from contextlib import closing
from pathlib import Path

from config.errors import ConflictError, MissingError
from config.home import Home
from config.settings import load_settings
from service.desk.scans.correcting import say_what_it_is
from storage.database import Database
from storage.ledger import Ledger

LEFT_ALONE = 1
"""The exit code where the scan was in other hands meanwhile."""


def main(root: str, scan_id: str, class_name: str) -> int:
    """Correct a scan; the settings are those of the environment."""
    home = Home.of(Path(root), load_settings(Path(root, "pigeonhole.toml"), {}))
    with closing(Database.open_existing(home.database)) as database:
        try:
            say_what_it_is(home, Ledger(database, home), int(scan_id), class_name, "api")
        except (ConflictError, MissingError) as error:
            print(error, file=sys.stderr)
            return LEFT_ALONE
    return os.EX_OK


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
