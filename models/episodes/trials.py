"""One-shot trials: how often the nearest of n examples is of the right class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from models.episodes.classes import ImageClass

Embed = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Prepared pages of shape (n, side, side, 1) to unit rows of shape (n, dim)."""


@dataclass(frozen=True, slots=True)
class OneShot:
    """Errors in one-shot trials (Lake et al., 2015).

    Each of ``ways`` classes shows one example,
    one query belongs to one of them, and plain nearest neighbour answers.
    """

    errors: int
    trials: int
    ways: int

    @property
    def error_rate(self) -> float:
        """Errors over trials, in [0, 1]."""
        return self.errors / self.trials


def embed_classes(classes: Sequence[ImageClass], embed: Embed) -> list[NDArray[np.float32]]:
    """The embeddings of each class, of shape (n_images, dim)."""
    images = np.concatenate([one.images for one in classes])
    embeddings = np.concatenate(
        [
            embed((images[at : at + 512, :, :, np.newaxis] / np.float32(255)).astype(np.float32))
            for at in range(0, len(images), 512)
        ]
    )
    ends = np.cumsum([len(one.images) for one in classes])
    return np.split(embeddings, ends[:-1])


def one_shot_trials(
    classes: Sequence[ImageClass],
    embeddings: Sequence[NDArray[np.float32]],
    *,
    ways: int,
    trials: int,
    seed: int,
) -> OneShot:
    """Trials within one group each; groups of fewer than ``ways`` classes are left out.

    Raises:
        ValueError: no group has enough classes.
    """
    groups: dict[str, list[int]] = {}
    for key, one in enumerate(classes):
        if len(one.images) > 1:
            groups.setdefault(one.group, []).append(key)
    usable = [members for members in groups.values() if len(members) >= ways]
    if not usable:
        raise ValueError(f"no group has the {ways} classes that a trial needs")
    rng = np.random.default_rng(seed)
    errors = 0
    for _ in range(trials):
        members = usable[rng.integers(len(usable))]
        shown = rng.choice(members, ways, replace=False)
        first, query = rng.choice(len(embeddings[shown[0]]), 2, replace=False)
        support = [embeddings[shown[0]][first]]
        support += [embeddings[key][rng.integers(len(embeddings[key]))] for key in shown[1:]]
        errors += int(np.argmax(np.stack(support) @ embeddings[shown[0]][query]) != 0)
    return OneShot(errors, trials, ways)
