"""What a person is told of the pictures of a training."""

from __future__ import annotations

from pathlib import Path

import pytest

from models.episodes.classes import unwatched
from service.desk.detectors.collecting import collected
from service.desk.detectors.request import Request
from tests.service.detectors.pictures import CLASS, cones
from tests.service.fakes import LIMITS


@pytest.mark.parametrize(
    ("number", "said"), [(1, "there is 1 picture of cone"), (2, "there are 2 pictures of cone")]
)
def test_few_pictures_are_told_in_the_right_number(
    tmp_path: Path, other_folder: Path, number: int, said: str
) -> None:
    """A sentence with a slip in it is trusted less."""
    request = Request(CLASS, (cones(tmp_path / "few", number),), (other_folder,))
    (line,) = collected(request, LIMITS, unwatched).notes
    assert line.startswith(f"{said}, {number} of them independent: the figures are rough")
