"""Making a scan an example: by the file that was sorted, so that nobody has to look for it."""

from __future__ import annotations

import threading

from config.errors import UsageError
from config.home import Home
from indexer.verdict import UNKNOWN
from service.desk.classes.classes import Added
from service.desk.classes.examples import add_uploads
from service.desk.pictures import Pictures
from service.desk.scans.correcting import closed_scan, say_what_it_is
from storage.corrections.feedback import Source
from storage.ledger import Ledger


def make_example(
    home: Home, ledger: Ledger, scan_id: int, class_name: str | None, pictures: Pictures
) -> Added:
    """Copy the file of a scan into a class; the scan itself stays what and where it is.

    Of a document of several pages the first one counts, as of every example.

    Args:
        home: whose scan.
        ledger: of the home.
        scan_id: which.
        class_name: of what it is an example, which may be new; None for what it is taken for.
        pictures: read it, in another process.

    Raises:
        UsageError: it is taken for no class and none was named, or that cannot be a class.
        MissingError: there is no such scan.
        ConflictError: it is still being judged, or its file is no longer there or another one.
        SupportError: it cannot be read as an image, or cannot be copied.
    """
    scan = closed_scan(ledger, scan_id)
    name = class_name if class_name is not None else scan.class_name
    if name is None or (class_name is None and name == UNKNOWN):
        raise UsageError(
            f"scan {scan_id} is taken for no class", "Name the class that it is an example of"
        )
    (added,) = add_uploads(home, name, [scan.place], pictures)
    return added


def teach(
    home: Home,
    ledger: Ledger,
    scan_id: int,
    class_name: str,
    pictures: Pictures,
    source: Source,
    *,
    ending: threading.Event | None = None,
) -> Added:
    """Make a scan an example of a class, which may be new, and say that it is of that class.

    See `make_example` for the arguments, and for what it raises; ``source`` is where it was said,
    for ``ending`` see `carry_out`.
    """
    added = make_example(home, ledger, scan_id, class_name, pictures)
    if closed_scan(ledger, scan_id).class_name != class_name:
        say_what_it_is(home, ledger, scan_id, class_name, source, ending=ending)
    return added
