from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from config.errors import DataError
from models.episodes.augment import Augmentation
from models.episodes.classes import ImageClass, Source
from models.episodes.samplers.base import Sampler
from models.episodes.samplers.classes import ClassSampler
from models.episodes.samplers.episodes import EpisodeSampler
from models.episodes.samplers.pairs import PairSampler
from models.episodes.samplers.triplets import TripletSampler
from tests.models.episodes.samplers.marking import SIDE, keys, marked, numbers, source

KINDS: dict[str, tuple[type[Sampler], dict[str, Any]]] = {
    "class": (ClassSampler, {}),
    "pair": (PairSampler, {}),
    "triplet": (TripletSampler, {}),
    "episode": (EpisodeSampler, {"shots": 1, "queries": 2}),
}
every_kind = pytest.mark.parametrize("kind", KINDS)


def sampler(kind: str, *sources: Source, **options: Any) -> Sampler:
    """A sampler that changes no picture."""
    made, own = KINDS[kind]
    common = {"side": SIDE, "batch": 24, "batches": 3, "seed": 1}
    return made(sources, **(common | own | options))


@every_kind
def test_a_batch_is_images_with_the_labels_of_their_classes(kind: str) -> None:
    """The network would be taught the wrong names."""
    sources = [source(0), source(100)]
    made = sampler(kind, *sources)
    for batch in range(3):
        images, labels = made[batch]
        assert images.shape == (24, SIDE, SIDE, 1)
        assert labels.shape == (24,)
        assert (images.dtype, labels.dtype) == (np.float32, np.int32)
        named = [made.names[label] for label in labels]
        assert named == [f"source {key // 100 * 100}/c{key}" for key in keys(images)]


@every_kind
def test_batches_depend_on_seed_epoch_and_number_alone(kind: str) -> None:
    """A training could not be repeated, or gone on with."""
    one, again = sampler(kind, source(0)), sampler(kind, source(0))
    other = sampler(kind, source(0), seed=2)
    again[2], again[1]  # asked for in another order
    assert np.array_equal(one[0][0], again[0][0])
    assert np.array_equal(one[1][0], again[1][0])
    assert not np.array_equal(one[0][0], one[1][0])
    assert not np.array_equal(one[0][0], other[0][0])
    first = one[0][0]
    one.on_epoch_end()
    assert not np.array_equal(one[0][0], first)
    again.epoch = 1
    assert np.array_equal(one[0][0], again[0][0])
    assert len(one) == 3


@every_kind
@pytest.mark.parametrize("weights", [(3.0, 1.0), (1.0, 1.0, 1.0), (100.0, 1.0)])
def test_batches_are_shared_by_weight(kind: str, weights: tuple[float, ...]) -> None:
    """A large collection of icons would drown the documents, or a small one vanish."""
    sources = [source(100 * n, weight=weight, grouped=2) for n, weight in enumerate(weights)]
    made = sampler(kind, *sources, batches=150)
    shares = np.array(weights) / sum(weights)
    counts = np.array(
        [np.bincount(np.array(keys(made[n][0])) // 100, minlength=len(weights)) for n in range(150)]
    )
    assert (counts.sum(1) == 24).all()
    assert counts.mean(0) == pytest.approx(24 * shares, abs=0.4)
    # No batch is further from its share than one unit.
    assert np.abs(counts - 24 * shares).max() <= made.rows


@every_kind
def test_images_are_augmented(kind: str) -> None:
    """The network would learn the pictures by heart."""
    moving = replace(source(0), augmentation=Augmentation())
    still, moved = sampler(kind, source(0)), sampler(kind, moving)
    assert not np.array_equal(still[0][0], moved[0][0])


@every_kind
def test_too_few_images_are_refused_with_both_numbers(kind: str) -> None:
    """Training would stop in the middle, or pair an image with itself."""
    needed = sampler(kind, source(0)).least
    images = np.stack([marked(1, 1)] * (needed - 1)) if needed > 1 else np.zeros((0, SIDE, SIDE))
    poor = Source("icons", 1.0, (ImageClass("g", "g/star", images), *source(5).classes))
    expected = rf"class g/star of icons has {needed - 1} images?, a .* needs {needed}\b"
    with pytest.raises(DataError, match=expected) as caught:
        sampler(kind, source(0), poor)
    assert "least=" in caught.value.advice or needed == 1


@every_kind
def test_images_of_another_size_are_refused_with_both_sizes(kind: str) -> None:
    """The message would come from the depths of NumPy, after an hour."""
    wide = ImageClass("g", "wide", np.zeros((4, SIDE, SIDE + 4), np.uint8))
    odd = replace(source(100), classes=(*source(100).classes, wide))
    with pytest.raises(DataError, match=r"class wide of source 100 .* 16 x 20 .* takes 16 x 16"):
        sampler(kind, source(0), odd)


@every_kind
def test_nothing_to_learn_from_is_refused(kind: str) -> None:
    """A training whose classes are all held out would end in a traceback."""
    with pytest.raises(DataError, match="icons has no class"):
        sampler(kind, source(0), Source("icons", 1.0, ()))
    with pytest.raises(DataError, match="nothing to learn from"):
        sampler(kind)


@every_kind
def test_a_batch_has_as_many_whole_units_as_fit(kind: str) -> None:
    """An objective would not run with the usual batch, or see half a pair."""
    made = sampler(kind, source(0, classes=40), batch=31)
    assert len(made[0][1]) == made.batch == 31 // made.rows * made.rows


@every_kind
def test_a_batch_with_nothing_to_compare_is_refused(kind: str) -> None:
    """Training would run and teach nothing."""
    rows = sampler(kind, source(0)).rows
    expected = f"a batch of {2 * rows - 1} is less than twice the {rows} images of a"
    with pytest.raises(DataError, match=expected) as caught:
        sampler(kind, source(0), batch=2 * rows - 1)
    assert f"{2 * rows} or more" in caught.value.advice


def test_two_classes_of_one_name_are_refused() -> None:
    """One class would be two, and pushed apart from itself."""
    with pytest.raises(DataError, match="two classes are named source 0/c0"):
        sampler("class", source(0), source(0))


def test_every_image_is_drawn() -> None:
    """Part of the data would never be learned from."""
    made = sampler("class", source(0, classes=5), batches=30)
    seen = {
        pair
        for batch in range(30)
        for pair in zip(keys(made[batch][0]), numbers(made[batch][0]), strict=True)
    }
    assert seen == {(key, number) for key in range(5) for number in range(4)}
