"""Putting a copy of a file into the inbox, as a scanner would."""

from __future__ import annotations

import threading
from pathlib import Path

from config.errors import ConflictError
from config.home import Home
from config.ignored import Ignored
from storage.filing.copying import copy_in
from storage.filing.names import Names, visible
from storage.records import displayable

_one_at_a_time = threading.Lock()
"""Copies of the same bytes would share the hidden file that a copy begins as."""


def keep(home: Home, source: Path, sha256: str, name: str, ignored: Ignored) -> str:
    """Copy a file into the inbox, whole or not at all, under a name that nothing has yet.

    Args:
        home: whose inbox.
        source: absolute.
        sha256: of its bytes.
        name: wanted for it, without folders.
        ignored: names that the inbox leaves alone; the copy gets another then.

    Returns:
        Its path relative to the home.

    Raises:
        ConflictError: it cannot be written there now.
    """
    free = Names().free(home.inbox, visible(name, sha256, ignored, "scan"))
    try:
        with _one_at_a_time:
            place = copy_in(source, sha256, free)
    except OSError as error:
        reason = (error.strerror or str(error)).lower()
        raise ConflictError(
            f"nothing can be put into the inbox: {reason}", "Look at 'pigeonhole status'"
        ) from None
    return displayable(home.relative(place))
