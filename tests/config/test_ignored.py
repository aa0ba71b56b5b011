from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.ignored import BUILT_IN, Ignored
from config.settings import Settings


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store", ".hidden.png", "._scan.png", "Thumbs.db", "THUMBS.DB", "desktop.ini",
        "~$letter.docx", "scan.png~", "scan.pdf.part", "scan.TMP", "scan.partial",
        "scan.pdf.crdownload", "scan.filepart", "@eaDir", "#recycle", ".stfolder", "#scan#",
        "$RECYCLE.BIN", "System Volume Information", "lost+found", "__MACOSX", "Icon\r",
        "scan.pdf:Zone.Identifier", "scan.pdf.sb-1a2b3c4d-Xy12Zz", "@Recently-Snapshot",
    ],
)  # fmt: skip
def test_what_machines_leave_behind_is_ignored(name: str) -> None:
    """Half a download, or a folder of thumbnails, would be filed as a scan."""
    assert Ignored()(name)


@pytest.mark.parametrize(
    "name",
    [
        "scan.pdf.!sync", "scan.pdf.bts", "scan.pdf.rsls", "scan.pdf.!qB", "scan.pdf.!ut",
        "scan.pdf.!bt", "scan.pdf.bc!", "scan.pdf.az!", "scan.pdf.aria2", "scan.pdf.gdownload",
        "scan.pdf.crswap", "~WRL0001.pdf", "~WRD0000.doc", "scan.pdf.ffs_tmp", "sync.ffs_db",
        "scan.pdf.1a2b3c4d.partial", "scan.pdf.nextcloud", "scan.pdf.owncloud", "scan.pdf.cloudf",
        "scan.pdf.icloud", "scan.pdf.fdmdownload", "scan.pdf.dtapart", "scan.pdf.xltd",
        "001.part.met", "video.mp4.part-Frag12", "scan.pdf.cyberducksegment",
        "scan.pdf.lftp-pget-status", "~syncthing~scan.pdf.tmp", ".syncthing.scan.pdf.tmp",
        ".scan.pdf.Ab12Cd", ".~tmp~", ".rsync-partial", ".tmp.drivedownload", ".dropbox.cache",
        ".scan.pdf.icloud", ".pending-1700000000-scan.jpg", ".~lock.scan.odt#", "scan.odt.swo",
        "scan.jpg@SynoEAStream",
    ],
)  # fmt: skip
def test_half_files_of_sync_and_download_programs_are_ignored(name: str) -> None:
    """Half a scan would be judged, and fail, while its program still writes it."""
    assert Ignored()(name)


def test_a_home_with_its_own_list_has_the_new_names_too() -> None:
    """A home of an earlier version would take half files, because it sets ``ignore``."""
    ignored = Ignored(Settings(ignore=("draft-*",)).ignore)
    assert ignored("draft-1.png")
    assert ignored("scan.pdf.!sync")


@pytest.mark.parametrize(
    "name",
    ["scan.png", "part.png", "a.part.png", "tmp", "Icon", "Thumbs.db.png", "#1.png", "$5.png",
     "partial.pdf", "~scan.png", "éà.png", "scan [1].png", "eaDir", "sync.pdf", "cloud.png", "aria2.png",
     "WRL1.pdf", "a.bc!.png", "scan:2.pdf"],
)  # fmt: skip
def test_scans_are_not_ignored(name: str) -> None:
    """A user's scan would lie in the inbox for ever."""
    assert not Ignored()(name)


def test_a_users_globs_are_added() -> None:
    """`ignore` would replace the built-in list, or do nothing."""
    ignored = Ignored(("draft-*", "*.XML", "page[0-9].png", ""))
    assert ignored("draft-1.png")
    assert ignored("Draft-1.png")
    assert ignored("meta.xml")
    assert ignored("page7.png")
    assert ignored(".hidden")
    assert not ignored("pageX.png")
    assert not ignored("final-draft-1.png")


@given(st.text(min_size=1))
def test_case_never_matters(name: str) -> None:
    """Thumbs.db is spelled in three ways by three systems."""
    if len(name.lower().upper().lower()) == len(name):
        assert Ignored()(name.lower()) == Ignored()(name.lower().upper().lower())


@given(st.text(), st.lists(st.text()))
def test_more_globs_never_ignore_less(name: str, extra: list[str]) -> None:
    """One odd glob would switch off the list, or stop the service."""
    assert Ignored(extra)(name) or not Ignored()(name)


@given(st.text(min_size=1), st.sampled_from(BUILT_IN))
def test_a_name_is_matched_whole(name: str, glob: str) -> None:
    """`*.part` would also ignore `a.part.png`."""
    if Ignored((glob,))(name):
        assert Ignored()(name)
