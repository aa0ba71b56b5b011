"""The join's training: both of its parts are solved for, in seconds and without chance."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import keras
import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from models.siamese.join import JoinShape, build_join
from models.training.looks import Textures
from models.training.whitening import Moments, covariance_within, moments, whiten

Array = NDArray[np.float64]

_COUNT = np.int32(
    1
)  # what Keras' normalisation keeps of the data it was adapted to; nothing reads it


@dataclass(frozen=True, slots=True)
class JoinPlan:
    """What decides a join, beside its data and its shape.

    Attributes:
        kinds: share of the covariance within kinds in what is whitened; the rest is that of one
            page looked at again. Kinds alone forget templates, pages alone know no kinds.
        shrinkage: see `models.training.whitening.whiten`.
        ridge: penalty on the gate's weights.
        drawing, page: what the gate's layer should answer for each, the second one negated. Its
            hard sigmoid ends at 3 and -3, and what was never seen falls short of what was
            asked; kinds of pages differ more, so more is asked of them.
    """

    kinds: float = 0.4
    shrinkage: float = 0.05
    ridge: float = 0.3
    drawing: float = 12.0
    page: float = 20.0


def train_join(
    pages: Sequence[Textures],
    drawings: Sequence[Textures],
    *,
    shape: JoinShape,
    plan: JoinPlan,
) -> keras.Model:
    """The join that ``pages`` and ``drawings`` ask for.

    The texture eye is the within-class whitening of the pages; the gate is the ridge regression
    (Hoerl and Kennard, 1970) that tells drawings from pages, each kind and each side of them
    counting alike. Both see standardised descriptions.

    Args:
        pages: by source: read, drawn, templates; kinds of two sources are two classes. At least
            one source has pages with several looks.
        drawings: for which shape alone shall count.
        shape: the join to make.
        plan: see `JoinPlan`.

    Raises:
        DataError: there are fewer than two kinds of pages, no page with several looks, or no
            drawings.
    """
    kinds = [one for source in pages for one in source.by_kind()]
    figures = [one for source in drawings for one in source.by_kind()]
    if not figures:
        raise DataError(
            f"there are {len(kinds)} kinds of pages and 0 of drawings, the gate needs both",
            "Name a folder of drawings too",
        )
    found = moments(kinds)
    within = plan.kinds * found.within + (1 - plan.kinds) * _within_pages(pages)
    projection = whiten(within, found, shape.texture_dim, plan.shrinkage)
    weights, bias = _ridge(kinds, figures, found, plan)
    join = build_join(shape)
    eye, gate = join.get_layer("texture_eye"), join.get_layer("gate")
    for part in (eye, gate):
        standard = part.get_layer("standard")
        standard.set_weights([found.mean, found.variance, _COUNT])
        standard.finalize_state()
    eye.get_layer("projection").set_weights([projection])
    gate.get_layer("drawing").set_weights([weights[:, np.newaxis], bias])
    return join


def _within_pages(pages: Sequence[Textures]) -> Array:
    """Mean covariance between looks at one page; kinds count alike, and so do sources."""
    sources = []
    for source in pages:
        by_kind = [covariance_within(looks) for looks in source.by_page()]
        if by_kind:
            sources.append(np.mean(by_kind, axis=0))
    if not sources:
        raise DataError(
            f"0 pages of {len(pages)} sources were looked at twice, whitening needs 1",
            "Look at pages again",
        )
    return np.asarray(np.mean(sources, axis=0))


def _ridge(
    pages: Sequence[NDArray[np.float32]],
    drawings: Sequence[NDArray[np.float32]],
    found: Moments,
    plan: JoinPlan,
) -> tuple[Array, Array]:
    """Weights (length,) and bias (1,) of the regression to the answers that the plan asks for."""
    size = len(found.mean) + 1
    normal, target = np.diag([*np.full(size - 1, plan.ridge), 0.0]), np.zeros(size)
    for side, answer in ((pages, -plan.page), (drawings, plan.drawing)):
        for one in side:
            standard = (one - found.mean) / np.sqrt(found.variance)
            rows = np.hstack([standard, np.ones((len(one), 1))])
            share = 1 / (len(one) * len(side))
            normal += share * rows.T @ rows
            target += share * answer * rows.sum(axis=0)
    solution = np.asarray(np.linalg.solve(normal, target), np.float64)
    return solution[:-1], solution[-1:]
