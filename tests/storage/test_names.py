from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.names import Names, next_name

file_names = (
    st.binary(min_size=1, max_size=255)
    .filter(lambda name: not {0, ord("/")} & set(name) and name not in {b".", b".."})
    .map(os.fsdecode)
)


@pytest.mark.parametrize(
    ("name", "following"),
    [
        ("scan.png", "scan (2).png"),
        ("scan (2).png", "scan (3).png"),
        ("scan (9).png", "scan (10).png"),
        ("scan (1).png", "scan (1) (2).png"),
        ("scan (02).png", "scan (02) (2).png"),
        ("scan", "scan (2)"),
        (".hidden", ".hidden (2)"),
        ("backup.tar.gz", "backup.tar (2).gz"),
        ("a." + "x" * 200, "a." + "x" * 200 + " (2)"),
        ("Ä" * 127, "Ä" * 125 + " (2)"),
        ("ab\udcff.png", "ab\udcff (2).png"),
    ],
)
def test_the_next_name_is_the_one_a_person_expects(name: str, following: str) -> None:
    """Users read these names, and other programs go by the suffix."""
    assert next_name(Path("/x") / name) == Path("/x") / following


@given(file_names)
def test_the_next_names_fit_and_never_repeat(name: str) -> None:
    """A name too long cannot be linked; one that repeats would be tried for ever."""
    path = Path("/x") / name
    seen = {path}
    for _ in range(12):
        path = next_name(path)
        assert path not in seen
        assert len(os.fsencode(path.name)) <= 255
        seen.add(path)


@given(st.text(st.characters(exclude_characters="\0/", exclude_categories=["Cs"]), min_size=1))
def test_no_character_is_cut(name: str) -> None:
    """Half a character would make a name that no program can show."""
    if name not in {".", ".."}:
        next_name(Path("/x") / name).name.encode("utf-8")


def test_a_free_name_is_neither_there_nor_promised(tmp_path: Path) -> None:
    """Two scans of one batch would be sent to one place."""
    (tmp_path / "a.png").touch()
    (tmp_path / "a (2).png").symlink_to("nowhere")
    names = Names()
    first = names.free(tmp_path, "a.png")
    assert first == tmp_path / "a (3).png"
    assert names.free(tmp_path, "a.png", {first}) == tmp_path / "a (4).png"
    assert names.free(tmp_path, "b.png") == tmp_path / "b.png"


def test_five_thousand_files_of_one_name_are_cheap(tmp_path: Path) -> None:
    """A scanner that calls every file scan.pdf would make each sweep slower than the last."""
    names, taken = Names(), set()
    begun = time.process_time()
    for _ in range(5000):
        taken.add(names.free(tmp_path, "scan.pdf", taken))
    assert len(taken) == 5000
    assert time.process_time() - begun < 5


def test_what_is_remembered_is_bounded(tmp_path: Path) -> None:
    """A daemon that runs for a year would grow with every name it ever saw."""
    names = Names(remember=3)
    for i in range(10):
        (tmp_path / f"{i}.png").touch()
        assert names.free(tmp_path, f"{i}.png") == tmp_path / f"{i} (2).png"
    assert len(names._last) <= 3
