from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from indexer.evaluation.measures import auroc
from models.detector.judging.border import border_features, border_scores
from models.detector.judging.rounds import rounds_of
from models.detector.pictures.picture import Picture, labels_of
from models.detector.pictures.plane import Pixels
from tests.models.detector.scenes import scene


def collection(*, white: bool) -> list[Picture]:
    """Scenes of both labels; those of the class on white where there is a leak."""
    pictures = []
    for number in range(90):
        grey = scene(number, 224)
        if number < 30 and white:
            framed = np.full((224, 224), 250, np.uint8)
            framed[40:184, 40:184] = grey[40:184, 40:184]
            grey = framed
        pictures.append(
            Picture(Path(f"{number}.png"), f"{number:064}", number < 30, str(number), grey)
        )
    return pictures


def told_by_the_border(pictures: list[Picture]) -> float:
    """AUROC of the border alone."""
    scores = border_scores(pictures, rounds_of(pictures))
    labels = labels_of(pictures)
    assert scores.shape == (len(pictures),)
    found = auroc(scores[labels], scores[~labels])
    assert found is not None
    return found


def test_a_white_border_that_means_the_class_is_found() -> None:
    """The leak that one-class collections have: the object stands on white, and others do not."""
    assert told_by_the_border(collection(white=True)) > 0.98


def test_where_nothing_differs_the_border_says_nothing() -> None:
    """A warning for a fair collection would teach people to pass over it."""
    assert 0.3 < told_by_the_border(collection(white=False)) < 0.7


def test_the_centre_is_never_read() -> None:
    """Whatever is there, the border is the same."""
    plane = scene(1, 224)
    other = plane.copy()
    other[27:197, 27:197] = scene(2, 224)[27:197, 27:197]
    assert np.array_equal(border_features(plane), border_features(other))
    other[26, 100] ^= 0xFF
    assert not np.array_equal(border_features(plane), border_features(other))


@pytest.mark.parametrize("shade", [0, 255])
def test_a_border_of_one_shade_is_described(shade: int) -> None:
    """No edges, no directions, and no division by nothing."""
    plane: Pixels = np.full((224, 224), shade, np.uint8)
    found = border_features(plane)
    assert found.shape == (34,)
    assert ((found >= 0) & (found <= 1)).all()
