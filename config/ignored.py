"""Names that are never users' files: what systems, editors and downloads leave behind."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterable, Mapping
from typing import Final

BY_PROGRAM: Final[Mapping[str, tuple[str, ...]]] = {
    "hidden files: rsync, Syncthing, Unison, Dropbox, iCloud, Android, NFS and FUSE write half "
    "files under such names, LibreOffice and Emacs lock files": (".*", "._*"),
    "Windows, macOS": (
        "Thumbs.db", "ehthumbs.db", "photothumb.db", "desktop.ini", "Icon\r", "__MACOSX",
        "$RECYCLE.BIN", "System Volume Information", "*:Zone.Identifier", "*.sb-????????-??????",
        "*.icloud",
    ),
    "Linux, Synology, QNAP": (
        "lost+found", "@eaDir", "@tmp", "@Recycle", "@Recently-Snapshot", "#recycle", "#snapshot",
        "*@SynoEAStream", "*@SynoResource",
    ),
    "Microsoft Office": ("~$*", "~WRL*", "~WRD*"),
    "Vim, Emacs, Seafile and other editors' backups": (
        "*~", "#*#", "*.swp", "*.swo", "*.swn", "*.swx",
    ),
    "any program: temporary files and locks": ("*.tmp", "*.temp", "*.lock", "*.lck"),
    "Firefox, KDE, Nextcloud and ownCloud servers, Transmission, JDownloader, eMule, yt-dlp": (
        "*.part", "*.part.met", "*.part-Frag*", "*.ytdl",
    ),
    "Chrome, Edge, Chromium": ("*.crdownload", "*.crswap"),
    "Safari, Opera, Internet Explorer, rclone": ("*.download", "*.opdownload", "*.partial"),
    "Google Drive": ("*.gdownload",),
    "Resilio Sync, BitTorrent Sync": ("*.!sync", "*.bts", "*.rsls"),
    "Nextcloud, ownCloud, odrive: placeholders of files that are not downloaded": (
        "*.nextcloud", "*.owncloud", "*.cloud", "*.cloudf",
    ),
    "FreeFileSync, Unison": ("*.ffs_tmp", "*.ffs_lock", "*.ffs_db", "*.unison"),
    "WinSCP, Cyberduck, lftp": ("*.filepart", "*.cyberducksegment", "*.lftp-pget-status"),
    "qBittorrent, µTorrent, BitTorrent, BitComet, Vuze": (
        "*.!qB", "*.!ut", "*.!bt", "*.bc!", "*.az!",
    ),
    "aria2, Free Download Manager, DownThemAll, FlashGet, Thunder": (
        "*.aria2", "*.fdmdownload", "*.dtapart", "*.jc!", "*.td", "*.xltd",
    ),
}  # fmt: skip
"""Globs over one name, compared without case, by the programs that use them."""

BUILT_IN: Final = tuple(glob for globs in BY_PROGRAM.values() for glob in globs)
"""All of those globs."""


class Ignored:
    """Tells whether a file or folder of this name is to be left alone.

    Args:
        extra: the user's globs, added to the built-in ones.
    """

    def __init__(self, extra: Iterable[str] = ()) -> None:
        globs = "|".join(fnmatch.translate(glob.lower()) for glob in (*BUILT_IN, *extra))
        self._pattern = re.compile(globs)

    def __call__(self, name: str) -> bool:
        """Whether ``name``, one part of a path, is ignored."""
        return self._pattern.match(name.lower()) is not None


def ignored_table() -> str:
    """The built-in globs as a Markdown table."""
    rows = ["| program | names |", "|---|---|"]
    for program, globs in BY_PROGRAM.items():
        shown = ", ".join(f"`{glob.replace(chr(13), '<CR>')}`" for glob in globs)
        rows.append(f"| {program} | {shown} |")
    return "\n".join(rows)
