"""Copying a file into a folder: whole or not at all, never over another."""

from __future__ import annotations

import os
from pathlib import Path

from storage.filing import files
from storage.filing.names import next_name


def copy_in(source: Path, sha256: str, target: Path) -> Path:
    """Copy a regular file, verified and durable; the source stays.

    Args:
        source: absolute.
        sha256: what its bytes must hash to.
        target: the name it is to have, in a folder that exists; the next free one if taken.

    Returns:
        The name it got.

    Raises:
        OSError: it cannot be read or written, or its bytes are others.
    """
    part = target.with_name(f"{files.OURS}copy-{os.getpid()}-{sha256[:16]}.part")
    part.unlink(missing_ok=True)
    descriptor = files.open_regular(source)
    try:
        files.copy_to_part(descriptor, part, sha256)
        while not files.publish(part, target):
            target = next_name(target)
        files.fsync_folder(target.parent)
    finally:
        os.close(descriptor)
        part.unlink(missing_ok=True)
    return target
