"""What a copy may be: nobody's file becomes a program of the service's user."""

from __future__ import annotations

import errno
import hashlib
import os
import stat
from pathlib import Path
from typing import Any

import pytest

from storage.filing import noreplace
from storage.filing.aside import set_aside
from storage.filing.beside import put_beside
from storage.filing.copying import copy_in
from storage.filing.folders import set_folder_aside
from storage.filing.moving import file_away
from storage.filing.notes import write_note
from storage.filing.outcomes import Placed
from storage.records import Move

BYTES = b"#!/bin/sh\nid\n"
SHA256 = hashlib.sha256(BYTES).hexdigest()


def mode_of(path: Path) -> int:
    """Permission bits with set-uid, set-gid and the sticky bit."""
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def program(tmp_path: Path) -> Path:
    """A set-uid, set-gid program that a local user drops."""
    path = tmp_path / "inbox" / "a.png"
    path.parent.mkdir()
    path.write_bytes(BYTES)
    path.chmod(0o6777)
    return path


@pytest.fixture
def _other_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every move leads to another file system."""
    for owner, name in ((os, "link"), (noreplace, "rename_without_replacing")):
        done = getattr(owner, name)

        def within(source: Any, target: Any, done: Any = done, **more: Any) -> None:
            if os.path.dirname(source) != os.path.dirname(target):
                raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
            done(source, target, **more)

        monkeypatch.setattr(owner, name, within)


@pytest.mark.usefixtures("_other_disk")
@pytest.mark.parametrize(("before", "after"), [(0o6777, 0o666), (0o4711, 0o600), (0o1640, 0o640)])
def test_a_scan_filed_on_another_disk_is_no_program(
    program: Path, tmp_path: Path, before: int, after: int
) -> None:
    """Who may write to the inbox alone would get a program that runs as the service."""
    program.chmod(before)
    move = Move(1, program, tmp_path / "failed" / "a.png", SHA256, len(BYTES), "failed")
    assert file_away([move]) == [Placed(move)]
    assert mode_of(move.destination) == after


@pytest.mark.usefixtures("_other_disk")
def test_what_is_set_aside_on_another_disk_is_no_program(program: Path, tmp_path: Path) -> None:
    """An example is taken out of its class into removed/, which may lie elsewhere."""
    assert mode_of(set_aside(program, tmp_path / "removed")) == 0o666


def test_an_example_is_no_program(program: Path, tmp_path: Path) -> None:
    """Examples are copied out of folders that others write to."""
    (tmp_path / "class").mkdir()
    assert mode_of(copy_in(program, SHA256, tmp_path / "class" / "a.png")) == 0o666


@pytest.mark.usefixtures("_other_disk")
def test_a_folder_that_goes_to_another_disk_holds_no_program(tmp_path: Path) -> None:
    """A detector is a folder, and set aside as one."""
    inner = tmp_path / "cone" / "inner"
    inner.mkdir(parents=True)
    (inner / "model").write_bytes(BYTES)
    (inner / "model").chmod(0o6777)
    inner.chmod(0o2775)
    (tmp_path / "cone").chmod(0o1755)
    (inner / "link").symlink_to("model")
    place = set_folder_aside(tmp_path / "cone", tmp_path / "removed")
    assert mode_of(place / "inner" / "model") == 0o666
    assert (mode_of(place), mode_of(place / "inner")) == (0o755, 0o775)
    assert (place / "inner" / "link").readlink() == Path("model")
    assert (place / "inner" / "model").read_bytes() == BYTES


def test_notes_and_outputs_follow_the_umask(program: Path, tmp_path: Path) -> None:
    """They stand in folders that people share, beside files of any mode."""
    before = os.umask(0o027)
    try:
        note = write_note(program, {"sha256": SHA256})
        assert put_beside(BYTES, tmp_path / "a.png.txt", "1-text")
    finally:
        os.umask(before)
    assert mode_of(note) == mode_of(tmp_path / "a.png.txt") == 0o640


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to give a file to somebody else")
@pytest.mark.parametrize("unread", [False, True], ids=["linked", "renamed unread"])
def test_what_is_not_copied_keeps_its_owner(program: Path, tmp_path: Path, *, unread: bool) -> None:
    """A set-uid bit on a file that still belongs to who dropped it gives no one more rights."""
    os.chown(program, 4321, 4321)
    program.chmod(0o6777)
    inode = program.lstat().st_ino
    place = tmp_path / "failed" / "a.png"
    move = Move(1, program, place, "" if unread else SHA256, len(BYTES), "failed", inode)
    assert file_away([move]) == [Placed(move)]
    there = place.lstat()
    assert (there.st_ino, there.st_uid, mode_of(place)) == (inode, 4321, 0o6777)
