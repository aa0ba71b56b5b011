"""Names that a file system refuses: exFAT, NTFS and SMB shares take fewer than Linux does.

Nothing says which names those are, and the drivers answer differently: for ``a:b`` exfat-fuse says
ENOENT, ntfs-3g with ``windows_names`` EINVAL; both say EILSEQ for bytes that are not UTF-8; eCryptfs
says ENAMETOOLONG for 144 bytes; cifs passes on what the server makes of it. All of these mean other
things, too. A name is to blame only if the call that failed was to give it, a safe name differs, and
the same folder takes a file with a harmless name.
"""

from __future__ import annotations

import errno
import os
from contextlib import suppress
from pathlib import Path
from typing import Final

from storage.filing import files
from storage.filing.names import LONGEST, safe_name

_MAY_MEAN_THE_NAME: Final = frozenset({
    errno.EINVAL, errno.EILSEQ, errno.ENOENT, errno.ENAMETOOLONG, errno.EPERM, errno.EACCES,
    errno.EPROTO,
})  # fmt: skip
_SHORTEST_LIMIT = 64  # bytes; a file system that says less of itself is not believed


def other_name(destination: Path, error: OSError, probe: str = "") -> Path | None:
    """A destination to try instead, where the file system refused the name of this one.

    Args:
        destination: absolute.
        error: of the attempt to give a file, or the folder that it was to lie in, this name.
        probe: name of a hidden file that may be made, and is removed, in that folder; one that a
            dead process left there is removed as well. Empty where the caller has written a file
            there already, or may try the safe name and see.

    Returns:
        The same with a safe name, or in a folder with a safe name; None where something else than
        the name is the cause.
    """
    if error.errno not in _MAY_MEAN_THE_NAME:
        return None
    # link(2) and rename(2) name two files; the second is the one to be made.
    named = error.filename if error.filename2 is None else error.filename2
    refused = None if named is None else Path(os.fsdecode(named))
    if refused not in (destination, destination.parent):
        return None
    safe = safe_name(refused.name, longest_name(refused.parent))
    if safe == refused.name or (probe and not _takes(refused.parent / probe)):
        return None
    other = refused.with_name(safe)
    return other if refused == destination else other / destination.name


def _takes(probe: Path) -> bool:
    """Whether a file with this name can be made; it is gone again afterwards."""
    with suppress(OSError):
        os.unlink(probe)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
        os.close(os.open(probe, flags, 0o600))
        os.unlink(probe)
        # Before another name is committed: else a power cut brings it back, and nobody would remove it.
        files.fsync_folder(probe.parent)
    except OSError:
        return False
    return True


def longest_name(folder: Path) -> int:
    """Bytes in the longest name that a folder has room for."""
    try:
        longest = os.statvfs(folder).f_namemax
    except OSError:
        return LONGEST
    return min(LONGEST, longest) if longest >= _SHORTEST_LIMIT else LONGEST
