from __future__ import annotations

from pathlib import Path

import pytest

from service import mounts
from service.mounts import file_system_of, is_network, network_mounts, numbers_files_anew

TABLE = b"""22 1 0:40 / / rw,relatime shared:0 - overlay overlay rw
23 1 0:41 / /proc rw,relatime shared:1 - proc proc rw
24 1 0:42 / /data rw,relatime shared:2 - ext4 /dev/sda1 rw
25 1 0:43 / /data/my\\040scans rw,relatime shared:3 - cifs //nas/scans rw
26 1 0:44 / /data/caf\xc3\xa9 rw,relatime shared:4 - nfs4 nas:/x rw
27 1 0:45 / /data/back\\134slash rw,relatime shared:5 - fuse.sshfs nas:/y rw
28 1 0:46 / /data/odd\x0b\xe2\x80\xa8name rw,relatime shared:6 - nfs nas:/z rw
29 1 0:47 / /over rw,relatime shared:7 - tmpfs tmpfs rw
30 1 0:48 / /over rw,relatime shared:8 - nfs nas:/w rw
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


@pytest.mark.parametrize(
    ("path", "anew"),
    [("/data", False), ("/data/my scans", True), ("/data/back\\slash", True), ("/over", False)],
)
def test_where_inode_numbers_do_not_last_is_known(table: Path, path: str, *, anew: bool) -> None:
    """Every file of such a share would be read with each mount."""
    assert numbers_files_anew(Path(path), table) is anew


def test_without_a_table_nothing_is_known(tmp_path: Path) -> None:
    """The doctor would end in a traceback in a strict container."""
    assert file_system_of(tmp_path, tmp_path / "nothing") == ""
    assert network_mounts(tmp_path, tmp_path / "nothing") == []


def test_this_machine_is_understood(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The table of a real machine would not be read."""
    assert file_system_of(tmp_path)
    assert isinstance(network_mounts(tmp_path), list)
    monkeypatch.setattr(mounts, "file_system_of", lambda _path: "nfs4")
    assert is_network(tmp_path)
    monkeypatch.setattr(mounts, "file_system_of", lambda _path: "ext4")
    assert not is_network(tmp_path)


@pytest.mark.parametrize(
    ("root", "found"),
    [
        (
            "/data",
            [
                ("/data/back\\slash", "fuse.sshfs"),
                ("/data/café", "nfs4"),
                ("/data/my scans", "cifs"),
                ("/data/odd\x0b\u2028name", "nfs"),
            ],
        ),
        ("/data/my scans", [("/data/my scans", "cifs")]),
        ("/data/my scans/inbox", [("/data/my scans", "cifs")]),
        ("/data/my", []),
        ("/over", [("/over", "nfs")]),
        ("/home/me", []),
    ],
)
def test_shares_around_and_below_are_found(
    table: Path, root: str, found: list[tuple[str, str]]
) -> None:
    """A share in the inbox that sends no events would not be warned of, or a disk would be."""
    assert network_mounts(Path(root), table) == [(Path(point), kind) for point, kind in found]


def test_a_link_into_a_share_is_on_the_share(tmp_path: Path) -> None:
    """Who links the inbox to the NAS would not be warned."""
    (tmp_path / "nas").mkdir()
    (tmp_path / "inbox").symlink_to(tmp_path / "nas")
    table = tmp_path / "mounts"
    table.write_text(
        "22 1 8:1 / / rw - ext4 /dev/sda1 rw\n"
        f"23 22 0:50 / {tmp_path}/nas rw shared:1 master:2 - nfs nas:/x rw\n"
    )
    assert network_mounts(tmp_path / "inbox", table) == [(tmp_path / "nas", "nfs")]


@pytest.mark.parametrize(
    ("kind", "network"),
    [("nfs4", True), ("smb3", True), ("fuse.sshfs", True), ("fuse.rclone", True), ("9p", True),
     ("ext4", False), ("fuseblk", False), ("fuse.mergerfs", False), ("tmpfs", False), ("", False)],
)  # fmt: skip
def test_kinds_of_the_network(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str, network: bool
) -> None:
    """A share would be taken for a disk, and the database on it be damaged."""
    monkeypatch.setattr(mounts, "file_system_of", lambda _path: kind)
    assert is_network(tmp_path) is network
