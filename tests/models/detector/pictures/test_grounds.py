from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from models.detector.pictures.grounds import cut_out, cut_outs, ground_of, on_grounds
from models.detector.pictures.picture import Picture
from models.detector.pictures.plane import Pixels
from tests.models.detector.scenes import scene

ROUND = np.zeros((224, 224), np.uint8)
cv2.circle(ROUND, (112, 112), 70, 1, -1)


def ball(ground: Pixels, shade: int = 230) -> Pixels:
    """A bright ball in the middle of a ground."""
    return np.where(ROUND > 0, np.uint8(shade), ground).astype(np.uint8)


def picture(grey: Pixels, *, positive: bool, number: int = 0) -> Picture:
    """As it would be gathered."""
    return Picture(Path(f"{number}.png"), f"{number:064}", positive, str(number), grey)


def test_a_thing_is_cut_along_its_edge() -> None:
    """What is kept is the thing, and not what stood around it."""
    rng = np.random.default_rng(0)
    mask = cut_out(ball(rng.integers(20, 60, (224, 224)).astype(np.uint8)))
    assert mask.shape == (224, 224)
    inside = ROUND > 0
    assert mask[inside].mean() > 0.95
    assert mask[~inside].mean() < 0.05


def test_a_heap_that_has_no_outline_is_cut_in_the_middle() -> None:
    """One shade, or the same things everywhere: an ellipse, soft at its edge."""
    for plane in (np.full((224, 224), 128, np.uint8), np.zeros((224, 224), np.uint8)):
        mask = cut_out(plane)
        assert mask[112, 112] == pytest.approx(1, abs=1e-3)
        assert mask[:8].max() < 1e-3
        assert 0.4 < mask.mean() < 0.6
        assert ((mask > 0.1) & (mask < 0.9)).any()


def test_a_ground_has_nothing_of_its_thing() -> None:
    """Else a ball would be seen on every picture that it is taken from."""
    rng = np.random.default_rng(0)
    plane = ball(rng.integers(20, 60, (224, 224)).astype(np.uint8))
    ground = ground_of(plane, ROUND.astype(np.float32), rng)
    assert ground.max() < 120
    kept = cv2.dilate(ROUND, np.ones((11, 11), np.uint8)) == 0
    assert np.array_equal(ground[kept], plane[kept])
    everything = ground_of(plane, np.ones((224, 224), np.float32), rng)
    assert len(np.unique(everything)) == 1


def test_all_are_laid_on_the_same_grounds() -> None:
    """The thing stays, the ground goes, and the ground says nothing of the label."""
    rng = np.random.default_rng(0)
    dark = [ball(rng.integers(0, 40, (224, 224)).astype(np.uint8), 220) for _ in range(3)]
    light = [ball(rng.integers(120, 160, (224, 224)).astype(np.uint8), 20) for _ in range(3)]
    pictures = [
        *(picture(grey, positive=True, number=n) for n, grey in enumerate(dark)),
        *(picture(grey, positive=False, number=n + 3) for n, grey in enumerate(light)),
    ]
    found = on_grounds(cut_outs(pictures), seed=1)
    assert list(found) == ["white", "plain grey", "other pictures"]
    for planes in found.values():
        assert planes.shape == (6, 224, 224)
        assert planes.dtype == np.uint8
        middles = planes[:, 90:134, 90:134].reshape(6, -1).mean(axis=1)
        assert middles == pytest.approx([220] * 3 + [20] * 3, abs=12)
    assert (found["white"][:, :20] == 255).all()
    corners = found["plain grey"][:, :20].reshape(6, -1)
    assert (corners.min(axis=1) == corners.max(axis=1)).all()
    assert len(np.unique(corners[:, 0])) > 1
    # Grounds are those of the others, for the class too: what surrounds it is often more of it.
    assert found["other pictures"][:, :20].min() >= 115


def test_a_seed_tells_the_grounds() -> None:
    """The report can be made again."""
    pictures = [picture(scene(n), positive=n < 2, number=n) for n in range(4)]
    one, again = on_grounds(cut_outs(pictures), seed=2), on_grounds(cut_outs(pictures), seed=2)
    for name, planes in one.items():
        assert np.array_equal(planes, again[name])


@pytest.mark.parametrize("number", [0, 1, 2])
def test_few_pictures_of_the_class_alone_will_do(number: int) -> None:
    """Without others their own grounds serve."""
    found = on_grounds(
        cut_outs([picture(scene(n), positive=True, number=n) for n in range(number)])
    )
    assert all(planes.shape == (number, 224, 224) for planes in found.values())


def test_no_picture_keeps_its_own_ground() -> None:
    """Else some of the test would be no test."""
    pictures = [picture(np.full((224, 224), 30 * n, np.uint8), positive=n == 0) for n in range(8)]
    for seed in range(6):
        corners = on_grounds(cut_outs(pictures), seed=seed)["other pictures"][:, 0, 0]
        assert all(int(corner) != 30 * n for n, corner in enumerate(corners))
        assert 0 not in corners


def test_grounds_stay_within_a_round() -> None:
    """A ground that is a test was not learned from on another picture."""
    pictures = [picture(np.full((224, 224), 20 * n, np.uint8), positive=n < 2, number=n) for n in range(10)]  # fmt: skip
    rounds = np.arange(10) % 2
    for seed in range(4):
        corners = on_grounds(cut_outs(pictures), rounds, seed)["other pictures"][:, 0, 0]
        givers = corners.astype(int) // 20
        assert np.array_equal(rounds[givers], rounds)
        assert (givers >= 2).all()
        assert (givers != np.arange(10)).all()
