from __future__ import annotations

import keras
import numpy as np

from models.siamese.network import Siamese
from models.siamese.objectives.cosine import CosineClassifier
from models.siamese.shape_eye import build_shape_eye
from models.siamese.shapes import TINY

PAGES = np.random.default_rng(0).random((6, 16, 16, 1), np.float32)


def test_every_image_goes_through_the_one_branch() -> None:
    """Two sets of weights would drift apart, and no embedding compare with another."""
    keras.utils.set_random_seed(1)
    branch = build_shape_eye(TINY.eye)
    siamese = Siamese(branch)
    found = np.asarray(siamese(PAGES, training=False))
    assert {id(one) for one in siamese.weights} == {id(one) for one in branch.weights}
    assert np.allclose(found, branch(PAGES, training=False), atol=1e-6)
    again = np.asarray(siamese(PAGES[::-1], training=False))
    assert np.allclose(found, again[::-1], atol=1e-5)


def test_a_head_is_put_on_top_and_leaves_the_branch_alone() -> None:
    """What is learned would not reach the branch, or the head be shipped with it."""
    branch = build_shape_eye(TINY.eye)
    siamese = Siamese(branch, CosineClassifier(5))
    assert np.asarray(siamese(PAGES)).shape == (6, 5)
    assert siamese.count_params() == branch.count_params() + 5 * TINY.dim + 1
    assert branch.output_shape == (None, TINY.dim)
