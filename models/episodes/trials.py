"""One-shot trials: how often the nearest of n examples is of the right class."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator
from numpy.typing import NDArray

from models.episodes.classes import ImageClass

Embed = Callable[[NDArray[np.float32]], NDArray[np.float32]]
"""Prepared pages of shape (n, side, side, 1) to unit rows of shape (n, dim)."""

_TOGETHER = 1000
"""Trials computed at once: 10 MB of support embeddings at 20 ways of 128 dimensions."""


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
    groups: Sequence[str],
    embeddings: Sequence[NDArray[np.float32]],
    *,
    ways: int,
    trials: int,
    seed: int,
) -> OneShot:
    """Trials within one group each, drawn uniformly from those of ``ways`` classes and more.

    Args:
        groups: the group of each class.
        embeddings: of each class, float32 of shape (n_images, dim), unit rows; classes of one
            image take no part.
        ways: classes a trial.
        trials: number of trials.
        seed: of the draw; the same seed asks the same of any embeddings.

    Raises:
        ValueError: no group has enough classes.
    """
    grouped: dict[str, list[int]] = {}
    for key, (group, rows) in enumerate(zip(groups, embeddings, strict=True)):
        if len(rows) > 1:
            grouped.setdefault(group, []).append(key)
    usable = [np.array(members) for members in grouped.values() if len(members) >= ways]
    if not usable:
        raise ValueError(f"no group has the {ways} classes that a trial needs")
    rng = np.random.default_rng(seed)
    every = np.concatenate(embeddings)
    sizes = np.array([len(one) for one in embeddings])
    firsts = np.cumsum(sizes) - sizes
    errors = 0
    for members, count in zip(usable, _shared(trials, len(usable), rng), strict=True):
        for at in range(0, count, _TOGETHER):
            number = min(_TOGETHER, count - at)
            # The first `ways` of a random order of the group; the first of all is asked for.
            shown = members[np.argsort(rng.random((number, len(members))))[:, :ways]]
            example = (rng.random(shown.shape) * sizes[shown]).astype(int)
            others = sizes[shown[:, 0]] - 1
            step = 1 + (rng.random(number) * others).astype(int)
            query = (example[:, 0] + step) % (others + 1)
            support = every[firsts[shown] + example]
            asked = every[firsts[shown[:, 0]] + query]
            likeness = np.einsum("twd,td->tw", support, asked)
            # A class that is as near, and a likeness that is no number, are errors.
            right = likeness[:, 0] > likeness[:, 1:].max(axis=1)
            errors += int(np.count_nonzero(~right))
    return OneShot(errors, trials, ways)


def _shared(trials: int, groups: int, rng: Generator) -> list[int]:
    """How many trials each group has, when each trial's group is drawn uniformly."""
    return [int(n) for n in np.bincount(rng.integers(groups, size=trials), minlength=groups)]
