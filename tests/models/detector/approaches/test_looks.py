from __future__ import annotations

import numpy as np
import pytest

from models.detector.approaches import looks as module
from models.detector.approaches.approach import Lesson, Material
from models.detector.approaches.looks import CHANGED, seen_looks


def material(n: int, seed: int) -> Material:
    """Noise."""
    planes = np.random.default_rng(seed).integers(0, 256, (n, 224, 224), np.uint8)
    return Material(np.arange(n) % 2 == 0, planes, np.zeros((n, 2), np.float32))


def means(planes: np.ndarray) -> np.ndarray:
    """Two numbers of each."""
    assert planes.dtype == np.uint8
    return planes.mean(axis=(1, 2), dtype=np.float32)[:, np.newaxis] * np.ones(2, np.float32)


def test_pictures_are_shown_in_many_ways() -> None:
    """As they are; changed; and on each ground, changed and not."""
    grounds = (material(3, 1), material(3, 2))
    lesson = Lesson(material(3, 0), grounds, None)
    found = seen_looks(lesson, means)
    assert (found.shape, found.dtype) == ((1 + CHANGED + 4, 3, 2), np.float32)
    assert np.array_equal(found[0], means(lesson.learn.planes))
    assert np.array_equal(found[-2:], np.stack([means(one.planes) for one in grounds]))
    assert len({row.tobytes() for row in found}) == len(found)
    assert np.array_equal(found, seen_looks(lesson, means))


@pytest.mark.parametrize(("n", "ways"), [(2, 9), (4, 5), (10, 3)])
def test_many_pictures_are_variants_enough(
    monkeypatch: pytest.MonkeyPatch, n: int, ways: int
) -> None:
    """What is kept is bounded, and one variant of the pictures is held at a time."""
    monkeypatch.setattr(module, "_ENOUGH", 20)
    lesson = Lesson(material(n, 0), (material(n, 1), material(n, 2)), None)
    shown: list[int] = []

    def see(planes: np.ndarray) -> np.ndarray:
        shown.append(len(planes))
        return means(planes)

    assert seen_looks(lesson, see).shape == (ways, n, 2)
    assert shown == [n] * ways
