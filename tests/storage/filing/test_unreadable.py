"""A file that the service may see but not read."""

from __future__ import annotations

import os
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

NOBODY = 65534

PROGRAM = textwrap.dedent("""
    import os, sys
    from pathlib import Path
    from storage.filing.moving import file_away
    from storage.records import Move
    root = Path(sys.argv[1])
    # Everything is imported: Python itself may be closed to that user.
    os.setgroups([])
    os.setresgid(65534, 65534, 65534)
    os.setresuid(65534, 65534, 65534)
    source = root / "inbox" / "secret.jpg"
    move = Move(1, source, root / "failed" / "secret.jpg", "", 6, "failed", source.lstat().st_ino)
    try:
        source.open("rb")
        sys.exit("it can be read: the test proves nothing")
    except PermissionError:
        pass
    print([type(outcome).__name__ for outcome in file_away([move])])
    print([type(outcome).__name__ for outcome in file_away([move])])
    (root / "inbox" / "secret.jpg").touch()
    other = Move(2, source, root / "failed" / "secret.jpg", "", 0, "failed", source.lstat().st_ino)
    print([type(outcome).__name__ for outcome in file_away([other])])
""")


@pytest.mark.skipif(os.getuid() != 0, reason="needs root, to become a user who may not read")
def test_a_file_that_may_not_be_read_is_moved_by_its_name(tmp_path: Path) -> None:
    """A locked file would lie in the inbox for ever, and be tried again at each sweep."""
    root = tmp_path / "home"
    for name in ("inbox", "failed"):
        (root / name).mkdir(parents=True)
    secret = root / "inbox" / "secret.jpg"
    secret.write_bytes(b"secret")
    secret.chmod(0)
    for folder in (root, root / "inbox", root / "failed"):
        os.chown(folder, NOBODY, NOBODY)
    # The folders above belong to root and are closed to others: open them for this test.
    outer = tmp_path
    opened = []
    while outer != outer.parent and outer.stat().st_uid == 0 and not outer.stat().st_mode & 0o001:
        opened.append((outer, outer.stat().st_mode))
        outer.chmod(outer.stat().st_mode | 0o001)
        outer = outer.parent
    try:
        done = subprocess.run(
            [sys.executable, "-c", PROGRAM, str(root)],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
    finally:
        for folder, mode in opened:
            folder.chmod(mode)
    assert done.stderr == ""
    assert done.stdout.split() == ["['Placed']", "['Placed']", "['Taken']"]
    assert (root / "failed" / "secret.jpg").read_bytes() == b"secret"
