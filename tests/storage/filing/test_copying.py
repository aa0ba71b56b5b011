from __future__ import annotations

import errno
import hashlib
import os
from pathlib import Path
from typing import Any

import pytest

from storage.filing import aside, noreplace
from storage.filing.copying import copy_in
from tests.storage.filing.mounting import behave_as

BYTES = b"an example of a class"
SHA256 = hashlib.sha256(BYTES).hexdigest()


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """A file that a user names."""
    path = tmp_path / "source.png"
    path.write_bytes(BYTES)
    path.chmod(0o640)
    return path


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Where it is to go."""
    folder = tmp_path / "class"
    folder.mkdir()
    return folder


def test_a_copy_is_whole_and_the_source_stays(source: Path, folder: Path) -> None:
    """An example would be cut off, or moved away from the user."""
    assert copy_in(source, SHA256, folder / "a.png") == folder / "a.png"
    assert (folder / "a.png").read_bytes() == source.read_bytes() == BYTES
    assert (folder / "a.png").stat().st_mode & 0o777 == 0o640
    assert os.listdir(folder) == ["a.png"]


def test_a_name_that_is_taken_is_never_replaced(source: Path, folder: Path) -> None:
    """Another example would be lost."""
    (folder / "a.png").write_bytes(b"theirs")
    (folder / "a (2).png").symlink_to("nowhere")
    assert copy_in(source, SHA256, folder / "a.png") == folder / "a (3).png"
    assert (folder / "a.png").read_bytes() == b"theirs"
    assert sorted(os.listdir(folder)) == ["a (2).png", "a (3).png", "a.png"]


@pytest.mark.parametrize("kind", ["other bytes", "missing", "link", "pipe", "no folder"])
def test_what_cannot_be_copied_leaves_nothing(source: Path, folder: Path, kind: str) -> None:
    """Half an example would count as one, or the command wait on a pipe for ever."""
    if kind == "other bytes":
        source.write_bytes(b"changed since it was looked at")
    elif kind == "link":
        source.rename(source.with_name("real.png"))
        source.symlink_to("real.png")
    elif kind == "no folder":
        folder.rmdir()
    elif kind != "other bytes":
        source.unlink()
        if kind == "pipe":
            os.mkfifo(source)
    with pytest.raises(OSError):
        copy_in(source, SHA256, folder / "a.png")
    assert not folder.exists() or os.listdir(folder) == []


def test_the_part_of_a_copy_that_died_is_in_nobodys_way(source: Path, folder: Path) -> None:
    """After a crash with the same process number nothing could be added."""
    (folder / f".pigeonhole-copy-{os.getpid()}-{SHA256[:16]}.part").write_bytes(b"half")
    copy_in(source, SHA256, folder / "a.png")
    assert os.listdir(folder) == ["a.png"]


def test_a_name_that_was_reserved_by_who_died_is_given_back(
    source: Path, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On exFAT an empty example would stay in the class for ever, and nobody could read it."""
    behave_as("reserve", folder, monkeypatch)
    child = os.fork()
    if not child:
        monkeypatch.setattr(os, "rename", lambda *_: os._exit(9))
        copy_in(source, SHA256, folder / "a.png")
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    assert (folder / "a.png").read_bytes() == b""
    (folder / "empty.png").touch()  # somebody's
    assert copy_in(source, SHA256, folder / "a.png") == folder / "a.png"
    assert (folder / "a.png").read_bytes() == BYTES
    assert sorted(os.listdir(folder)) == ["a.png", "empty.png"]


def test_a_marker_of_somebody_else_leads_nowhere(
    source: Path, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whoever may write to the folder would have another file emptied, or removed."""
    theirs, empty = tmp_path / "theirs", tmp_path / "empty"
    theirs.write_text("theirs")
    empty.touch()
    own = folder / f".pigeonhole-copy-{os.getpid()}-{SHA256[:16]}.renamed"
    dead = folder / f".pigeonhole-copy-0-{SHA256[:16]}.renamed"
    piped = folder / f".pigeonhole-copy-00-{SHA256[:16]}.renamed"
    os.mkfifo(piped)
    dead.write_text("../empty")
    behave_as("reserve", folder, monkeypatch)
    own.symlink_to(theirs)
    assert copy_in(source, SHA256, folder / "a.png") == folder / "a.png"
    own.symlink_to(theirs)
    part = folder / "part"
    part.write_bytes(BYTES)
    assert noreplace.publish(part, folder / "b.png", marker=own)
    assert theirs.read_text() == "theirs"
    assert empty.exists()
    assert sorted(os.listdir(folder)) == [own.name, "a.png", "b.png"]


def test_a_file_that_is_written_under_a_held_time_is_not_set_aside(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What a program writes that sets the mtime back would go with the original, and be lost."""
    file = tmp_path / "a.png"
    file.write_bytes(b"pixels")
    held = file.stat()
    copy = aside.copy_in

    def refused(_source: Path, _target: Path) -> None:
        raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))

    def then_written(*args: Any) -> Path:
        place = copy(*args)
        while file.stat().st_ctime_ns == held.st_ctime_ns:
            file.write_bytes(b"PIXELS")
            os.utime(file, ns=(held.st_atime_ns, held.st_mtime_ns))
        return place

    monkeypatch.setattr(noreplace, "rename_without_replacing", refused)
    monkeypatch.setattr(aside, "copy_in", then_written)
    with pytest.raises(OSError, match="replaced meanwhile"):
        aside.set_aside(file, tmp_path / "removed")
    assert file.read_bytes() == b"PIXELS"
