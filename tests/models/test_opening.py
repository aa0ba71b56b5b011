from __future__ import annotations

import os
from pathlib import Path

import cv2
import numpy as np
import pytest

from models.drawing.tickets import draw_ticket
from models.page.hashing import hash_file
from models.page.limits import Limits
from models.page.opening import first_page, scan_of
from models.page.scan import Fault, Page, Scan

LIMITS = Limits(max_image_pixels=10_000_000, max_file_bytes=10_000_000, max_pages=10)


@pytest.fixture
def ticket(tmp_path: Path) -> Path:
    """A drawn ticket."""
    path = tmp_path / "ticket.png"
    cv2.imwrite(str(path), draw_ticket(np.random.default_rng(1)).pixels)
    return path


def test_a_file_becomes_the_scan_that_it_is(ticket: Path) -> None:
    """The verdict of one content would be kept under the hash of another."""
    path = ticket
    scan = scan_of(path, LIMITS)
    assert scan == Scan(path, hash_file(str(path), path.lstat()) or "", path.stat().st_size)


def test_what_is_no_file_at_rest_is_a_fault(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One bad example would end the service, or a link lead out of the folder."""
    (tmp_path / "link.png").symlink_to("/etc/passwd")
    (tmp_path / "changing.png").touch()
    monkeypatch.setattr(
        "models.page.opening.hash_file",
        lambda path, state: None if "changing" in path else hash_file(path, state),
    )
    for name, said in (
        ("gone.png", "no such file"), ("link.png", "symbolic link"), ("changing.png", "written"),
    ):  # fmt: skip
        found = scan_of(tmp_path / name, LIMITS)
        assert isinstance(found, Fault)
        assert (found.stage, said in found.reason) == ("open", True), found


def test_the_first_page_is_what_is_judged(ticket: Path, tmp_path: Path) -> None:
    """A scan would be judged by another page than an example is."""
    scan = scan_of(ticket, LIMITS)
    assert isinstance(scan, Scan)
    page = first_page(scan, LIMITS, 64)
    assert isinstance(page, Page)
    assert page.number == 1
    (tmp_path / "text.png").write_text("no picture")
    text = scan_of(tmp_path / "text.png", LIMITS)
    assert isinstance(text, Scan)
    assert isinstance(first_page(text, LIMITS, 64), Fault)
    os.unlink(text.path)
    assert isinstance(first_page(text, LIMITS, 64), Fault)


def test_a_huge_file_is_not_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may write to support/ would have every worker read a sparse file for hours."""
    path = tmp_path / "huge.png"
    path.touch()
    os.truncate(path, 1 << 42)
    monkeypatch.setattr("models.page.opening.hash_file", lambda *_: pytest.fail("it was read"))
    found = scan_of(path, LIMITS)
    assert isinstance(found, Fault)
    assert (found.stage, "max_file_bytes" in found.reason) == ("limits", True)
