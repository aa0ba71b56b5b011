from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from config.links import exists, lstat, lstat_each, open_folder, open_regular


@pytest.fixture
def tree(tmp_path: Path) -> Path:
    """A folder with a file three folders down, and links of this user to them."""
    inner = tmp_path / "a" / "b"
    inner.mkdir(parents=True)
    (inner / "file").write_bytes(b"content")
    (tmp_path / "absolute").symlink_to(inner)
    (tmp_path / "relative").symlink_to("a/../a/./b")
    (tmp_path / "twice").symlink_to("relative/../b")
    (tmp_path / "round").symlink_to("round")
    (tmp_path / "nowhere").symlink_to("missing")
    (inner / "link").symlink_to("file")
    os.mkfifo(inner / "pipe")
    return tmp_path


@pytest.mark.parametrize("way", ["a/b", "absolute", "relative", "twice", "a//b/", "./a/../a/b"])
def test_a_path_leads_where_the_kernel_says(
    tree: Path, way: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who keeps a class on another disk, behind a link, would find none of its scans."""
    monkeypatch.chdir(tree)
    for path in (f"{tree}/{way}", way):
        fd = open_folder(path)
        assert os.path.samestat(os.fstat(fd), os.stat(path))
        os.close(fd)
        opened = open_regular(f"{path}/file")
        assert os.read(opened, 99) == b"content"
        os.close(opened)
        assert os.path.samestat(lstat(f"{path}/link"), os.lstat(f"{path}/link"))


@pytest.mark.parametrize(
    ("path", "number"),
    [
        ("missing/file", errno.ENOENT),
        ("nowhere/file", errno.ENOENT),
        ("a/b/file/more", errno.ENOTDIR),
        ("round/file", errno.ELOOP),
        ("a/b/missing", errno.ENOENT),
        ("a/b/link", errno.ELOOP),
        ("a/b/pipe", errno.EINVAL),
        ("a/b", errno.EINVAL),
    ],
)
def test_what_cannot_be_opened_is_named_as_it_was_asked_for(
    tree: Path, path: str, number: int
) -> None:
    """The trouble that a person is told of would name a folder of no home."""
    before = len(os.listdir("/proc/self/fd"))
    with pytest.raises(OSError, match=r".") as refused:
        open_regular(tree / path)
    assert (refused.value.errno, os.path.relpath(refused.value.filename, tree)) in {
        (number, path), (number, os.path.dirname(path)),
    }  # fmt: skip
    assert len(os.listdir("/proc/self/fd")) == before


def test_what_is_there_is_told_of_many(tree: Path) -> None:
    """The looks of one file would be taken for those of the next."""
    paths = ["a/b/file", "a/b/missing", "missing/file", "absolute/link", "a/b/pipe", "nowhere"]
    asked = [f"{tree}/{path}" for path in paths]
    found = list(lstat_each(asked))
    assert [one is not None for one in found] == [True, False, False, True, True, True]
    assert found == [lstat(path) if exists(path) else None for path in asked]
    assert exists(f"{tree}/nowhere")
    assert not exists(f"{tree}/nowhere/file")
