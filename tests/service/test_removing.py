from __future__ import annotations

import os
from pathlib import Path

import pytest

from config.errors import ConflictError, MissingError
from config.home import Home
from service.desk.classes.removing import put_back, remove_class, remove_example, removed


@pytest.fixture
def classes(home: Home) -> Path:
    """A class of two examples, one with an odd name."""
    folder = home.support / "pipe"
    folder.mkdir()
    (folder / "a.png").write_text("one")
    (folder / os.fsdecode(b"\xff.png")).write_text("two")
    return folder


def test_what_was_taken_out_is_found_and_put_back(home: Home, classes: Path) -> None:
    """A slip would have to be mended at the machine, by who knows the folder."""
    assert removed(home) == []
    assert remove_example(home, "pipe", "a.png") == "removed/pipe/a.png"
    (one,) = removed(home)
    assert (one.class_name, one.name, one.place) == ("pipe", "a.png", "removed/pipe/a.png")
    (classes / "a.png").write_text("another")
    assert put_back(home, "pipe", "a.png") == "pipe/a (2).png"
    assert (classes / "a (2).png").read_text() == "one"
    assert (classes / "a.png").read_text() == "another"
    assert removed(home) == []
    assert not (home.removed / "pipe").exists()


def test_a_class_comes_back_by_its_examples(home: Home, classes: Path) -> None:
    """Once its folder has gone nothing could be put back."""
    remove_class(home, "pipe")
    assert not classes.exists()
    assert put_back(home, "pipe", "\\xff.png") == "pipe/\\xff.png"
    assert [file.read_text() for file in classes.iterdir()] == ["two"]


def test_nothing_else_is_put_back(home: Home, classes: Path) -> None:
    """A request could make any file of the machine an example, and read it then."""
    remove_example(home, "pipe", "a.png")
    (home.removed / "pipe" / "link.png").symlink_to(home.database)
    for name, example in (
        ("pipe", "link.png"), ("pipe", "none.png"), ("..", "pigeonhole.db"), ("pipe", "../a.png"),
        ("pipe/..", "a.png"),
    ):  # fmt: skip
        with pytest.raises(MissingError):
            put_back(home, name, example)
    elsewhere = home.root / "elsewhere"
    classes.rename(elsewhere)
    classes.symlink_to(elsewhere)
    with pytest.raises(ConflictError, match="symbolic link"):
        put_back(home, "pipe", "a.png")
    assert [one.name for one in removed(home)] == ["a.png"]
