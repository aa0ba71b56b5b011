"""What a detector was trained on is recognised in another form."""

from __future__ import annotations

from pathlib import Path

import cv2
import pytest

from models.detector.pictures.gathering import read_picture
from models.detector.pictures.picture import Picture
from models.detector.pictures.plane import Pixels
from models.detector.pictures.recognising import recognised
from models.page.limits import Limits
from tests.models.detector.scenes import scene

LIMITS = Limits(max_image_pixels=1_000_000, max_file_bytes=2_000_000, max_pages=5)


def put(path: Path, pixels: Pixels, *words: int) -> Picture:
    """A picture as a file, read."""
    assert cv2.imwrite(str(path), pixels, words)
    found = read_picture(path, LIMITS, positive=True)
    assert isinstance(found, Picture)
    return found


@pytest.fixture
def known(tmp_path: Path) -> list[Picture]:
    """Eight pictures that were trained on."""
    return [put(tmp_path / f"{number}.png", scene(number)) for number in range(8)]


def test_copies_are_not_new(known: list[Picture], tmp_path: Path) -> None:
    """Saved again they would be measured as pictures that it has never seen."""
    quality = cv2.IMWRITE_JPEG_QUALITY
    again = [
        put(tmp_path / f"{share}.jpg", scene(number), quality, share)
        for number, share in enumerate((95, 75, 50, 25))
    ]
    again.append(put(tmp_path / "cropped.png", scene(4)[10:, 10:]))
    again.append(put(tmp_path / "mirrored.png", cv2.flip(scene(5), 1).astype("uint8")))
    fresh = [put(tmp_path / f"{number}.png", scene(number)) for number in (50, 51)]
    found = recognised([known[6], *again, *fresh], {one.sha256: one.path for one in known}, LIMITS)
    assert list(found.new) == fresh
    assert (found.same, found.copies, found.scenes, found.gone) == (1, 6, 0, 0)


def test_what_is_gone_or_changed_is_counted(known: list[Picture], tmp_path: Path) -> None:
    """Nobody would know that copies may be among what was measured."""
    places = {one.sha256: one.path for one in known}
    known[0].path.unlink()
    put(known[1].path, scene(99))
    known[2].path.unlink()
    places[known[3].sha256] = Path()
    again = [put(tmp_path / f"{number}.jpg", scene(number)) for number in (0, 1, 2, 4)]
    # The bytes of the third are among the new pictures: it is there after all.
    found = recognised([known[2], *again], places, LIMITS)
    assert list(found.new) == again[:2]
    assert (found.same, found.copies, found.gone) == (1, 2, 3)


def test_where_nothing_is_known_all_is_new(known: list[Picture]) -> None:
    """A detector whose pictures nobody knows could not be measured at all."""
    found = recognised(known, {}, LIMITS)
    assert list(found.new) == known
    assert (found.same, found.copies, found.gone) == (0, 0, 0)
