"""Who may read, write and run what the service makes."""

from __future__ import annotations

import hashlib
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import pytest

from config.home import Home
from config.ignored import Ignored
from service.desk.classes.classes import add_examples
from service.desk.keeping import keep
from tests.service.fakes import LIMITS, Desk, Judge

Draw = Callable[..., Path]


def mode_of(path: Path) -> int:
    """Permission bits with set-uid, set-gid and the sticky bit."""
    return stat.S_IMODE(path.lstat().st_mode)


@pytest.fixture
def program(drawn: Draw, tmp_path: Path) -> Path:
    """An image that is a set-uid, set-gid program as well."""
    path = tmp_path / "a.png"
    shutil.copyfile(drawn("ticket"), path)
    path.chmod(0o6775)
    return path


def test_an_example_that_is_added_is_no_program(home: Home, program: Path) -> None:
    """Whoever has an example added would have a program of the service's user made."""
    (added,) = add_examples(home, "invoice", [program], LIMITS)
    assert mode_of(home.support / added.name) == 0o664


def test_an_upload_that_is_kept_is_no_program(home: Home, program: Path) -> None:
    """The same by way of the inbox."""
    sha256 = hashlib.sha256(program.read_bytes()).hexdigest()
    place = home.root / keep(home, program, sha256, "a.png", Ignored(()))
    assert mode_of(place) == 0o664


def test_the_first_example_of_a_new_class_is_no_program(desk: Desk) -> None:
    """A program in the folder of a class becomes an example by being dragged there."""
    desk.drop("a.png", "ticket 1").chmod(0o6775)
    desk.once(Judge())
    (desk.home.sorted / "invoice").mkdir()
    (desk.home.sorted / "ticket" / "a.png").rename(desk.home.sorted / "invoice" / "a.png")
    desk.once(Judge())
    assert mode_of(desk.home.support / "invoice" / "a.png") == 0o664
