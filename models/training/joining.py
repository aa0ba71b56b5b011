"""The join's training: both of its parts are solved for, in seconds and without chance."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import keras
import numpy as np
from numpy.typing import NDArray

from config.errors import DataError
from models.siamese.weights import Manifest, write_manifest
from models.training.folder import MANIFEST_FILE, RunFolder, as_json, replaced
from models.training.looks import Textures
from models.training.whitening import Moments, covariance_within, moments, whiten

Array = NDArray[np.float64]

_STEPS = 20
"""Of Newton's method at the most; after some six, no other rows fall short."""
_COUNT = np.int32(1)
"""What Keras' normalisation keeps of the data it was adapted to; nothing reads it."""


@dataclass(frozen=True, slots=True)
class JoinPlan:
    """What decides a join, beside its data and its shape.

    Attributes:
        kinds: share of the covariance within kinds in what is whitened; the rest is that of one
            page looked at again. Kinds alone forget templates, pages alone know no kinds.
        shrinkage: see `models.training.whitening.whiten`.
        ridge: penalty on the gate's weights.
        drawing, page: what the gate's layer should answer for each at the least, the second one
            negated. Its hard sigmoid ends at 3 and -3, and what was never seen falls short of
            what was asked; kinds of pages differ more, so more is asked of them.
    """

    kinds: float = 0.4
    shrinkage: float = 0.05
    ridge: float = 0.03
    drawing: float = 10.0
    page: float = 14.0


def train_join(
    join: keras.Model,
    pages: Sequence[Textures],
    drawings: Sequence[Textures],
    plan: JoinPlan,
) -> None:
    """Give a join the weights that ``pages`` and ``drawings`` ask for.

    The texture eye is the within-class whitening of the pages; the gate is the support vector
    machine that tells drawings from pages, each kind and each side of them counting alike. Both
    see standardised descriptions.

    Args:
        join: see `models.siamese.join.build_join`.
        pages: by source: read, drawn, templates; kinds of two sources are two classes. At least
            one source has pages with several looks.
        drawings: for which shape alone shall count.
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
    eye, gate = join.get_layer("texture_eye"), join.get_layer("gate")
    projection = whiten(within, found, eye.output_shape[-1], plan.shrinkage)
    weights, bias = _margin(kinds, figures, found, plan)
    for part in (eye, gate):
        standard = part.get_layer("standard")
        standard.set_weights([found.mean, found.variance, _COUNT])
        standard.finalize_state()
    eye.get_layer("projection").set_weights([projection])
    gate.get_layer("drawing").set_weights([weights[:, np.newaxis], bias])


def write_joined(
    branch: keras.Model,
    folder: RunFolder,
    *,
    settings: Mapping[str, Any],
    kinds: Sequence[str],
    manifest: Manifest,
) -> Manifest:
    """Write a joined branch to its run folder; a folder with a manifest is a finished run.

    Args:
        branch: with its weights.
        folder: see `RunFolder`.
        settings: all that decides the run: one that was interrupted while it was written is
            written again by the same.
        kinds: of documents that it was trained on.
        manifest: but for the hash of the weights.

    Returns:
        The manifest as it was written.

    Raises:
        DataError: see `RunFolder.opened`.
    """
    with folder.opened(as_json(settings), kinds):
        weights = folder.path / manifest.weights
        replaced(weights, branch.save_weights)
        digest = hashlib.sha256(weights.read_bytes()).hexdigest()
        versions = {"keras": keras.__version__, "backend": keras.backend.backend()}
        training = {**manifest.training, **versions}
        finished = replace(manifest, sha256=digest, training=as_json(training))
        replaced(folder.path / MANIFEST_FILE, lambda part: write_manifest(part, finished))
    return finished


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


def _margin(
    pages: Sequence[NDArray[np.float32]],
    drawings: Sequence[NDArray[np.float32]],
    found: Moments,
    plan: JoinPlan,
) -> tuple[Array, Array]:
    """Weights (length,) and bias (1,) that fall least short of the answers the plan asks for.

    A linear support vector machine with the squared hinge, by Newton's method (Keerthi and
    DeCoste, 2005): each step is the ridge regression on those rows that fall short. What goes
    beyond its answer costs nothing, so that a set of icons that is easy to tell leaves the
    weights to line drawings, which are not.
    """
    rows, shares, answers = [], [], []
    for side, asked in ((pages, -plan.page), (drawings, plan.drawing)):
        for one in side:
            standard = (one - found.mean) / np.sqrt(found.variance)
            rows.append(np.hstack([standard, np.ones((len(one), 1))]))
            shares.append(np.full(len(one), 1 / (len(one) * len(side))))
            answers.append(np.full(len(one), asked))
    x, share, answer = np.concatenate(rows), np.concatenate(shares), np.concatenate(answers)
    penalty = np.diag([*np.full(x.shape[1] - 1, plan.ridge), 1e-9])
    short = np.ones(len(x), np.bool_)
    for _ in range(_STEPS):
        weighed = x[short] * share[short, np.newaxis]
        solution = np.linalg.solve(weighed.T @ x[short] + penalty, weighed.T @ answer[short])
        before, short = short, x @ solution * np.sign(answer) < np.abs(answer)
        if np.array_equal(before, short):
            break
    return solution[:-1], solution[-1:]
