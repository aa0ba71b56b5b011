"""How far an image is from a class: its nearest examples together, not the nearest one alone."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

NEIGHBOURS = 5
"""Examples of a class that count, the nearest ones: a class may be of many manners, of which an
image has one."""


def class_distances(
    distances: NDArray[np.floating], labels: NDArray[np.int64], sharpness: float
) -> NDArray[np.float64]:
    """The distance of one image to each class.

    A kernel density (Parzen, 1962) over the nearest examples of a class, on the scale of
    distances: -log(mean(exp(-sharpness x distance))) / sharpness. With one example it is the
    distance; with several it lies between the nearest one's and their mean.

    Args:
        distances: of shape (n,), to each example.
        labels: of shape (n,), the class of each, 0 to n_classes - 1, ascending, none left out.
        sharpness: inverse width of the kernel, above 0.

    Returns:
        float64 of shape (n_classes,).
    """
    order = np.lexsort((distances, labels))
    starts = np.searchsorted(labels, np.arange(labels[-1] + 1)) if len(labels) else labels
    place = np.arange(len(labels)) - starts[labels]
    kernel = np.where(place < NEIGHBOURS, np.exp(-sharpness * distances[order]), 0.0)
    counted = np.minimum(np.diff(np.append(starts, len(labels))), NEIGHBOURS)
    density = np.add.reduceat(kernel, starts) / counted if len(labels) else kernel
    # An image as far as can be, under the sharpest kernel, has no density left.
    return -np.log(np.maximum(density, 1e-300)) / sharpness


def class_distance(distances: NDArray[np.floating], sharpness: float) -> NDArray[np.float64]:
    """The distance of many images to one class, as `class_distances` has it.

    Args:
        distances: of shape (n_images, n_examples), at least one example; infinity where an
            example does not count.
        sharpness: see `class_distances`.

    Returns:
        float64 of shape (n_images,); infinity where no example counts.
    """
    last = min(NEIGHBOURS, distances.shape[1]) - 1
    near = np.partition(distances, last, axis=1)[:, : last + 1].astype(np.float64)
    counted = np.isfinite(near).sum(axis=1)
    density = np.exp(-sharpness * near).sum(axis=1) / np.maximum(counted, 1)
    found = -np.log(np.maximum(density, 1e-300)) / sharpness
    return np.where(counted > 0, found, np.inf)
