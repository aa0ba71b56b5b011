from __future__ import annotations

from pathlib import Path

import pytest

from service import mounts
from service.mounts import file_system_of, is_network

TABLE = b"""overlay / overlay rw,relatime 0 0
proc /proc proc rw 0 0
/dev/sda1 /data ext4 rw 0 0
//nas/scans /data/my\\040scans cifs rw 0 0
nas:/x /data/caf\xc3\xa9 nfs4 rw 0 0
nas:/y /data/back\\134slash fuse.sshfs rw 0 0
nas:/z /data/odd\x0b\xe2\x80\xa8name nfs rw 0 0
tmpfs /over tmpfs rw 0 0
nas:/w /over nfs rw 0 0
"""


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """A mount table as proc(5) writes it."""
    path = tmp_path / "mounts"
    path.write_bytes(TABLE)
    return path


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/", "overlay"),
        ("/home/me", "overlay"),
        ("/data", "ext4"),
        ("/database", "overlay"),
        ("/data/inner/deep", "ext4"),
        ("/data/my scans/inbox", "cifs"),
        ("/data/café/inbox", "nfs4"),
        ("/data/back\\slash", "fuse.sshfs"),
        ("/data/odd\x0b\u2028name/x", "nfs"),
        ("/over/x", "nfs"),
    ],
)
def test_the_innermost_latest_mount_counts(table: Path, path: str, kind: str) -> None:
    """A database on a share would not be warned of, or one on a disk would be."""
    assert file_system_of(Path(path), table) == kind


def test_without_a_table_nothing_is_known(tmp_path: Path) -> None:
    """The doctor would end in a traceback in a strict container."""
    assert file_system_of(tmp_path, tmp_path / "nothing") == ""


def test_this_machine_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of a real machine would not be read."""
    assert file_system_of(tmp_path)
    monkeypatch.setattr(mounts, "file_system_of", lambda _path: "nfs4")
    assert is_network(tmp_path)
    monkeypatch.setattr(mounts, "file_system_of", lambda _path: "ext4")
    assert not is_network(tmp_path)
