"""Notes of failed files that people change, move, or have under the same name: none is overwritten."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from indexer.support import class_counts
from service.daemon import notes
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


NOTE_NAMES = ("x.error.json", "a.png.error.json", "a.png.error (2).json", "march/b.png.error.json")


def _state(desk: Desk, scan_id: int) -> tuple[str, str | None]:
    row = desk.ledger.result(scan_id)
    assert row is not None
    return row["state"], row["destination"]


@pytest.mark.parametrize("name", NOTE_NAMES)
@pytest.mark.parametrize("content", ["ticket 1", "unknown 1", "broken 1"])
def test_a_scan_under_the_name_of_a_note_is_followed(desk: Desk, name: str, content: str) -> None:
    """The file that a person dragged to `failed/` counted as deleted, and `verify` was silent."""
    desk.drop("a.png", content)
    desk.once(Judge())
    state, before = _state(desk, 1)
    assert before is not None
    place = desk.home.failed / name
    place.parent.mkdir(exist_ok=True)
    os.replace(desk.home.root / before, place)  # over the note, where there is one
    assert [(one.kind, one.detail) for one in verify(desk.home, desk.ledger)] == [
        ("moved", f"stands at failed/{name}")
    ]
    desk.once(Judge())
    assert _state(desk, 1) == (state, f"failed/{name}")
    assert place.read_text() == content
    assert list(verify(desk.home, desk.ledger)) == []
    place.rename(desk.home.failed / "b.png")
    desk.once(Judge())
    assert _state(desk, 1) == (state, "failed/b.png")
    assert list(verify(desk.home, desk.ledger)) == []


def test_a_scan_that_was_dropped_under_the_name_of_a_note_is_followed(desk: Desk) -> None:
    """It has that name from the beginning, and so has its note."""
    desk.drop("n.error.json", "broken 1")
    desk.once(Judge())
    assert _state(desk, 1) == ("failed", "failed/n.error.json")
    (desk.home.failed / "march").mkdir()
    (desk.home.failed / "n.error.json").rename(desk.home.failed / "march" / "n.error.json")
    desk.once(Judge())
    assert _state(desk, 1) == ("failed", "failed/march/n.error.json")
    assert list(verify(desk.home, desk.ledger)) == []
    (desk.home.failed / "march" / "n.error.json").unlink()
    desk.once(Judge())
    assert _state(desk, 1)[0] == "gone"


def test_a_file_that_is_no_note_is_a_stranger_whatever_its_name(desk: Desk) -> None:
    """A person's file in `failed/` would be named by nothing."""
    desk.home.failed.mkdir(exist_ok=True)
    for name, content in (("a.error.json", "a list"), ("b.error.json", '{"sha256": "mine"}')):
        (desk.home.failed / name).write_text(content)
    desk.once(Judge())
    assert {one.place: one.kind for one in verify(desk.home, desk.ledger)} == {
        "failed/a.error.json": "stranger", "failed/b.error.json": "stranger",
    }  # fmt: skip


def test_a_scan_with_the_bytes_of_a_note_is_not_removed_with_it(desk: Desk) -> None:
    """A note was dropped, filed, and dragged over the one that it is a copy of: it was deleted."""
    bad = desk.drop("bad.png", "broken 1")
    desk.once(Judge())
    note = desk.home.failed / "bad.png.error.json"
    content = note.read_text()
    desk.drop("note.json", content)
    desk.once(Judge())
    _, place = _state(desk, 2)
    assert place is not None
    os.replace(desk.home.root / place, note)
    (desk.home.failed / bad.name).unlink()
    desk.once(Judge())
    assert [path for path in _all_files(desk.home.root) if path.read_bytes() == content.encode()]


def _all_files(root: Path) -> list[Path]:
    return [path for path in root.rglob("*") if path.is_file()]


def test_the_first_example_of_a_class_is_seen_under_any_name(desk: Desk) -> None:
    """A new class would have an example that nobody looks at, and so be none."""
    desk.drop("a.png", "ticket 1")
    desk.once(Judge())
    place = desk.home.root / str(_state(desk, 1)[1])
    (desk.home.sorted / "invoice").mkdir()
    place.rename(desk.home.sorted / "invoice" / "x.error.json")
    desk.once(Judge())
    assert _state(desk, 1) == ("filed", "sorted/invoice/x.error.json")
    assert class_counts(desk.home.support)["invoice"] == 1


def test_a_huge_file_that_begins_like_a_note_is_none(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write to failed/ would have the service read it for hours, and sort nothing."""
    desk.home.failed.mkdir(exist_ok=True)
    place = desk.home.failed / "bad.png.error.json"
    place.write_text(json.dumps({"sha256": "0" * 64}).ljust(1 << 20))
    os.truncate(place, 1 << 42)
    monkeypatch.setattr(notes, "hash_file", lambda *_: pytest.fail("it was read"))
    desk.drop("bad.png", "broken 1")
    desk.once(Judge())
    assert _state(desk, 1) == ("failed", "failed/bad.png")
    assert (desk.home.failed / "bad.png.error (2).json").is_file() or (
        desk.home.failed / "bad.png (2).error.json"
    ).is_file()
