from __future__ import annotations

from collections.abc import Callable

import pytest

from config.home import Home
from models.page.scan import Scan
from storage.database import Database
from storage.filing.moving import file_away
from storage.filing.names import next_name
from storage.filing.outcomes import Placed, Taken
from storage.ledger import Ledger
from storage.records import Decision


@pytest.mark.parametrize("moved", [False, True])
@pytest.mark.parametrize("taken", [False, True])
def test_a_daemon_that_died_is_taken_over(
    home: Home, drop: Callable[..., Scan], moved: bool, taken: bool
) -> None:
    """The ledger's way and the file's, with a crash between transactions A and B."""
    scan = drop("scan.png", b"the only copy")
    place = home.sorted / "ticket" / "scan.png"
    if taken:
        place.parent.mkdir()
        place.write_bytes(b"theirs")

    first = Ledger(Database.open(home.database), home)
    (claim,) = first.claim([scan])
    moves = first.decide([Decision(claim.scan_id, scan, "filed", place)])
    if moved:
        while isinstance(file_away(moves)[0], Taken):
            moves = [first.redirect(claim.scan_id, next_name(moves[0].destination))]
    first.database.close()

    second = Ledger(Database.open(home.database), home)
    assert second.recover() == []
    moves = second.moves()
    while isinstance(file_away(moves)[0], Taken):
        moves = [second.redirect(claim.scan_id, next_name(moves[0].destination))]
    assert file_away(moves) == [Placed(moves[0])]
    second.close([claim.scan_id])
    row = second.result(claim.scan_id)
    end = second.place(claim.scan_id)
    second.database.close()

    assert row is not None
    assert row["state"] == "filed"
    assert row["destination"] == (
        "sorted/ticket/scan (2).png" if taken else "sorted/ticket/scan.png"
    )
    assert end is not None
    assert end.read_bytes() == b"the only copy"
    assert not scan.path.exists()
    assert not taken or place.read_bytes() == b"theirs"
