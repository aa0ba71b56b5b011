from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from storage.filing import files, sparse
from tests.disks import another_file_system, small_disk

HOLE = 1 << 20


def sparse_file(path: Path, *data: tuple[int, bytes], size: int) -> str:
    """Make a file that holds ``data`` at some offsets, and holes elsewhere; its hash."""
    with path.open("wb") as file:
        for offset, some in data:
            file.seek(offset)
            file.write(some)
        file.truncate(size)
    with path.open("rb") as file:
        return files.sha256_of(file.fileno())


@pytest.mark.parametrize(
    ("data", "size"),
    [
        ((), 0),
        ((), 5 * HOLE),
        (((0, b"begin"),), 3 * HOLE),
        (((3 * HOLE - 3, b"end"),), 3 * HOLE),
        (((0, b"begin"), (2 * HOLE + 77, b"middle"), (5 * HOLE - 3, b"end")), 5 * HOLE),
        (((0, os.urandom(2 * HOLE + 3)),), 2 * HOLE + 3),
    ],
)
def test_a_copy_has_the_bytes_and_the_holes(
    tmp_path: Path, data: tuple[tuple[int, bytes], ...], size: int
) -> None:
    """A sparse file of 40 GB would fill the disk to which it is moved."""
    source = tmp_path / "source"
    digest = sparse_file(source, *data, size=size)
    with another_file_system(tmp_path) as disk, source.open("rb") as file:
        part = disk / "part"
        files.copy_to_part(file.fileno(), part, digest)
        assert part.read_bytes() == source.read_bytes()
        written = sum(len(some) for _, some in data)
        assert sparse.allocated(part.stat()) <= written + 3 * (1 << 16)


def test_a_file_system_that_knows_no_holes_is_read_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The copy would be empty."""
    source = tmp_path / "source"
    digest = sparse_file(source, (HOLE, b"middle"), size=3 * HOLE)
    lseek = os.lseek

    def refuse(fd: int, offset: int, whence: int) -> int:
        if whence in (os.SEEK_DATA, os.SEEK_HOLE):
            raise OSError(errno.EINVAL, os.strerror(errno.EINVAL))
        return lseek(fd, offset, whence)

    monkeypatch.setattr(os, "lseek", refuse)
    with source.open("rb") as file:
        files.copy_to_part(file.fileno(), tmp_path / "part", digest)
    assert (tmp_path / "part").read_bytes() == source.read_bytes()


def test_a_file_larger_than_the_room_is_refused_before_a_byte_is_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each attempt would fill the disk, and all others would find it full meanwhile."""
    source = tmp_path / "source"
    digest = sparse_file(source, (0, os.urandom(2 * HOLE)), size=2 * HOLE)
    written: list[int] = []
    monkeypatch.setattr(os, "write", lambda _fd, some: written.append(len(some)) or len(some))
    with small_disk(tmp_path / "disk", "size=1m") as disk, source.open("rb") as file:
        with pytest.raises(OSError, match="No space left") as refused:
            files.copy_to_part(file.fileno(), disk / "part", digest)
        assert os.listdir(disk) == []
    assert refused.value.filename == str(disk / "part")
    assert written == []
