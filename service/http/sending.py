"""Files as answers."""

from __future__ import annotations

import os
from typing import Final

from starlette.responses import FileResponse

_LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999, beyond which HTTP has no dates; seconds since the epoch."""
_MTIME: Final = 8
"""Index of the time in a ``stat_result``."""


class SentFile(FileResponse):
    """A file, with the headers of starlette's; of whatever time its file is."""

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """Set length, time and tag; a time that HTTP cannot say becomes the nearest that it can."""
        fields = list(stat_result[:10])
        fields[_MTIME] = max(0, min(_LAST_SECOND, int(stat_result.st_mtime)))
        in_range = fields[_MTIME] == int(stat_result.st_mtime)
        super().set_stat_headers(stat_result if in_range else os.stat_result(fields))
