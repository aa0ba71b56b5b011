from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path

import pytest

from storage.filing import beside, files
from storage.filing.beside import clear_part, put_beside, take_back
from tests.storage.filing.mounting import behave_as

DATA = b"what was read\n" * 1000
SHA256 = hashlib.sha256(DATA).hexdigest()


def names(folder: Path) -> set[str]:
    """All files, the hidden ones too."""
    return {path.name for path in folder.iterdir()}


def test_a_file_is_written_whole_and_taken_away(tmp_path: Path) -> None:
    """A text would be half there, or stay when its ticket goes."""
    place = tmp_path / "a.png.txt"
    assert put_beside(DATA, place, "1-text")
    assert place.read_bytes() == DATA
    assert names(tmp_path) == {"a.png.txt"}
    assert take_back(1, place, SHA256, len(DATA))
    assert names(tmp_path) == set()
    assert take_back(1, place, SHA256, len(DATA))


def test_a_name_that_is_taken_is_left_alone(tmp_path: Path) -> None:
    """A person's notes on a ticket would be overwritten."""
    place = tmp_path / "a.png.txt"
    place.write_text("mine")
    assert not put_beside(DATA, place, "1-text")
    assert (place.read_text(), names(tmp_path)) == ("mine", {"a.png.txt"})


def test_what_a_person_changed_or_put_there_stays(tmp_path: Path) -> None:
    """A corrected text would be deleted with its ticket."""
    place = tmp_path / "a.png.txt"
    for there in (DATA[:-1] + b"!", DATA + b"more"):
        place.write_bytes(there)
        assert not take_back(1, place, SHA256, len(DATA))
        assert (place.read_bytes(), names(tmp_path)) == (there, {"a.png.txt"})
    place.unlink()
    place.symlink_to(tmp_path / "elsewhere")
    assert not take_back(1, place, SHA256, len(DATA))
    assert place.is_symlink()


def test_a_full_disk_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each try would take more of the room that is left."""

    def full(_descriptor: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(files, "fsync", full)
    with pytest.raises(OSError, match="No space"):
        put_beside(DATA, tmp_path / "a.png.txt", "1-text")
    assert names(tmp_path) == set()


def test_what_died_halfway_is_taken_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Hidden files would gather, or a file stay away for ever that was only set aside."""
    place = tmp_path / "a.png.txt"
    part = beside._part(place, "1-text")
    part.write_bytes(DATA[:10])
    assert put_beside(DATA, place, "1-text")
    with monkeypatch.context() as dying:
        dying.setattr(os, "unlink", _die)
        with pytest.raises(KeyboardInterrupt):
            take_back(1, place, SHA256, len(DATA))
    assert not place.exists()
    assert take_back(1, place, SHA256, len(DATA))
    assert names(tmp_path) == set()
    part.write_bytes(DATA[:10])
    clear_part(place, "1-text")
    assert names(tmp_path) == set()


def _die(_path: Path) -> None:
    raise KeyboardInterrupt


def test_a_name_that_was_reserved_by_who_died_is_given_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On exFAT an empty text would stay beside the ticket for ever."""
    place = tmp_path / "a.png.txt"
    behave_as("reserve", tmp_path / "inbox", monkeypatch)
    child = os.fork()
    if not child:
        monkeypatch.setattr(os, "rename", lambda *_: os._exit(9))
        put_beside(DATA, place, "1-text")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert place.stat().st_size == 0
    clear_part(place, "1-text")
    assert names(tmp_path) == set()
    place.touch()  # somebody's
    assert not put_beside(DATA, place, "1-text")
    assert names(tmp_path) == {"a.png.txt"}
