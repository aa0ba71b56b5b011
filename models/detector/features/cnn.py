"""The detector's own network: fixed gradients, a learned codebook, a Fisher vector.

Everything before the head is found without labels and in seconds, so that thirty pictures of a
class are spent on what only they can teach: which parts of a Fisher vector tell it from others.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import keras
import numpy as np
import tensorflow as tf
from numpy.typing import NDArray
from pydantic import TypeAdapter, ValidationError

from models.detector.features.fisher import FisherVector, fit_codebook
from models.detector.features.gradients import LENGTH, build_descriptors, points_of
from models.detector.features.loading import load_weights
from models.detector.features.space import Features
from models.detector.pictures.plane import SIDE, Pixels

BATCH: Final = 32
_SAMPLED: Final = 60_000  # descriptors that a codebook is made of
_LEAST_A_PICTURE: Final = 16
_SCALES: Final = 8  # the most that make a network
_WORDS: Final = 256
_NUMBERS: Final = 1 << 20  # of one picture, while it is seen; 4 MiB, times those of a batch


@dataclass(frozen=True, slots=True)
class CnnShape:
    """What the network is built with.

    Attributes:
        strides: for each scale, by how much the plane is shrunk, and pixels between points there,
            an even number; eight scales at most.
        words: of the codebook, at most 256.
        dim: numbers of a descriptor that are kept, at most `LENGTH`.

    Raises:
        ValueError: no network can be made of it, or one that takes too much memory.
    """

    strides: tuple[tuple[int, int], ...] = ((1, 8), (2, 4), (4, 4))
    words: int = 64
    dim: int = 64

    def __post_init__(self) -> None:
        if not 1 <= len(self.strides) <= _SCALES:
            raise ValueError(f"{len(self.strides)} scales make no network")
        if not 1 <= self.words <= _WORDS or not 1 <= self.dim <= LENGTH:
            raise ValueError(f"{self.words} words of {self.dim} numbers make no codebook")
        points = sum(points_of(SIDE, *scale) for scale in self.strides)
        if points * (LENGTH + self.dim + self.words) > _NUMBERS:
            raise ValueError(f"{points} points and {self.words} words take too much memory")

    @classmethod
    def of(cls, settings: dict[str, Any]) -> CnnShape:
        """Out of a manifest.

        Raises:
            ValueError: they are others, or make no network.
        """
        try:
            # Strict: what stands there as JSON is whole numbers, and not texts of them.
            return _ADAPTER.validate_json(json.dumps(settings), strict=True)
        except ValidationError as error:
            first = error.errors()[0]
            place = f"{first['loc'][0]}: " if first["loc"] else ""
            raise ValueError(f"its settings: {place}{first['msg'].lower()}") from None


_ADAPTER: Final = TypeAdapter(CnnShape)


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
        self._descriptors = descriptors
        self._features = _compiled(keras.Sequential([descriptors, self._network]))

    def learn(self, planes: Pixels, *, seed: int) -> None:
        """Find the codebook in these pictures, of which no labels are known.

        Args:
            planes: uint8 of shape (n, 224, 224); at least one.
            seed: which points are looked at.
        """
        rng = np.random.default_rng(seed)
        descriptors = _compiled(self._descriptors)
        each = max(_LEAST_A_PICTURE, _SAMPLED // len(planes))
        sample = []
        for start in range(0, len(planes), BATCH):
            for rows in descriptors(planes[start : start + BATCH]).numpy():
                chosen = rng.permutation(len(rows))[:each]
                sample.append(rows[chosen, :LENGTH])
        self._fisher.take(
            fit_codebook(
                np.concatenate(sample), words=self.shape.words, dim=self.shape.dim, seed=seed
            )
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
            ValueError: it is of another network, or damaged.
        """
        load_weights(self._network, file)


def _compiled(model: keras.Model) -> Any:
    """The model as a function of planes, for any number of them."""

    @tf.function(input_signature=(tf.TensorSpec((None, SIDE, SIDE), tf.uint8),))  # type: ignore[untyped-decorator, unused-ignore]
    def forward(planes: tf.Tensor) -> tf.Tensor:
        return model(tf.cast(planes, tf.float32)[..., tf.newaxis], training=False)

    return forward
