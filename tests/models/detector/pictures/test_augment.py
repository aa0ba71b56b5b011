from __future__ import annotations

import numpy as np

from models.detector.pictures.augment import Changes, augmented
from tests.models.detector.scenes import scene

NONE = Changes(
    flip=0, rotation=0, translation=0, zoom=1, shear=0, contrast=1, brightness=0
)  # fmt: skip
PLANE = scene(1, 224)


def test_a_seed_tells_the_look() -> None:
    """A training run can be done again; the next look is another."""
    one, again = (augmented(PLANE, np.random.default_rng(3)) for _ in range(2))
    assert np.array_equal(one, again)
    assert one.shape == (224, 224)
    assert one.dtype == np.uint8
    rng = np.random.default_rng(3)
    augmented(PLANE, rng)
    assert not np.array_equal(one, augmented(PLANE, rng))


def test_no_change_is_the_picture_itself() -> None:
    """The warp is by whole pixels where nothing moves."""
    assert np.array_equal(augmented(PLANE, np.random.default_rng(0), NONE), PLANE)


def test_flips_are_exact() -> None:
    """Across, or from top to bottom, and nothing else."""
    rng = np.random.default_rng(0)
    across = Changes(1, 0, 0, 0, 1, 0, 1, 0)
    assert np.array_equal(augmented(PLANE, rng, across), PLANE[:, ::-1])
    down = Changes(0, 1, 0, 0, 1, 0, 1, 0)
    assert np.array_equal(augmented(PLANE, rng, down), PLANE[::-1])


def test_borders_are_mirrored_and_never_filled() -> None:
    """A black corner would tell that a picture was turned."""
    bright = np.full((224, 224), 200, np.uint8)
    turned = augmented(bright, np.random.default_rng(0), Changes(contrast=1, brightness=0))
    assert (turned == 200).all()


def test_light_changes_around_the_mean() -> None:
    """Contrast spreads greys, and brightness moves them; neither wraps around."""
    rng = np.random.default_rng(5)
    changes = Changes(0, 0, 0, 0, 1, 0, 1.5, 80)
    looks = [augmented(PLANE, rng, changes) for _ in range(20)]
    means = [float(one.mean()) for one in looks]
    assert max(means) - min(means) > 40
    order = np.argsort(PLANE.ravel(), kind="stable")
    assert all((np.diff(one.ravel()[order].astype(int)) >= 0).all() for one in looks)
