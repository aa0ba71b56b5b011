from __future__ import annotations

from pathlib import Path

import pytest

from config.mountinfo import mounts, on_disk

TABLE = b"""22 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
23 22 8:17 /scans /home/inbox rw shared:2 - ext4 /dev/sdb1 rw
24 22 8:17 /scans/my\\040review /home/review rw - ext4 /dev/sdb1 rw
25 22 0:40 / /over rw - tmpfs tmpfs rw
26 25 8:1 /srv /over rw - ext4 /dev/sda1 rw
27 22 0:4 net:[4026532000] /run/netns/one rw - nsfs nsfs rw
"""


@pytest.mark.parametrize(
    ("path", "place"),
    [
        ("/home", ("8:1", "/home")),
        ("/home/inbox", ("8:17", "/scans")),
        ("/home/inbox/my review/a", ("8:17", "/scans/my review/a")),
        ("/home/review/a", ("8:17", "/scans/my review/a")),
        ("/home/reviewed", ("8:1", "/home/reviewed")),
        ("/over/x", ("8:1", "/srv/x")),
        ("/", ("8:1", "/")),
    ],
)
def test_a_path_lies_where_its_innermost_mount_puts_it(
    tmp_path: Path, path: str, place: tuple[str, str]
) -> None:
    """One folder at two places would be taken for two."""
    table = tmp_path / "mountinfo"
    table.write_bytes(TABLE)
    assert on_disk(path, mounts(table)) == place


def test_without_a_table_a_path_lies_where_it_is(tmp_path: Path) -> None:
    """In a strict container no home could be opened."""
    assert on_disk("/home", mounts(tmp_path / "missing")) == ("", "/home")
    assert mounts()
