"""Files as answers."""

from __future__ import annotations

import os
from typing import Final

from anyio import to_thread
from starlette.responses import FileResponse
from starlette.types import Receive, Scope, Send

from config.errors import ConflictError
from config.links import open_regular

_LAST_SECOND: Final = 253_402_300_799
"""Of the year 9999, beyond which HTTP has no dates; seconds since the epoch."""
_MTIME: Final = 8
"""Index of the time in a ``stat_result``."""


class SentFile(FileResponse):
    """A file, with the headers of starlette's; of whatever time its file is.

    It is opened once: what stands at its path later, or behind a link of another user, is not sent.
    """

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with the file.

        Raises:
            ConflictError: it has gone since the answer was made.
        """
        try:
            opened = await to_thread.run_sync(open_regular, os.fspath(self.path))
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise ConflictError(f"the file cannot be opened: {reason}", "Look later") from None
        self.path = f"/proc/self/fd/{opened}"
        try:
            await super().__call__(scope, receive, send)
        finally:
            os.close(opened)

    def set_stat_headers(self, stat_result: os.stat_result) -> None:
        """Set length, time and tag; a time that HTTP cannot say becomes the nearest that it can."""
        fields = list(stat_result[:10])
        fields[_MTIME] = max(0, min(_LAST_SECOND, int(stat_result.st_mtime)))
        in_range = fields[_MTIME] == int(stat_result.st_mtime)
        super().set_stat_headers(stat_result if in_range else os.stat_result(fields))
