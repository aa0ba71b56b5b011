"""Tests of `service.workers.tickets`."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from PIL import Image
from structlog.testing import capture_logs

from models.page.opening import scan_of
from models.page.scan import Fault
from service.workers import tickets
from service.workers.tickets import read_ticket
from tests.service.fakes import LIMITS, SPEC


class Reader:
    """Ends as no reader should."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def read(self, page: object, *, timeout: float, hurried: bool = False) -> list[object]:
        """Raise it."""
        raise self._error


def no_memory() -> cv2.error:
    """What OpenCV raises when an allocation fails."""
    error = cv2.error("Failed to allocate 123 bytes")
    error.code = -4
    return error


@pytest.mark.parametrize(
    ("error", "stage", "reason"),
    [
        (ValueError("of two\nlines"), "ocr", "its text cannot be read"),
        (MemoryError(), "limits", "more memory"),
        (no_memory(), "limits", "more memory"),
    ],
)
def test_what_a_library_raises_leaves_the_verdict_alone(
    error: Exception, stage: str, reason: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A ticket of a known class would be judged three times, and end among the failed files."""
    path = tmp_path / "a.png"
    Image.fromarray(np.full((40, 40), 255, np.uint8)).save(path)
    monkeypatch.setattr(tickets, "reader_of", lambda _spec: Reader(error))
    scan = scan_of(path, LIMITS)
    assert not isinstance(scan, Fault)
    with capture_logs() as logs:
        found = read_ticket(scan, replace(SPEC, cache=tmp_path))
    assert isinstance(found, Fault)
    assert found.stage == stage
    # The error itself is for who mends it, and names the file that shows it.
    told = [(line["file"], line["reason"]) for line in logs]
    assert told == ([(str(path), repr(error))] if stage == "ocr" else [])
    assert reason in found.reason
    assert found.advice
