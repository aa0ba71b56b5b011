"""The service without its care: no syncs, no links, no second look at the bytes.

What it would be if it moved files as most programs do. For `durability.py` to compare with.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from sqlalchemy import Engine, event

from service.daemon import carrying
from storage.filing.outcomes import Outcome, Placed
from storage.records import Move


def _rename(moves: Sequence[Move]) -> list[Outcome]:
    for move in moves:
        move.destination.parent.mkdir(parents=True, exist_ok=True)
        move.source.rename(move.destination)
    return [Placed(move) for move in moves]


if __name__ == "__main__":
    from service.cli.main import main

    os.fsync = lambda _descriptor: None
    event.listen(Engine, "connect", lambda opened, _: opened.execute("PRAGMA synchronous = OFF"))
    carrying.file_away = _rename
    main()
