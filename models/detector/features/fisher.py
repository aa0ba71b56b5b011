"""Fisher vectors: how a picture's descriptors differ from those of most pictures.

A codebook of typical descriptors is found in the training pictures, without their labels. A
picture becomes how its descriptors lie around each of them, in the mean and in the spread, summed
over the picture: where things stand, how many they are and what lies between them plays no part
(Perronnin, Sánchez and Mensink, 2010; as a network's layer: Arandjelovic et al., 2016).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import cv2
import keras
import numpy as np
from keras import layers, ops
from numpy.typing import NDArray

from models.detector.features.gradients import LENGTH

Array = NDArray[np.float32]

FAINT: Final = 100.0
"""Strength of gradients at which a point counts half: plain ground, whatever its shade, counts
for nothing."""
_LEAST_SPREAD: Final = 1e-4
_SEEDS: Final = 2**31 - 2  # that OpenCV tells apart


@dataclass(frozen=True, slots=True, eq=False)
class Codebook:
    """Typical descriptors: a mixture of Gaussians without covariances.

    Attributes:
        mean: of all descriptors, float32 of shape (LENGTH,).
        axes: their principal axes, float32 of shape (LENGTH, dim).
        centres: float32 of shape (words, dim).
        variances: float32 of shape (words, dim), above 0.
        shares: how many descriptors are of each word, float32 of shape (words,), of sum 1.
    """

    mean: Array
    axes: Array
    centres: Array
    variances: Array
    shares: Array


def fit_codebook(descriptors: Array, *, words: int, dim: int, seed: int) -> Codebook:
    """A codebook of these descriptors: principal components, then k-means.

    Args:
        descriptors: float32 of shape (n, `LENGTH`), a sample of all; at least one. Fewer than
            ``words`` stand for several: that does no harm.
        words: how many.
        dim: numbers of a descriptor that are kept.
        seed: of k-means.
    """
    if len(descriptors) < words:
        descriptors = np.resize(descriptors, (words, LENGTH))
    mean = descriptors.mean(axis=0)
    centred = descriptors - mean
    _, axes = np.linalg.eigh(centred.T @ centred / len(centred))
    axes = np.ascontiguousarray(axes[:, ::-1][:, :dim])
    inside = np.ascontiguousarray(centred @ axes, np.float32)
    cv2.setRNGSeed(seed % _SEEDS + 1)
    ends = (cv2.TERM_CRITERIA_EPS | cv2.TERM_CRITERIA_MAX_ITER, 30, 1e-3)
    empty = np.zeros((0, 1), np.int32)
    _, nearest, centres = cv2.kmeans(inside, words, empty, ends, 2, cv2.KMEANS_PP_CENTERS)
    word = nearest.ravel()
    counts = np.bincount(word, minlength=words)
    squares = np.stack([np.bincount(word, column, words) for column in (inside**2).T], axis=1)
    variances = squares / np.maximum(counts, 1)[:, np.newaxis] - centres**2
    return Codebook(
        mean=mean.astype(np.float32),
        axes=axes.astype(np.float32),
        centres=centres.astype(np.float32),
        variances=np.maximum(variances, _LEAST_SPREAD).astype(np.float32),
        shares=(np.maximum(counts, 1) / np.maximum(counts, 1).sum()).astype(np.float32),
    )


@keras.saving.register_keras_serializable("pigeonhole")
class FisherVector(layers.Layer):  # type: ignore[misc]
    """(batch, points, `LENGTH` + 1) to unit rows of shape (batch, 2 * words * dim).

    A picture of one shade has no gradients, and its row is all zeros: it is like nothing, and a
    head's bias alone decides on it.

    Args:
        words: of the codebook.
        dim: of the codebook.
    """

    def __init__(self, *, words: int, dim: int, **options: Any) -> None:
        super().__init__(**options)
        self.words, self.dim = words, dim

    def build(self, _shape: Any) -> None:
        """Make room for a codebook; see `take`."""
        for name, shape in (
            ("mean", (LENGTH,)),
            ("axes", (LENGTH, self.dim)),
            ("centres", (self.words, self.dim)),
            ("variances", (self.words, self.dim)),
            ("shares", (self.words,)),
        ):
            setattr(
                self,
                name,
                self.add_weight(shape=shape, initializer="ones", name=name, trainable=False),
            )

    def take(self, codebook: Codebook) -> None:
        """Use this codebook from now on."""
        for name in ("mean", "axes", "centres", "variances", "shares"):
            getattr(self, name).assign(getattr(codebook, name))

    def call(self, inputs: Any) -> Any:
        """See the class."""
        strength = inputs[..., LENGTH:]
        x = ops.matmul(inputs[..., :LENGTH] - self.mean, self.axes)
        words = self._words(x) * (strength / (strength + FAINT))
        transposed = ops.transpose(words, (0, 2, 1))
        number = ops.sum(words, axis=1)[..., None]
        sums = ops.matmul(transposed, x)
        squares = ops.matmul(transposed, x * x)
        rare = ops.sqrt(self.shares)[:, None]
        means = (sums - number * self.centres) / (ops.sqrt(self.variances) * rare)
        spreads = squares - 2 * sums * self.centres + number * self.centres**2
        spreads = (spreads / self.variances - number) / (np.sqrt(2.0).astype(np.float32) * rare)
        found = ops.reshape(
            ops.concatenate([means, spreads], axis=1), (-1, 2 * self.words * self.dim)
        )
        # The root keeps what is frequent in a picture from drowning the rest of it.
        found = ops.sign(found) * ops.sqrt(ops.abs(found))
        return found / (ops.norm(found, axis=1, keepdims=True) + 1e-6)

    def _words(self, x: Any) -> Any:
        """How much each point is of each word: (batch, points, words), rows of sum 1."""
        precise = 1 / self.variances
        own = ops.sum(self.centres**2 * precise + ops.log(self.variances), axis=1) / 2
        near = ops.matmul(x, ops.transpose(self.centres * precise))
        near -= ops.matmul(x * x, ops.transpose(precise)) / 2
        return ops.softmax(near - own + ops.log(self.shares), axis=-1)
