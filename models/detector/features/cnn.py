"""The detector's own network: fixed gradients, a learned codebook, a Fisher vector.

Everything before the head is found without labels and in seconds, so that thirty pictures of a
class are spent on what only they can teach: which parts of a Fisher vector tell it from others.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray

from models.detector.features.fisher import FisherVector, fit_codebook
from models.detector.features.gradients import LENGTH, build_descriptors
from models.detector.features.space import Features
from models.detector.pictures.plane import SIDE, Pixels

BATCH: Final = 32
_SAMPLED: Final = 60_000  # descriptors that a codebook is made of
_LEAST_A_PICTURE: Final = 16


@dataclass(frozen=True, slots=True)
class CnnShape:
    """What the network is built with.

    Attributes:
        strides: for each scale, by how much the plane is shrunk, and pixels between points there.
        words: of the codebook.
        dim: numbers of a descriptor that are kept.
    """

    strides: tuple[tuple[int, int], ...] = ((1, 8), (2, 4), (4, 4))
    words: int = 64
    dim: int = 64

    @classmethod
    def of(cls, settings: dict[str, Any]) -> CnnShape:
        """Out of a manifest.

        Raises:
            TypeError: they are others.
            ValueError: their values make no network.
        """
        strides = tuple((int(shrink), int(stride)) for shrink, stride in settings["strides"])
        shape = cls(strides, int(settings["words"]), int(settings["dim"]))
        if not 1 <= shape.words <= 1024 or not 1 <= shape.dim <= LENGTH or not strides:
            raise ValueError(f"{settings} is no network")
        return shape


class CnnSpace:
    """See the module; a `models.detector.features.space.FeatureSpace`.

    Attributes:
        shape: what it is built with.
    """

    def __init__(self, shape: CnnShape | None = None) -> None:
        self.shape = shape or CnnShape()
        descriptors = build_descriptors(SIDE, self.shape.strides)
        self._fisher = FisherVector(words=self.shape.words, dim=self.shape.dim, name="fisher")
        inputs = keras.Input(descriptors.output_shape[1:])
        self._network = keras.Model(inputs, self._fisher(inputs), name="codebook")
        self._descriptors = _compiled(descriptors)
        self._features = _compiled(keras.Sequential([descriptors, self._network]))

    def learn(self, planes: Pixels, *, seed: int) -> None:
        """Find the codebook in these pictures, of which no labels are known.

        Args:
            planes: uint8 of shape (n, 224, 224); at least one.
            seed: which points are looked at.
        """
        rng = np.random.default_rng(seed)
        each = max(_LEAST_A_PICTURE, _SAMPLED // len(planes))
        sample = []
        for start in range(0, len(planes), BATCH):
            for rows in self._descriptors(planes[start : start + BATCH]).numpy():
                chosen = rng.permutation(len(rows))[:each]
                sample.append(rows[chosen, :LENGTH])
        descriptors = np.concatenate(sample)
        # Fewer points than words: some stand twice, and no harm is done.
        short = self.shape.words - len(descriptors)
        if short > 0:
            descriptors = np.concatenate([descriptors, descriptors[:short]])
        self._fisher.take(
            fit_codebook(descriptors, words=self.shape.words, dim=self.shape.dim, seed=seed)
        )

    def features(self, planes: Pixels, embeddings: NDArray[np.float32]) -> Features:
        """See `models.detector.features.space.FeatureSpace`; ``embeddings`` play no part."""
        del embeddings
        found = [
            self._features(planes[start : start + BATCH]).numpy()
            for start in range(0, len(planes), BATCH)
        ]
        return np.concatenate(found)

    def save(self, file: Path) -> None:
        """Write what was learned."""
        self._network.save_weights(file)

    def load(self, file: Path) -> None:
        """Read what `save` wrote.

        Raises:
            ValueError, OSError: it is of another network, or damaged.
        """
        self._network.load_weights(file)


def _compiled(model: keras.Model) -> Any:
    """The model as a function of planes, traced now: the first page need not wait for it."""

    @tf.function(input_signature=(tf.TensorSpec((None, SIDE, SIDE), tf.uint8),))  # type: ignore[untyped-decorator, unused-ignore]
    def forward(planes: tf.Tensor) -> tf.Tensor:
        return model(tf.cast(planes, tf.float32)[..., tf.newaxis], training=False)

    forward.get_concrete_function()
    return forward
