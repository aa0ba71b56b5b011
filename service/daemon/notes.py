"""What stands in ``failed/`` for a failed scan: its note, and an empty file that was filled since."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path

import structlog

from config.home import Home
from config.links import exists, lstat
from models.page.hashing import hash_file
from models.page.scan import Fault
from storage.filing.beside import take_back
from storage.filing.files import status
from storage.filing.notes import IsScan, remove_note, says, write_note
from storage.ledger import Ledger
from storage.records import Superseded
from storage.standing import is_away

log = structlog.get_logger()


def note_of(scan_id: int, name: str, sha256: str, fault: Fault | None) -> Mapping[str, object]:
    """What stands in the note of a failed scan.

    Args:
        scan_id: which.
        name: of the file in the folder of failed ones.
        sha256: of its bytes.
        fault: why it failed; None where that is not known any more.
    """
    why = fault or Fault("file", "it failed")
    return {
        "scan_id": scan_id,
        "file": name,
        "sha256": sha256,
        "stage": why.stage,
        "reason": why.reason,
        "what_to_do": why.advice or "Mend the file and drop it in the inbox again",
    }


def put_note(ledger: Ledger, beside: Path, note: Mapping[str, object]) -> None:
    """Write the note of the file ``beside``, in place of an older one that nobody changed.

    Raises:
        OSError: it cannot be written.
    """

    def is_ours(there: Mapping[str, object]) -> bool:
        scan_id = there.get("scan_id")
        if type(scan_id) is not int or abs(scan_id) >= 1 << 63:  # more than SQLite holds
            return False
        sha256 = ledger.sha256_of(scan_id)
        if sha256 is None:
            return False
        return says(there, note_of(scan_id, beside.name, sha256, ledger.fault(scan_id)))

    write_note(beside, note, _scans_of(ledger), is_ours)


def clear_note(ledger: Ledger, scan_id: int, beside: Path, sha256: str) -> bool:
    """Remove the note of a file that is not there any more; False where it stays.

    One that a person changed is theirs.
    """
    written = note_of(scan_id, beside.name, sha256, ledger.fault(scan_id))
    try:
        return remove_note(beside, sha256, _scans_of(ledger), written)
    except OSError as error:
        log.warning("the note stays", file=str(beside), reason=error.strerror)
        return False


def _scans_of(ledger: Ledger) -> IsScan:
    """Whether a file that has the form of a note is a scan: by its row, or by its bytes.

    A note that was dropped in the inbox is a scan. A person may drag it over the one that it was copied
    from, and nobody has followed it yet.
    """

    def is_scan(path: Path) -> bool:
        if ledger.is_scan(path):
            return True
        digest = hash_file(os.fspath(path), lstat(path))
        return digest is None or any(not exists(one.place) for one in ledger.filed_with(digest))

    return is_scan


def renew_note(ledger: Ledger, scan_id: int, beside: Path, sha256: str) -> None:
    """Write the note of a failed file that a person renamed, or put back."""
    try:
        put_note(ledger, beside, note_of(scan_id, beside.name, sha256, ledger.fault(scan_id)))
    except OSError as error:
        log.warning("cannot write the note", file=str(beside), reason=error.strerror)


def clear_superseded(ledger: Ledger, scans: Iterable[Superseded]) -> None:
    """Remove what stands in ``failed/`` for scans that are tried again.

    That is the note of one that was taken out, and an empty file that was filled, with its note.
    """
    cleared = [
        failed.scan_id
        for failed in scans
        if failed.place is not None
        and not ledger.filed_at([failed.place])  # by now another failed scan has the name
        and clear_placeholder(failed)
        # One whose note is gone, too, may be on a share that is not mounted now.
        and clear_note(ledger, failed.scan_id, failed.place, failed.sha256)
    ]
    if cleared:
        ledger.forget_places(cleared)


def clear_superseded_before(ledger: Ledger, home: Home) -> None:
    """Do the same for scans that a daemon was trying again when it died."""
    clear_superseded(
        ledger,
        [
            failed
            for failed in ledger.retried()
            if failed.place is not None and (failed.size == 0 or is_away(home, failed.place))
        ],
    )


def clear_placeholder(failed: Superseded) -> bool:
    """Take away the empty file of a scan that was tried again; False if something still stands there.

    Some programs make an empty file first and fill it later. There is nothing in it to lose; where a
    person has put something else in its place, or filled it, that stays.
    """
    assert failed.place is not None
    try:
        there = status(failed.place)
        if failed.size != 0:
            return there is None
        known = failed.identity
        if there is not None and known is not None and known.inode != there.st_ino:
            return False  # another file; that it is empty is seen to below
        return take_back(failed.scan_id, failed.place, failed.sha256, 0)
    except OSError as error:
        log.warning("the empty file stays", file=str(failed.place), reason=error.strerror)
        return False
