from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from config.errors import DataError
from models.episodes.augment import Augmentation
from models.episodes.classes import ImageClass, Source
from models.episodes.pairs import PairSampler

STILL = Augmentation(rotation=0, scale=0, shear=0, shift=0, thickness=0)
SIDE = 16


def marked(key: int, number: int) -> NDArray[np.uint8]:
    """A picture that says, in its first rows, of which class and which image it is."""
    image = np.zeros((SIDE, SIDE), np.uint8)
    image[0, 0] = 255
    for bit in range(10):
        image[3, bit] = 255 * (key >> bit & 1)
        image[6, bit] = 255 * (number >> bit & 1)
    return image


def read(pictures: NDArray[np.float32], row: int) -> list[int]:
    """What the pictures say."""
    bits = (pictures[:, row, :10, 0] > 0.5).astype(int)
    return (bits @ (1 << np.arange(10))).tolist()


def source(first: int, *, classes: int = 12, images: int = 4, weight: float = 1.0) -> Source:
    """Classes with keys from `first`, in groups of four."""
    return Source(
        f"source {first}",
        weight,
        tuple(
            ImageClass(
                f"g{(key - first) // 4}",
                f"c{key}",
                np.stack([marked(key, n) for n in range(images)]),
            )
            for key in range(first, first + classes)
        ),
    )


def sampler(*sources: Source, pairs: int = 24, seed: int = 1, **options: object) -> PairSampler:
    """A sampler that changes no picture."""
    options = {"batches": 3, "augmentation": STILL} | options
    return PairSampler(sources, pairs=pairs, seed=seed, **options)  # type: ignore[arg-type]


def test_a_pair_is_two_images_of_one_class() -> None:
    """The network would be told that two classes are one, or learn that equal is equal."""
    (left, right), same = sampler(source(0), source(100))[0]
    assert left.shape == right.shape == (24, SIDE, SIDE, 1)
    assert left.dtype == right.dtype == same.dtype == np.float32
    assert read(left, 3) == read(right, 3)
    assert all(one != other for one, other in zip(read(left, 6), read(right, 6), strict=True))


def test_same_says_which_are_of_one_class() -> None:
    """Two pairs of one class would be pushed apart, or of two classes drawn together."""
    for batch in range(3):
        (left, right), same = sampler(source(0, classes=5), source(100, classes=5))[batch]
        rows, columns = np.array(read(left, 3)), np.array(read(right, 3))
        assert np.array_equal(same, rows[:, None] == columns[None, :])
        assert (np.diag(same) == 1).all()
        assert same.sum() > len(same)  # some class came twice, or this shows nothing


def test_batches_depend_on_seed_epoch_and_number_alone() -> None:
    """A training could not be repeated."""
    one, again, other = sampler(source(0)), sampler(source(0)), sampler(source(0), seed=2)
    again[2], again[1]  # asked for in another order
    assert np.array_equal(one[0][0][0], again[0][0][0])
    assert np.array_equal(one[1][1], again[1][1])
    assert not np.array_equal(one[0][0][0], one[1][0][0])
    assert not np.array_equal(one[0][0][0], other[0][0][0])
    first = one[0][0][0]
    one.on_epoch_end()
    assert not np.array_equal(one[0][0][0], first)
    again.on_epoch_end()
    assert np.array_equal(one[0][0][0], again[0][0][0])
    assert len(one) == 3


@pytest.mark.parametrize(
    ("weights", "pairs"), [((3.0, 1.0), 24), ((1.0, 1.0, 1.0), 25), ((100.0, 0.001), 16)]
)
def test_a_batch_is_shared_by_weight(weights: tuple[float, ...], pairs: int) -> None:
    """A large collection of icons would drown the documents, or a small one vanish."""
    sources = [source(100 * n, weight=weight) for n, weight in enumerate(weights)]
    (left, _), _ = sampler(*sources, pairs=pairs)[0]
    counts = np.bincount(np.array(read(left, 3)) // 100, minlength=len(weights))
    assert counts.sum() == pairs
    assert (counts >= 1).all()
    expected = np.maximum(1, pairs * np.array(weights) / sum(weights))
    assert np.abs(counts - expected).max() <= 2


def test_half_of_a_share_is_of_one_group() -> None:
    """The hard comparisons, letters of one alphabet, would be rare."""
    large = source(0, classes=80, images=2)
    for batch in range(3):
        (left, _), _ = sampler(large, pairs=8)[batch]
        groups = [key // 4 for key in read(left, 3)]
        assert max(groups.count(group) for group in groups) >= 4


def test_a_class_of_one_image_is_refused_by_name() -> None:
    """Training would stop in the middle, or pair an image with itself."""
    lonely = Source("icons", 1.0, (ImageClass("g", "g/star", marked(1, 1)[None]),))
    with pytest.raises(DataError, match="class g/star of icons has 1 image, a pair needs 2"):
        sampler(source(0), lonely)


def test_nothing_to_learn_from_is_refused() -> None:
    """A training whose classes are all held out would end in a traceback."""
    with pytest.raises(DataError, match="icons has no class"):
        sampler(source(0), Source("icons", 1.0, ()))
    with pytest.raises(DataError, match="nothing to learn from"):
        sampler()


def test_too_small_a_batch_is_refused_with_both_numbers() -> None:
    """Some source would never be learned from."""
    with pytest.raises(DataError, match="3 pairs a batch are too few for 2 sources"):
        sampler(source(0), source(100), pairs=3)
    assert sampler(source(0), source(100), pairs=4)[0][1].shape == (4, 4)
