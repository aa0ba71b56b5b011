from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from storage.filing.notes import ENDING, remove_note, write_note
from tests.storage.filing.mounting import behave_as

SHA256 = "0" * 64

NOTE = {"sha256": "a" * 64, "stage": "decode", "reason": "kein Bild: Straße"}


def test_a_note_stands_beside_its_file(tmp_path: Path) -> None:
    """The user would find a failed file without a word of why."""
    path = write_note(tmp_path / "scan.png", NOTE)
    assert path == tmp_path / "scan.png.error.json"
    assert json.loads(path.read_bytes()) == NOTE
    assert "Straße" in path.read_text(encoding="utf-8")
    assert list(tmp_path.iterdir()) == [path]


def test_a_note_of_ours_is_replaced(tmp_path: Path) -> None:
    """A file that fails again would gather notes, the first of them out of date."""
    write_note(tmp_path / "scan.png", NOTE)
    path = write_note(
        tmp_path / "scan.png", {**NOTE, "sha256": "b" * 64}, is_ours=lambda note: note == NOTE
    )
    assert json.loads(path.read_bytes())["sha256"] == "b" * 64
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.parametrize(
    "text", ["[1]", '{"sha256": "mine"}', '{"mine": 1}', "not json", '{"sha256": 5}', "[" * 100_000]
)
def test_a_file_of_the_users_is_never_replaced(tmp_path: Path, text: str) -> None:
    """User bytes are never overwritten, whatever they are called."""
    theirs = tmp_path / "scan.png.error.json"
    theirs.write_text(text)
    path = write_note(tmp_path / "scan.png", NOTE)
    assert path == tmp_path / "scan.png (2).error.json"
    assert theirs.read_text() == text
    assert remove_note(tmp_path / "scan.png", "a" * 64)
    assert list(tmp_path.iterdir()) == [theirs]


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    """A note must not write over, or be taken for, what a link points at."""
    theirs = tmp_path / "elsewhere.json"
    theirs.write_text(json.dumps(NOTE))
    (tmp_path / "scan.png.error.json").symlink_to(theirs)
    assert write_note(tmp_path / "scan.png", {**NOTE, "x": 1}).name == "scan.png (2).error.json"
    assert json.loads(theirs.read_text()) == NOTE


def test_only_the_note_of_the_same_bytes_is_removed(tmp_path: Path) -> None:
    """A retry that succeeds would take away the note of another file."""
    path = write_note(tmp_path / "scan.png", NOTE)
    assert not remove_note(tmp_path / "scan.png", "b" * 64)
    assert not remove_note(tmp_path / "other.png", "a" * 64)
    assert path.is_file()
    assert remove_note(tmp_path / "scan.png", "a" * 64)
    assert not path.exists()


@pytest.mark.parametrize("name", ["x" * 255, "ß" * 127, "caf\udce9.png", "\udcff" * 250])
def test_long_and_odd_names_get_a_note(tmp_path: Path, name: str) -> None:
    """The note's own name would be refused, and with it the note."""
    beside = tmp_path / name
    path = write_note(beside, {**NOTE, "file": name})
    assert json.loads(path.read_bytes())["file"] == name
    assert remove_note(beside, "a" * 64)
    assert not list(tmp_path.iterdir())


def test_long_names_that_begin_alike_keep_a_note_each(tmp_path: Path) -> None:
    """Cut to the same length they are one name: the second note would replace the first."""
    one = write_note(tmp_path / ("x" * 250 + "1"), NOTE)
    two = write_note(tmp_path / ("x" * 250 + "2"), {**NOTE, "sha256": "b" * 64})
    assert one != two
    assert one.is_file()


def test_a_note_that_cannot_be_written_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk would fill with hidden parts."""

    def full(_fd: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(OSError, match="No space"):
        write_note(tmp_path / "scan.png", NOTE)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("theirs", [False, True], ids=["free", "taken"])
def test_a_name_that_was_reserved_by_who_died_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, theirs: bool
) -> None:
    """On exFAT an empty note would stay beside the file for ever, and the real one get a number."""
    failed = tmp_path / "a.png"
    usual = tmp_path / f"a.png{ENDING}"
    if theirs:
        usual.touch()
    with monkeypatch.context() as patched:
        behave_as("reserve", tmp_path / "inbox", patched)
        patched.setattr(os, "rename", lambda *_: os._exit(9))
        child = os.fork()
        if not child:
            write_note(failed, {"sha256": SHA256})
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    with monkeypatch.context() as patched:
        behave_as("reserve", tmp_path / "inbox", patched)
        note = write_note(failed, {"sha256": SHA256})
    assert note == (tmp_path / "a.png (2).error.json" if theirs else usual)
    assert {path.name for path in tmp_path.iterdir()} == {
        note.name,
        *([usual.name] if theirs else []),
    }
