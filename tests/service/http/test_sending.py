from __future__ import annotations

import os
from pathlib import Path

import pytest

from service.http.sending import SentFile
from tests.disks import another_file_system


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (1_800_000_000, "Fri, 15 Jan 2027 08:00:00 GMT"),
        (13_600_000_000, "Tue, 19 Dec 2400 09:46:40 GMT"),
        (1 << 53, "Fri, 31 Dec 9999 23:59:59 GMT"),
        (-(1 << 53), "Thu, 01 Jan 1970 00:00:00 GMT"),
    ],
)
def test_a_file_of_any_century_is_sent(tmp_path: Path, seconds: int, said: str) -> None:
    """A picture with an odd time would be a bare 500, with a traceback in the log."""
    with another_file_system(tmp_path) as disk:  # tmpfs keeps such times, ext4 does not
        path = disk / "a.png"
        path.write_bytes(b"scan")
        os.utime(path, (seconds, seconds))
        if path.stat().st_mtime != seconds:
            pytest.skip("this file system keeps no such times")
        answer = SentFile(path, stat_result=path.stat())
        assert answer.headers["last-modified"] == said
        assert answer.headers["content-length"] == "4"
        assert answer.headers["etag"]
