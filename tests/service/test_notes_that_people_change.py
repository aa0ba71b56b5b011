"""Notes of failed files that people change, move, or have under the same name: none is overwritten."""

from __future__ import annotations

import json

from service.desk.scans.verifying import verify
from tests.service.fakes import Desk, Judge


def test_a_note_with_a_remark_is_not_replaced(desk: Desk) -> None:
    """What a person wrote into it would be gone with the next file of that name."""
    desk.drop("bad.png", "broken 1")
    desk.once(Judge())
    note = desk.home.failed / "bad.png.error.json"
    remarked = json.dumps({**json.loads(note.read_text()), "my_remark": "ask Ann"})
    note.write_text(remarked)
    (desk.home.failed / "bad.png").unlink()
    desk.once(Judge())
    desk.drop("bad.png", "broken 2")
    desk.once(Judge())
    assert note.read_text() == remarked


def test_a_file_that_looks_like_a_note_is_not_replaced(desk: Desk) -> None:
    """It is a person's: the service never wrote it."""
    theirs = desk.home.failed / "zz.png.error.json"
    theirs.parent.mkdir(exist_ok=True)
    theirs.write_text('{"sha256": "mine"}')
    desk.drop("zz.png", "broken 1")
    desk.once(Judge())
    assert theirs.read_text() == '{"sha256": "mine"}'


def test_a_note_that_nobody_changed_is_replaced(desk: Desk) -> None:
    """The old one would stay for good, and the new one get a number."""
    desk.drop("bad.png", "broken 1")
    desk.once(Judge())
    (desk.home.failed / "bad.png").unlink()
    desk.drop("bad.png", "broken 2")
    desk.once(Judge())
    names = sorted(path.name for path in desk.home.failed.iterdir())
    assert names == ["bad.png", "bad.png.error.json"]


def test_a_failed_file_that_is_dropped_with_its_note_leaves_none(desk: Desk) -> None:
    """`verify` would call the service's own note a stranger, and it would stay for good."""
    desk.drop("bad.png", "broken 1")
    desk.once(Judge())
    for name in ("bad.png", "bad.png.error.json"):
        (desk.home.failed / name).rename(desk.home.inbox / name)
    judge = Judge()
    note = desk.home.inbox / "bad.png.error.json"
    note.write_text(f"broken {note.read_text()}")
    desk.once(judge)
    assert (desk.home.failed / "bad.png (2).error.json").is_file()
    (desk.home.failed / "bad.png.error.json").unlink()
    desk.once(judge)
    assert [one.kind for one in verify(desk.home, desk.ledger)] == ["gone"]  # the old note
    (desk.home.failed / "bad.png").unlink()
    desk.once(judge)
    assert list(desk.home.failed.iterdir()) == []


def test_a_note_with_a_number_of_an_earlier_version_is_known_and_removed(desk: Desk) -> None:
    """A home that has one would keep it for good."""
    desk.drop("bad.png", "broken 1")
    desk.once(Judge())
    failed = desk.home.failed
    (failed / "bad.png.error.json").rename(failed / "bad.png.error (2).json")
    desk.once(Judge())
    assert list(verify(desk.home, desk.ledger)) == []
    assert len(desk.rows()) == 1
    (failed / "bad.png").unlink()
    desk.once(Judge())
    assert list(failed.iterdir()) == []
