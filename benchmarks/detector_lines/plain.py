"""The plain network: three convolutions, flattened, as tutorials on cats and dogs have it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

import keras
import numpy as np
from keras import layers
from numpy.typing import NDArray

from models.detector.approaches.approach import Learned, Lesson
from models.detector.features.space import Approach, Features
from models.detector.heads.heads import DenseHead, HeadKind
from models.detector.pictures.augment import augmented
from models.detector.pictures.plane import SIDE, Pixels, three_channels

EPOCHS: Final = 12
_BATCH: Final = 8  # with 32 its batch normalisation has not settled after twelve epochs


def build_plain() -> keras.Model:
    """Convolutions of 16, 32 and 64, dense 32, and one output each for other and class."""
    inputs = keras.Input((SIDE, SIDE, 3))
    x = layers.Rescaling(1 / 255)(inputs)
    for width in (16, 32, 64):
        x = layers.Conv2D(width, 3, padding="same", activation="relu")(x)
        x = layers.MaxPooling2D()(layers.BatchNormalization()(x))
    x = layers.Dense(32, activation="relu")(layers.Flatten()(x))
    return keras.Model(inputs, layers.Dense(2, activation="sigmoid")(x))


@dataclass(frozen=True, slots=True)
class _Outputs:
    """The difference of its two outputs, as the only feature."""

    network: keras.Model

    def features(self, planes: Pixels, embeddings: NDArray[np.float32]) -> Features:
        """See `models.detector.features.space.FeatureSpace`."""
        del embeddings
        rows = [
            np.asarray(self.network(three_channels(planes[at : at + _BATCH]), training=False))
            for at in range(0, len(planes), _BATCH)
        ]
        found = np.concatenate(rows)
        return (found[:, 1:] - found[:, :1]).astype(np.float32)


@dataclass(frozen=True, slots=True)
class PlainWay:
    """A `models.detector.approaches.approach.Way` for comparison; nothing is held out for it.

    Attributes:
        augmented: pictures are changed at random, anew in each epoch.
    """

    augmented: bool = False
    approach: Approach = "cnn"
    head: HeadKind = "dense"
    steps: int = 1

    @property
    def title(self) -> str:
        """For people."""
        return "plain network, augmented" if self.augmented else "plain network"

    def learn(self, lesson: Lesson) -> Learned:
        """Twelve epochs of Adam at 1e-4, both classes weighing alike."""
        keras.utils.set_random_seed(lesson.seed)
        network = build_plain()
        network.compile(keras.optimizers.Adam(1e-4), "binary_crossentropy")
        planes, labels = lesson.learn.planes, lesson.learn.labels
        if lesson.held is not None:  # it chooses nothing: what others choose by, it learns from
            planes = np.concatenate([planes, lesson.held.planes])
            labels = np.concatenate([labels, lesson.held.labels])
        shares = {1: len(labels) / (2 * labels.sum()), 0: len(labels) / (2 * (~labels).sum())}
        truth = np.stack([~labels, labels], axis=1).astype(np.float32)
        weights = np.where(labels, shares[1], shares[0])
        for shown in self._shown(planes, lesson.seed):
            network.fit(
                three_channels(shown), truth, sample_weight=weights, batch_size=_BATCH,
                epochs=1, verbose=0,
            )  # fmt: skip
        head = DenseHead(np.ones(1), 0.0)
        return Learned(
            _Outputs(network), head, networks={"network.weights.h5": network.save_weights}
        )

    def _shown(self, planes: Pixels, seed: int) -> Iterator[Any]:
        rng = np.random.default_rng(seed)
        for _ in range(EPOCHS):
            yield np.stack([augmented(one, rng) for one in planes]) if self.augmented else planes
