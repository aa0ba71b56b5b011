from __future__ import annotations

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from config.walking import walk
from service.desk.backup.named import listing
from storage.filing.files import make_folders

LEVELS = 1500


@pytest.fixture
def deep(tmp_path: Path) -> Iterator[Path]:
    """A folder of very many levels, with a file in the last."""
    top = tmp_path / "deep"
    yield top
    subprocess.run(["rm", "-rf", top], check=True)  # what Python has for that calls itself, too


def test_it_is_what_the_library_does(tmp_path: Path) -> None:
    """A file in a folder behind a link would be saved, or named as a stranger."""
    for path in ("a/b/file", "a/.hidden/file", "c/file", "file"):
        (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / path).write_bytes(b"")
    (tmp_path / "link").symlink_to("a")
    (tmp_path / "a" / "round").symlink_to("..")
    (tmp_path / "nowhere").symlink_to("missing")

    def sorted_of(found: Iterator[tuple[str, list[str], list[str]]]) -> list[object]:
        return sorted((folder, sorted(inner), sorted(names)) for folder, inner, names in found)

    assert sorted_of(walk(tmp_path)) == sorted_of(os.walk(tmp_path))
    left = []
    for folder, inner, _ in walk(tmp_path):
        left.append(os.path.relpath(folder, tmp_path))
        inner[:] = [name for name in inner if name != "a"]
    assert sorted(left) == [".", "c"]
    errors = list[OSError]()
    assert list(walk(tmp_path / "missing", errors.append)) == []
    assert [error.filename for error in errors] == [os.fspath(tmp_path / "missing")]


def test_a_folder_may_be_as_deep_as_a_path_is_long(deep: Path) -> None:
    """One that anybody made in the inbox would end the service, each time it starts, and every backup."""
    bottom = deep.joinpath(*["a"] * LEVELS)
    made = make_folders(bottom)
    assert (made[0], made[-1], len(made)) == (deep, bottom, LEVELS + 1)
    assert make_folders(bottom) == []
    (bottom / "file").write_bytes(b"x")
    files, folders = listing(deep)
    assert files == [bottom / "file"]
    assert len(folders) == LEVELS + 1
