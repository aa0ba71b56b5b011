"""From a path to a scan, and to the page that it is judged by."""

from __future__ import annotations

from pathlib import Path

from models.page.hashing import hash_file
from models.page.limits import Limits
from models.page.read import read_scan
from models.page.scan import Fault, Page, Scan


def scan_of(path: Path, limits: Limits) -> Scan | Fault:
    """The scan that a file is now; symbolic links are not followed.

    Args:
        path: of the file.
        limits: a larger one is not read for its hash.
    """
    try:
        state = path.lstat()
        if fault := limits.too_large(state.st_size):
            return fault
        digest = hash_file(str(path), state)
    except OSError as error:
        if path.is_symlink():
            return Fault("open", "is a symbolic link")
        return Fault("open", f"cannot be opened: {(error.strerror or str(error)).lower()}")
    if digest is None:
        return Fault("open", "is still being written")
    return Scan(path.absolute(), digest, state.st_size)


def first_page(scan: Scan, limits: Limits, least_side: int) -> Page | Fault:
    """The page that a scan is judged by.

    Args:
        scan: see `scan_of`.
        limits: what it may ask of this machine.
        least_side: pixels of the longest side that a page must keep when it is decoded reduced.
    """
    found = read_scan(scan, limits, least_side=least_side, first_only=True)
    return found if isinstance(found, Fault) else found.pages[0]
