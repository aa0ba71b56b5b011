"""Whole folders move and nothing is overwritten, whatever the file system offers."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from storage.filing import files, noreplace
from storage.filing.folders import rename_folder, set_folder_aside
from tests.disks import another_file_system
from tests.storage.filing.mounting import refuse

WAYS = (None, errno.EINVAL, errno.ENOSYS)


def folder(place: Path, text: str = "mine") -> Path:
    """A folder with a file in it."""
    place.mkdir(parents=True)
    (place / "file").write_text(text)
    return place


@pytest.fixture(params=WAYS, ids=["renameat2", "EINVAL", "ENOSYS"])
def way(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """With renameat2, and on file systems that have it not."""
    if request.param is not None:
        monkeypatch.setattr(noreplace, "rename_without_replacing", refuse(request.param))


@pytest.mark.usefixtures("way")
def test_a_folder_gets_a_free_name_and_no_other(tmp_path: Path) -> None:
    """One detector would replace another, or none could be saved on a network drive."""
    rename_folder(folder(tmp_path / "a"), tmp_path / "b")
    assert (tmp_path / "b" / "file").read_text() == "mine"
    folder(tmp_path / "c", "theirs")
    (tmp_path / "empty").mkdir()
    (tmp_path / "note").write_text("a note")
    for taken in ("c", "empty", "note"):
        with pytest.raises(FileExistsError):
            rename_folder(tmp_path / "b", tmp_path / taken)
    assert (tmp_path / "b" / "file").read_text() == "mine"
    assert (tmp_path / "c" / "file").read_text() == "theirs"
    with pytest.raises(FileNotFoundError):
        rename_folder(tmp_path / "gone", tmp_path / "d")


@pytest.mark.usefixtures("way")
def test_what_is_set_aside_gets_the_next_free_name(tmp_path: Path) -> None:
    """The second detector that is set aside would replace the first."""
    into = tmp_path / "removed" / "detectors"
    for text in ("first", "second"):
        set_folder_aside(folder(tmp_path / "cone", text), into)
    assert (into / "cone" / "file").read_text() == "first"
    assert (into / "cone (2)" / "file").read_text() == "second"
    assert sorted(one.name for one in tmp_path.iterdir()) == ["removed"]


def test_a_folder_goes_to_another_disk_whole(tmp_path: Path) -> None:
    """Where removed/ lies on another disk, no detector could be replaced."""
    with another_file_system(tmp_path) as disk:
        folder(tmp_path / "cone" / "inner")
        place = set_folder_aside(tmp_path / "cone", disk / "removed")
        assert place == disk / "removed" / "cone"
        assert (place / "inner" / "file").read_text() == "mine"
        assert [one.name for one in (disk / "removed").iterdir()] == ["cone"]
        assert not (tmp_path / "cone").exists()


@pytest.mark.parametrize("unsynced", ["file", "removed"])
def test_a_copy_that_fails_leaves_the_folder_as_it_was(
    unsynced: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Half a detector would be left, or a hidden folder for ever, or two detectors."""
    folder(tmp_path / "cone")
    sync = files.fsync

    def fail(descriptor: int) -> None:
        if os.readlink(f"/proc/self/fd/{descriptor}").endswith(f"/{unsynced}"):
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        sync(descriptor)

    def rename(source: Path, target: Path) -> None:
        if not source.name.startswith(files.OURS):
            raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))
        os.rename(source, target)

    monkeypatch.setattr(noreplace, "rename_without_replacing", rename)
    monkeypatch.setattr(files, "fsync", fail)
    with pytest.raises(OSError, match=os.strerror(errno.ENOSPC)):
        set_folder_aside(tmp_path / "cone", tmp_path / "removed")
    assert (tmp_path / "cone" / "file").read_text() == "mine"
    assert list((tmp_path / "removed").iterdir()) == []
