from __future__ import annotations

import errno
import os
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from config.errors import SupportError, UsageError
from config.home import Home
from indexer.support import check_class_name, support_files
from service.desk.classes import classes
from service.desk.classes.classes import Added, add_examples, list_classes
from service.desk.classes.classes import unreadable_examples as unreadable
from service.desk.pictures import Pictures
from tests.hungry import hungry_pdf
from tests.service.fakes import LIMITS, SPEC, fault_of

Draw = Callable[..., Path]


def support(home: Home) -> set[str]:
    """Everything under the support folder, folders included."""
    return {str(path.relative_to(home.support)) for path in home.support.rglob("*")}


def test_one_picture_makes_a_class(home: Home, drawn: Draw) -> None:
    """The first thing a user does would not work."""
    ticket = drawn("ticket")
    assert add_examples(home, "invoice", [ticket], LIMITS, fault=fault_of) == [
        Added(ticket, "invoice/ticket-1.png", new=True)
    ]
    assert (home.support / "invoice" / "ticket-1.png").read_bytes() == ticket.read_bytes()
    assert ticket.exists()
    assert list_classes(home) == {"invoice": 1}


def test_what_the_class_has_already_is_told(home: Home, drawn: Draw, tmp_path: Path) -> None:
    """The same picture would count twice, and distort the class."""
    copy = tmp_path / "copy.png"
    copy.write_bytes(drawn("ticket").read_bytes())
    first = add_examples(home, "a", [drawn("ticket"), copy], LIMITS, fault=fault_of)
    assert [(one.name, one.new) for one in first] == [
        ("a/ticket-1.png", True), ("a/ticket-1.png", False),
    ]  # fmt: skip
    (again,) = add_examples(home, "a", [copy], LIMITS, fault=fault_of)
    assert (again.name, again.new) == ("a/ticket-1.png", False)
    assert support(home) == {"a", "a/ticket-1.png"}
    (other,) = add_examples(home, "b", [copy], LIMITS, fault=fault_of)
    assert other.new


def test_names_do_not_collide(home: Home, drawn: Draw, tmp_path: Path) -> None:
    """One example would replace another."""
    (tmp_path / "ticket-1.png").write_bytes(drawn("ticket", 2).read_bytes())
    added = add_examples(
        home, "a", [drawn("ticket"), tmp_path / "ticket-1.png"], LIMITS, fault=fault_of
    )
    assert [one.name for one in added] == ["a/ticket-1.png", "a/ticket-1 (2).png"]


@pytest.mark.parametrize(
    "name", ["", ".", "..", "../x", "a/b", "/etc", ".hidden", "unknown", "x.tmp", "a\0b", "a\nb",
             "\x1b[31m", " a", "a ", "@eaDir", "ä" * 101],
)  # fmt: skip
def test_what_cannot_be_a_class_is_refused(home: Home, drawn: Draw, name: str) -> None:
    """A class would be made that no scan can be filed to, or outside of support/."""
    with pytest.raises(UsageError):
        add_examples(home, name, [drawn("ticket")], LIMITS, fault=fault_of)
    assert support(home) == set()
    assert not (home.root / "x").exists()


@pytest.mark.parametrize("name", ["invoice", "Rechnung 2026", "ä" * 100, "領収書", "a.b", "-x"])
def test_plain_words_of_any_language_are_classes(name: str) -> None:
    """Users would have to speak English."""
    check_class_name(name)


@pytest.mark.parametrize(
    "name", [".hidden.png", "scan.png.part", "a.tmp", "Thumbs.db", "~$scan.png", "scan.png~",
             "._scan.png", "scan.png.error.json", ".tmp"],
)  # fmt: skip
def test_a_name_that_would_not_be_seen_is_changed(
    home: Home, drawn: Draw, tmp_path: Path, name: str
) -> None:
    """The answer would be 'added', and the example never count."""
    path = tmp_path / name
    path.write_bytes(drawn("ticket").read_bytes())
    (added,) = add_examples(home, "a", [path], LIMITS, fault=fault_of)
    assert [file.name for file in support_files(home.support)] == [added.name]


@pytest.mark.parametrize("kind", ["text", "missing", "folder", "pipe", "loop", "empty", "cut"])
def test_all_or_nothing(home: Home, drawn: Draw, tmp_path: Path, kind: str) -> None:
    """Half of the examples would be added, and a class without any be left."""
    bad = tmp_path / "bad.png"
    if kind == "text":
        bad.write_text("no picture")
    elif kind == "folder":
        bad.mkdir()
    elif kind == "pipe":
        os.mkfifo(bad)
    elif kind == "loop":
        bad.symlink_to(bad)
    elif kind == "empty":
        bad.touch()
    elif kind == "cut":
        bad.write_bytes(drawn("ticket").read_bytes()[:300])
    with pytest.raises(SupportError) as error:
        add_examples(home, "a", [drawn("ticket"), bad], LIMITS, fault=fault_of)
    assert str(bad) in str(error.value)
    assert support(home) == set()


def test_a_full_disk_leaves_nothing_behind(
    home: Home, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A class without examples would be left; a full disk cannot be had here, so it is played."""
    copy_in = classes.copy_in

    def full(source: Path, *more: Any) -> Path:
        if source == drawn("cylinder"):
            raise OSError(errno.ENOSPC, "No space left on device")
        return copy_in(source, *more)

    monkeypatch.setattr(classes, "copy_in", full)
    with pytest.raises(SupportError, match="No space left"):
        add_examples(home, "a", [drawn("ticket"), drawn("cylinder")], LIMITS, fault=fault_of)
    assert support(home) == set()
    (home.support / "b").mkdir()
    with pytest.raises(SupportError):
        add_examples(home, "b", [drawn("ticket"), drawn("cylinder")], LIMITS, fault=fault_of)
    assert support(home) == {"b"}


@pytest.mark.parametrize("kind", ["file", "link"])
def test_a_class_that_is_no_folder_is_refused(
    home: Home, drawn: Draw, tmp_path: Path, kind: str
) -> None:
    """The examples would go where the support folder does not look."""
    if kind == "file":
        (home.support / "a").write_text("in the way")
    else:
        (home.support / "a").symlink_to(tmp_path)
    with pytest.raises(SupportError):
        add_examples(home, "a", [drawn("ticket")], LIMITS, fault=fault_of)
    assert not (tmp_path / "ticket-1.png").exists()


def test_a_link_that_a_person_names_is_followed(home: Home, drawn: Draw, tmp_path: Path) -> None:
    """A picture in a folder of links could not be added."""
    link = tmp_path / "link.png"
    link.symlink_to(drawn("ticket"))
    (added,) = add_examples(home, "a", [link], LIMITS, fault=fault_of)
    assert added.name == "a/link.png"
    assert not (home.support / "a" / "link.png").is_symlink()


def test_an_example_that_takes_all_memory_is_named(home: Home) -> None:
    """'doctor' would end without a word, or take the memory of the machine; so would 'classes add'."""
    (home.support / "a").mkdir(parents=True)
    path = home.support / "a" / "hungry.pdf"
    path.write_bytes(hungry_pdf())
    limits = replace(LIMITS, job_memory=64)
    with closing(Pictures(replace(SPEC, cache=home.cache, limits=limits))) as pictures:
        ((name, reason),) = unreadable(home, limits, pictures.fault)
        assert (name, "its worker process died" in reason) == ("a/hungry.pdf", True)
        with pytest.raises(SupportError, match=r"hungry\.pdf cannot be drawn"):
            add_examples(home, "b", [path], limits, fault=pictures.fault)


def test_unreadable_examples_are_named(home: Home, drawn: Draw) -> None:
    """'doctor' would find all well while a class has no usable example."""
    add_examples(home, "a", [drawn("ticket")], LIMITS, fault=fault_of)
    (home.support / "a" / "notes.txt").write_text("no picture")
    found = dict(unreadable(home, LIMITS, fault_of))
    assert list(found) == ["a/notes.txt"]
    assert found["a/notes.txt"]


def test_an_example_that_vanishes_does_not_stop_another(
    home: Home, drawn: Draw, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Adding would end in a traceback while a sync program works in the folder."""
    add_examples(home, "a", [drawn("ticket")], LIMITS, fault=fault_of)
    for file in support_files(home.support):
        file.path.unlink()
        monkeypatch.setattr(classes, "support_files", lambda _, file=file: [file])
    (added,) = add_examples(home, "a", [drawn("cylinder")], LIMITS, fault=fault_of)
    assert added.new
    assert dict(unreadable(home, LIMITS, fault_of))
