from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from config.ignored import BUILT_IN, Ignored


@pytest.mark.parametrize(
    "name",
    [
        ".DS_Store", ".hidden.png", "._scan.png", "Thumbs.db", "THUMBS.DB", "desktop.ini",
        "~$letter.docx", "scan.png~", "scan.pdf.part", "scan.TMP", "scan.partial",
        "scan.pdf.crdownload", "scan.filepart", "@eaDir", "#recycle", ".stfolder", "#scan#",
        "$RECYCLE.BIN", "System Volume Information", "lost+found", "__MACOSX", "Icon\r",
    ],
)  # fmt: skip
def test_what_machines_leave_behind_is_ignored(name: str) -> None:
    """Half a download, or a folder of thumbnails, would be filed as a scan."""
    assert Ignored()(name)


@pytest.mark.parametrize(
    "name",
    ["scan.png", "part.png", "a.part.png", "tmp", "Icon", "Thumbs.db.png", "#1.png", "$5.png",
     "partial.pdf", "~scan.png", "éà.png", "scan [1].png", "eaDir"],
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
