from __future__ import annotations

import numpy as np
import pytest

from models.episodes.classes import ImageClass
from models.episodes.trials import OneShot, embed_classes, one_shot_trials


def classes_of(*groups: str, images: int = 5) -> list[ImageClass]:
    """One class a group named."""
    return [
        ImageClass(group, f"{group}/{key}", np.full((images, 8, 8), key, np.uint8))
        for key, group in enumerate(groups)
    ]


def groups(classes: list[ImageClass]) -> list[str]:
    """The group of each."""
    return [one.group for one in classes]


def test_embeddings_that_tell_all_apart_make_no_error() -> None:
    """A perfect network would be reported as a poor one."""
    held = classes_of(*["a"] * 10)
    perfect = [np.tile(np.eye(10, dtype=np.float32)[key], (5, 1)) for key in range(10)]
    found = one_shot_trials(groups(held), perfect, ways=10, trials=300, seed=1)
    assert found == OneShot(errors=0, trials=300, ways=10)
    assert found.error_rate == 0


@pytest.mark.parametrize("ways", [2, 5, 20])
def test_chance_is_reported_as_chance(ways: int) -> None:
    """An answer that leaks would make any network look good."""
    rng = np.random.default_rng(0)
    held = classes_of(*["a"] * 20, images=20)
    noise = [rng.standard_normal((20, 64)).astype(np.float32) for _ in held]
    noise = [rows / np.linalg.norm(rows, axis=1, keepdims=True) for rows in noise]
    found = one_shot_trials(groups(held), noise, ways=ways, trials=2000, seed=1)
    assert found.error_rate == pytest.approx(1 - 1 / ways, abs=0.06)


def test_trials_stay_within_a_group() -> None:
    """Telling a letter from a floor plan would count as much as from another letter."""
    held = classes_of(*["a"] * 3, *["b"] * 3, "c")
    # Within a group all is alike, which is an error: a trial across groups would be right.
    rows = {"a": [1.0, 0, 0], "b": [0, 1.0, 0], "c": [0, 0, 1.0]}
    alike = [np.tile(np.float32(rows[one.group]), (5, 1)) for one in held]
    tagged = [
        np.hstack([part, np.full((5, 1), -0.1 * key, np.float32)]) for key, part in enumerate(alike)
    ]
    found = one_shot_trials(groups(held), alike, ways=3, trials=200, seed=1)
    assert found.errors == 200
    with pytest.raises(ValueError, match="no group has the 4 classes"):
        one_shot_trials(groups(held), tagged, ways=4, trials=1, seed=1)


@pytest.mark.parametrize("value", [1.0, float("nan")])
def test_a_network_that_sees_nothing_is_always_wrong(value: float) -> None:
    """One that maps all to one point, or to no number, would be written down as perfect."""
    held = classes_of(*["a"] * 5)
    rows = [np.full((4, 3), value, np.float32) for _ in held]
    assert one_shot_trials(groups(held), rows, ways=5, trials=100, seed=1).errors == 100


def test_a_class_of_one_image_takes_no_part() -> None:
    """A query would be its own example."""
    held = [*classes_of("a", "a"), *classes_of("a", images=1)]
    rows = [np.eye(3, dtype=np.float32)[[key] * len(one.images)] for key, one in enumerate(held)]
    with pytest.raises(ValueError, match="no group has the 3 classes"):
        one_shot_trials(groups(held), rows, ways=3, trials=1, seed=1)
    assert one_shot_trials(groups(held), rows, ways=2, trials=50, seed=1).errors == 0


def test_the_same_seed_asks_the_same() -> None:
    """Two networks would be compared by different questions."""
    rng = np.random.default_rng(0)
    held = classes_of(*["a"] * 8)
    rows = [rng.standard_normal((5, 4)).astype(np.float32) for _ in held]
    found = [
        one_shot_trials(groups(held), rows, ways=5, trials=100, seed=seed) for seed in (1, 1, 2)
    ]
    assert found[0] == found[1] != found[2]


def test_embeddings_are_returned_class_by_class() -> None:
    """One class would be judged by the pictures of the next."""
    held = classes_of("a", images=700) + classes_of("a", "b", images=3)
    held[1] = ImageClass("a", "x", np.full((2, 8, 8), 51, np.uint8))
    seen = []

    def embed(prepared: np.ndarray) -> np.ndarray:
        seen.append(prepared)
        return prepared.reshape(len(prepared), -1)[:, :4]

    rows = embed_classes(held, embed)
    assert [len(part) for part in rows] == [700, 2, 3]
    assert rows[1] == pytest.approx(0.2)
    assert rows[2] == pytest.approx(1 / 255)
    assert all(part.dtype == np.float32 and part.shape[1:] == (8, 8, 1) for part in seen)
    assert max(len(part) for part in seen) <= 512
