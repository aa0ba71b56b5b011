from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from config.home import Home
from config.settings import Settings
from models.drawing import ready
from models.page.hashing import hash_file
from service.desk.classes.classes import add_examples
from service.first_run import lay_out_home
from storage.database import Database
from storage.filing.aside import set_aside
from storage.filing.copying import copy_in
from storage.filing.folders import set_folder_aside
from storage.filing.notes import write_note
from tests.crash.acting import lay_out, open_desk
from tests.crash.stories import STORIES
from tests.power.checking import record_start_after_kill
from tests.power.disk import Disk
from tests.power.history import Sync
from tests.power.losing import in_a_fork
from tests.power.recording import NotTraceableError, Recording, record
from tests.power.states import states, unsynced
from tests.service.fakes import LIMITS, Judge, fault_of

# A runner in several processes has a thread that waits for its parent; it holds no lock of ours.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")

_BOUNDED = 8
"""Starts for each story: ``make power`` makes all of them."""


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder beside which there is room."""
    return tmp_path_factory.mktemp("power") / "home"


@pytest.fixture(scope="module", autouse=True)
def _traceable(tmp_path_factory: pytest.TempPathFactory) -> None:
    root = tmp_path_factory.mktemp("probe") / "root"
    root.mkdir()
    try:
        record(root, lambda begin: begin())
    except NotTraceableError as error:
        pytest.skip(str(error))


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A ledger that holds nothing."""
    path = tmp_path_factory.mktemp("ledger") / "empty.db"
    Database.open(path).close()
    return path


@pytest.mark.parametrize("name", STORIES)
def test_a_start_after_a_power_cut_loses_nothing(name: str, empty: Path, folder: Path) -> None:
    """A receipt would be lost, or filed twice, when the power goes at the wrong moment."""
    outcome = in_a_fork(name, folder, empty, most=_BOUNDED, seed=20)
    assert outcome.started == min(_BOUNDED, outcome.states)
    assert not outcome.wrong
    assert outcome.unsynced == []


LIES = {
    "a folder": ("filed", lambda sync: sync.label == "fsync sorted/ticket"),
    "the folder of a new folder": ("filed", lambda sync: sync.label == "fsync sorted"),
    "the ledger": ("filed", lambda sync: "-wal" in sync.label),
    "a copy": ("to another file system", lambda sync: sync.label.endswith(".part")),
    "what is written beside": ("with its text", lambda sync: sync.label.endswith(".part")),
    "an example's folder": ("dragged to a new class", lambda sync: "support" in sync.label),
}


@pytest.mark.parametrize("what", LIES)
def test_a_sync_that_is_left_out_is_noticed(what: str, empty: Path, folder: Path) -> None:
    """A check that finds nothing may be one that cannot find anything."""
    name, lies = LIES[what]
    outcome = in_a_fork(name, folder, empty, most=None, seed=20, lies=lies)
    assert outcome.wrong


def _recorded(folder: Path, act: Callable[[], object]) -> Recording:
    def play(begin: Callable[[], None]) -> None:
        begin()
        act()

    return record(folder, play)


def _holding(disk: Disk, data: bytes) -> list[bytes]:
    """The paths of all files with these bytes."""
    return [path for path, number in disk.tree().items() if disk.files.get(number) == data]


def _copied(root: Path) -> None:
    source = root / "a.png"
    digest = hash_file(os.fspath(source), source.lstat())
    assert digest is not None
    copy_in(source, digest, root / "there" / "a.png")


def _refuse(*_: object) -> None:
    raise OSError(errno.EXDEV, os.strerror(errno.EXDEV))


def _to_another_disk(root: Path) -> None:
    rename, os.rename = (
        os.rename,
        lambda source, target: (
            _refuse() if os.fspath(source).endswith("folder") else rename(source, target)
        ),
    )
    set_folder_aside(root / "folder", root / "removed" / "detectors")


def _dropped_just_now(folder: Path, empty: Path) -> Recording:
    """A scanner writes a file and syncs nothing; it is filed at once."""
    home = lay_out(STORIES["filed"], empty, folder)

    def play(begin: Callable[[], None]) -> None:
        (home.inbox / "b.png").write_bytes(b"ticket 2")
        begin()
        open_desk(home).once(Judge())

    return record(folder, play)


def _half(disk: Disk) -> bool:
    """Whether a filed scan is there without all its bytes."""
    number = disk.tree().get(b"sorted/ticket/b.png")
    return number is not None and disk.files[number] != b"ticket 2"


def test_what_a_scanner_did_not_sync_is_synced_before_it_is_filed(
    empty: Path, folder: Path
) -> None:
    """The only name of a receipt would lead to an empty file: few scanners sync."""
    history = _dropped_just_now(folder, empty).history
    assert not [state for state in states(history) if _half(state.disk)]

    def lies(sync: Sync) -> bool:
        return sync.label == "fsync inbox/b.png"

    assert [state for state in states(history, lies=lies) if _half(state.disk)]


DEEDS: dict[str, Callable[[Path], object]] = {
    "a copy": _copied,
    "a note": lambda root: write_note(root / "a.png", {"sha256": "0" * 64}),
    "a file set aside": lambda root: set_aside(root / "a.png", root / "removed" / "ticket"),
    "a folder set aside": lambda root: set_folder_aside(root / "folder", root / "removed" / "of"),
    "an example": lambda root: add_examples(
        Home.of(root, Settings()), "cylinder", [root / "a.png"], LIMITS, fault=fault_of
    ),
    "a home": lambda root: Home.of(root / "new" / "home", Settings()).lay_out(),
}


@pytest.mark.parametrize("name", DEEDS)
def test_what_was_done_is_durable(name: str, folder: Path) -> None:
    """A note, an example, a whole class or a folder of scans would be gone after a power cut."""
    (folder / "there").mkdir(parents=True)
    (folder / "support").mkdir()
    (folder / "folder").mkdir()
    (folder / "folder" / "one").write_bytes(b"one")
    Image.new("L", (8, 8)).save(folder / "a.png")
    content = (folder / "a.png").read_bytes()
    recording = _recorded(folder, lambda: DEEDS[name](folder))
    assert unsynced(recording.history) == []
    for state in states(recording.history):
        assert _holding(state.disk, content), state
        assert _holding(state.disk, b"one"), state


@pytest.mark.parametrize("step", range(5, 9))
def test_an_example_that_a_killed_daemon_left_is_durable(
    step: int, empty: Path, folder: Path
) -> None:
    """The ledger would say that a scan was learned from, and a power cut would take the example."""
    recording = record_start_after_kill(STORIES["learned"], empty, folder, step)
    assert not [label for label in unsynced(recording.history) if "support/" in label]


def test_a_folder_is_on_the_other_disk_before_the_original_goes(folder: Path) -> None:
    """A detector that took hours to train would be gone after a power cut."""
    (folder / "folder").mkdir(parents=True)
    (folder / "folder" / "one").write_bytes(b"one")
    recording = _recorded(folder, lambda: _to_another_disk(folder))
    for state in states(recording.history):
        assert _holding(state.disk, b"one"), state


def test_the_support_folder_of_a_new_home_is_whole(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The ready examples would be empty files after a power cut, and no scan recognised."""
    folder.mkdir()
    # As few bytes as will do: each is missing in some state.
    monkeypatch.setattr(
        ready, "ready_classes", lambda: [("ticket", "1.png", np.zeros((4, 4), np.uint8))]
    )
    recording = _recorded(folder, lambda: lay_out_home(Home.of(folder, Settings())))
    whole = {
        os.fsencode(path.relative_to(folder)): path.read_bytes()
        for path in (folder / "support").rglob("*.png")
    }
    assert whole
    for state in states(recording.history):
        found = {
            path: bytes(state.disk.files[number])
            for path, number in state.disk.tree().items()
            if path.startswith(b"support/") and number in state.disk.files
        }
        assert found in ({}, whole), state
