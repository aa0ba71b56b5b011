from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from config.errors import DataError
from models.episodes.classes import ImageClass, Source
from models.episodes.trials import OneShot
from models.training.judge import Judge, mean_error_rate
from models.training.plan import Plan


def held(name: str, *sizes: int, images: int = 3) -> Source:
    """Groups of so many classes; each image says, in its first pixel, of which class it is."""
    made, key = [], 0
    for group, size in enumerate(sizes):
        for _ in range(size):
            key += 1
            pictures = np.full((images, 8, 8), key, np.uint8)
            made.append(ImageClass(f"g{group}", f"c{key}", pictures))
    return Source(name, 1.0, tuple(made))


def perfect(images: NDArray[np.float32]) -> NDArray[np.float32]:
    """An embedding that tells all classes apart."""
    keys = np.rint(images[:, 0, 0, 0] * 255).astype(int)
    return np.eye(100, dtype=np.float32)[keys]


def test_each_source_is_judged_by_itself() -> None:
    """A collection that gets worse would hide behind one that gets better."""
    judge = Judge([held("letters", 30), held("icons", 7, 4)], Plan(trials=40))
    assert judge(perfect) == {"letters": OneShot(0, 40, 20), "icons": OneShot(0, 40, 7)}

    def blind(images: NDArray[np.float32]) -> NDArray[np.float32]:
        """Knows letters, and mistakes every icon for another."""
        rows = perfect(images)
        return rows if len(rows) == 90 else np.random.default_rng(0).random((len(rows), 50))

    found = judge(blind)
    assert found["letters"].errors == 0
    assert found["icons"].error_rate > 0.5
    assert mean_error_rate(found) == found["icons"].error_rate / 2


def test_a_source_without_two_classes_of_a_group_is_passed_over() -> None:
    """One kind that is held out would stop a training, or be judged against nothing."""
    judge = Judge([held("kinds", 1, 1), held("letters", 5)], Plan(trials=10))
    assert list(judge(perfect)) == ["letters"]


def test_nothing_to_judge_by_is_refused_with_both_numbers() -> None:
    """The best epoch would be chosen by nothing."""
    with pytest.raises(DataError, match="2 classes are held out, judging needs 2 of one group"):
        Judge([held("kinds", 1, 1)], Plan())
    with pytest.raises(DataError, match="3 classes are held out"):
        Judge([held("kinds", 3, images=1)], Plan())
    with pytest.raises(DataError, match="0 classes") as caught:
        Judge([], Plan())
    assert "held=" in caught.value.advice
