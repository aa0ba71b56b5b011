"""Notes of failed files that people change, move, or have under the same name: none is overwritten."""

from __future__ import annotations

import json

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
