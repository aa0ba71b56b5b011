"""A detector takes its place whole or not at all, and nothing is lost on the way."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import pytest

from config.errors import HomeError, MissingError
from config.home import Home
from service.desk.detectors import publishing
from service.desk.detectors.publishing import (
    check_writable,
    publish_detector,
    remove_detector,
    withhold_detector,
)
from storage.filing import noreplace
from tests.conftest import Mount
from tests.disks import fill, remount
from tests.storage.filing.mounting import refuse


def writes(text: str) -> Callable[[Path], object]:
    """What makes a detector of one file."""
    return lambda folder: (folder / "head").write_text(text)


def heads(home: Home) -> dict[str, str]:
    """Every detector there is, and there was, by its path."""
    found = [*home.detectors.rglob("head"), *home.removed.rglob("head")]
    return {str(one.parent.relative_to(home.root)): one.read_text() for one in found}


def test_the_new_one_takes_the_place_and_the_old_one_is_kept(home: Home) -> None:
    """A worse detector could not be taken back."""
    assert publish_detector(home, "cone", writes("1")) is None
    assert publish_detector(home, "cone", writes("2")) == home.removed / "detectors" / "cone"
    publish_detector(home, "cone", writes("3"))
    assert heads(home) == {
        "detectors/cone": "3", "removed/detectors/cone": "1", "removed/detectors/cone (2)": "2",
    }  # fmt: skip
    assert (home.detectors / "cone").stat().st_mode & 0o777 == 0o755
    assert [one.name for one in home.detectors.iterdir()] == ["cone"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.ENOSPC, "No space left")])
def test_what_is_cut_off_while_writing_changes_nothing(home: Home, error: BaseException) -> None:
    """Ctrl-C would leave half a detector, or a hidden folder for ever."""
    publish_detector(home, "cone", writes("1"))

    def write(folder: Path) -> None:
        writes("2")(folder)
        raise error

    with pytest.raises((KeyboardInterrupt, HomeError)):
        publish_detector(home, "cone", write)
    assert heads(home) == {"detectors/cone": "1"}
    assert [one.name for one in home.detectors.iterdir()] == ["cone"]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(errno.EIO, "I/O error")])
def test_the_old_one_is_put_back_where_the_new_one_cannot_take_its_place(
    home: Home, error: BaseException, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service would have no detector at all, though nothing is wrong with the old one."""
    publish_detector(home, "cone", writes("1"))
    rename = publishing.rename_folder

    def failing(source: Path, target: Path) -> None:
        if source.parent.suffix == ".part":
            raise error
        rename(source, target)

    monkeypatch.setattr(publishing, "rename_folder", failing)
    with pytest.raises((KeyboardInterrupt, HomeError)):
        publish_detector(home, "cone", writes("2"))
    assert heads(home) == {"detectors/cone": "1"}


def test_a_crash_between_the_two_steps_loses_nothing(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A power cut would take the detector and its report with it."""
    publish_detector(home, "cone", writes("1"))
    child = os.fork()
    if not child:
        monkeypatch.setattr(publishing, "rename_folder", lambda *_: os._exit(9))
        publish_detector(home, "cone", writes("2"))
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    found = heads(home)
    assert found.pop("removed/detectors/cone") == "1"
    assert list(found.values()) == ["2"]  # whole, in the hidden folder
    publish_detector(home, "cone", writes("3"))
    assert heads(home)["detectors/cone"] == "3"


def test_two_trainings_of_one_name_do_not_mix(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    """The one that ends second would fail after minutes, or have files of both."""
    publish_detector(home, "cone", writes("1"))
    aside = publishing.set_folder_aside
    faster = iter(["before", "after"])

    def racing(folder: Path, into: Path) -> Path:
        when = next(faster, None)
        if when == "before":  # it has set the old one aside when we want to
            with monkeypatch.context() as patched:
                patched.setattr(publishing, "set_folder_aside", aside)
                publish_detector(home, "cone", writes("2"))
                return aside(folder, into)
        place = aside(folder, into)
        if when == "after":
            writes("3")(_made(home.detectors / "cone"))
        return place

    monkeypatch.setattr(publishing, "set_folder_aside", racing)
    publish_detector(home, "cone", writes("4"))
    publish_detector(home, "cone", writes("5"))
    found = heads(home)
    assert found["detectors/cone"] == "5"
    assert sorted(found.values()) == ["1", "2", "3", "4", "5"]


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def test_a_file_system_without_renameat2_will_do(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On a network drive minutes of training would end in 'invalid argument'."""
    monkeypatch.setattr(noreplace, "rename_without_replacing", refuse(errno.EINVAL))
    publish_detector(home, "cone", writes("1"))
    publish_detector(home, "cone", writes("2"))
    remove_detector(home, "cone")
    assert heads(home) == {"removed/detectors/cone": "1", "removed/detectors/cone (2)": "2"}


@pytest.mark.parametrize("name", ["..", "../support", "", ".", ".hidden", "gone", "/etc", "note"])
def test_only_a_detector_is_removed(home: Home, name: str) -> None:
    """'detector remove ../sorted' would take every filed scan out of its place."""
    (home.detectors / ".hidden").mkdir()
    (home.detectors / "note").write_text("a note")
    with pytest.raises(MissingError, match=r"detector list"):
        remove_detector(home, name)
    assert home.support.is_dir()
    assert not home.removed.exists()


def test_a_home_that_cannot_be_written_is_told_before_a_training(home: Home, mount: Mount) -> None:
    """Minutes of training would come before the message."""
    check_writable(home)
    assert list(home.detectors.iterdir()) == []
    mount(home.detectors)
    remount(home.detectors, "ro")
    with pytest.raises(HomeError, match=r"detectors cannot be written: read-only file system"):
        check_writable(home)


def test_a_full_disk_is_one_line_and_the_old_one_stays(home: Home, mount: Mount) -> None:
    """A traceback, and a detector with half a head."""
    mount(home.root / "detectors", "size=1m")
    publish_detector(home, "cone", writes("1"))
    fill(home.detectors)
    with pytest.raises(HomeError, match="no space left on device"):
        publish_detector(home, "cone", writes("2" * 100_000))
    assert heads(home) == {"detectors/cone": "1"}
    assert sorted(one.name for one in home.detectors.iterdir()) == [".ballast", "cone"]


def test_what_is_withheld_lies_where_the_service_does_not_look(home: Home) -> None:
    """A person may want it nonetheless, and the service must not."""
    place = withhold_detector(home, "cone", lambda folder: (folder / "a").write_text("new"))
    assert place == home.removed / "detectors" / "cone"
    assert (place / "a").read_text() == "new"
    assert list(home.detectors.iterdir()) == []
