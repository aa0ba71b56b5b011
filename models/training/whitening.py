"""Within-class whitening: the projection in which images of one class differ alike every way.

A direction in which images of one class differ much, whatever the class, tells little: where
the covariance within classes becomes the identity, Euclidean distance counts each direction by
what it tells. It is the first half of Fisher's discriminant (1936), and was used for classes that
were never trained on by Hatch, Kajarekar and Stolcke (2006).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from config.errors import DataError

Array = NDArray[np.float64]

_QUIET = 1e-3
"""Least standard deviation of a number that is taken for one that varies."""


@dataclass(frozen=True, slots=True, eq=False)
class Moments:
    """What is known of the descriptions of many classes, each class counting alike.

    Attributes:
        mean: of the classes' means, shape (length,).
        within: mean covariance within a class, shape (length, length).
        between: covariance of the classes' means, shape (length, length).
    """

    mean: Array
    within: Array
    between: Array

    @property
    def variance(self) -> Array:
        """Of each number over all classes, shape (length,)."""
        return np.asarray(np.diag(self.within) + np.diag(self.between) + _QUIET**2)


def moments(classes: Sequence[NDArray[np.float32]]) -> Moments:
    """Mean and covariances of ``classes``, each an array of shape (n_images, length).

    Raises:
        DataError: fewer than two classes have two images.
    """
    several = [np.asarray(one, np.float64) for one in classes if len(one) > 1]
    if len(several) < 2:
        raise DataError(
            f"{len(several)} classes have two images, whitening needs 2",
            "Add classes, or images to those there are",
        )
    means = np.stack([one.mean(axis=0) for one in several])
    between = (means - means.mean(axis=0)).T @ (means - means.mean(axis=0)) / len(means)
    return Moments(means.mean(axis=0), covariance_within(several), between)


def covariance_within(classes: Sequence[NDArray[Any]]) -> Array:
    """Mean of the covariances of ``classes``, shape (length, length); each counts alike."""
    length = classes[0].shape[1]
    within = np.zeros((length, length))
    for one in classes:
        centred = one - one.mean(axis=0, dtype=np.float64)
        within += centred.T @ centred / (len(one) * len(classes))
    return within


def whiten(within: Array, found: Moments, dim: int, shrinkage: float) -> Array:
    """The projection of standardised descriptions into ``dim`` whitened dimensions.

    Descriptions are whitened by ``within``, and of the dimensions that makes, those are kept in
    which all images together vary most.

    Args:
        within: the covariance that tells nothing, shape (length, length), not standardised.
        found: of all images.
        dim: dimensions to keep.
        shrinkage: share, in (0, 1), of the identity that ``within`` is mixed with (Ledoit and
            Wolf, 2004): numbers that never vary would count endlessly without.

    Returns:
        float64 of shape (length, dim), for descriptions less ``mean`` over the root of
        ``variance``.

    Raises:
        ValueError: ``dim`` is larger than a description is long.
    """
    length = len(found.mean)
    if not 0 < dim <= length:
        raise ValueError(f"{dim} dimensions of descriptions of {length}")
    scale = np.sqrt(np.outer(found.variance, found.variance))
    noise, total = within / scale, (found.within + found.between) / scale
    mixed = (1 - shrinkage) * noise + shrinkage * np.trace(noise) / length * np.eye(length)
    values, axes = np.linalg.eigh(mixed)
    whitening = axes / np.sqrt(values)
    _, turned = np.linalg.eigh(whitening.T @ total @ whitening)
    return np.asarray(whitening @ turned[:, ::-1][:, :dim])
