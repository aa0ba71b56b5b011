"""Edited fields, and the daemon that reads on."""

from __future__ import annotations

from service.desk.scans.editing import edit_fields
from service.desk.scans.recalling import put_back
from tests.service.fakes import Desk, Judge


def test_the_daemon_never_overwrites_what_a_person_wrote(desk: Desk) -> None:
    """A copy, or a ticket that is read again, would show what was misread."""
    judge = Judge()
    desk.drop("a.png", "ticket zebra")
    desk.once(judge)
    edit_fields(desk.home, desk.ledger, 1, {"vendor": "ZOO", "total": "3.20"}, "page")
    desk.drop("b.png", "ticket zebra")
    desk.once(judge)
    assert judge.priors == ["b.png"]
    put_back(desk.home, desk.ledger, desk.ledger.filed(scan_ids=[1, 2]))
    desk.once(judge)
    desk.drop("c.png", "ticket lion")
    desk.once(judge)
    told = [(row["state"], row["vendor"], row["total"]) for row in desk.rows()]
    mended = ("ZOO", "3.20")
    assert told == [
        ("superseded", *mended), ("superseded", *mended),
        ("filed", *mended), ("filed", *mended), ("filed", None, None),
    ]  # fmt: skip
