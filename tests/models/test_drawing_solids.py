"""Drawn solids: the geometry that shows is the one a camera would see."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from models.drawing.solids import GROUNDS, SOLID_KINDS, SolidKind, draw_solid

Pixels = npt.NDArray[np.uint8]


def draw(kind: SolidKind, azimuth: float = 30.0, elevation: float = 20.0) -> Pixels:
    """Draw one solid of two units, sharp on white, from a given direction."""
    return draw_solid(
        kind,
        np.random.default_rng(0),
        size=540,
        azimuth=azimuth,
        elevation=elevation,
        extent=2.0,
        proportion=1.0,
        field_of_view=40.0,
        ground=255,
        smooth=False,
    )


def regions(pixels: Pixels) -> int:
    """Count the areas that the lines enclose: the faces that show."""
    ground = (pixels == 255).astype(np.uint8)
    count, _, stats, _ = cv2.connectedComponentsWithStats(ground, connectivity=4)
    areas = stats[1:count, cv2.CC_STAT_AREA]
    return int((areas > 25).sum()) - 1


@pytest.mark.parametrize("kind", SOLID_KINDS)
def test_same_seed_same_picture(kind: SolidKind) -> None:
    """Ready classes and benchmarks would differ from run to run."""
    first, again = (draw_solid(kind, np.random.default_rng(5)) for _ in range(2))
    assert first.shape == (1080, 1080)
    assert first.dtype == np.uint8
    assert np.array_equal(first, again)


def test_lines_are_dark_and_thin_on_a_known_ground() -> None:
    """The users' drawings are one-pixel lines on grey 199 or white."""
    rng = np.random.default_rng(1)
    for _ in range(20):
        pixels = draw_solid("cylinder", rng, smooth=False)
        ground = int(np.median(pixels))
        assert ground in GROUNDS
        assert set(np.unique(pixels).tolist()) == {0, ground}
        assert 0 < (pixels == 0).mean() < 0.01


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SOLID_KINDS), st.floats(0, 360), st.floats(-90, 90))
def test_a_solid_stays_inside_the_picture(
    kind: SolidKind, azimuth: float, elevation: float
) -> None:
    """A line cut off by the border would be a shape that users never have."""
    for extent in (1.0, 2.0, 3.0, 4.0):
        pixels = draw_solid(
            kind,
            np.random.default_rng(3),
            size=270,
            azimuth=azimuth,
            elevation=elevation,
            extent=extent,
            ground=255,
        )
        assert pixels.min() < 60
        rim = np.concatenate([pixels[0], pixels[-1], pixels[:, 0], pixels[:, -1]])
        assert rim.min() == 255


@pytest.mark.parametrize(("azimuth", "elevation"), [(0, 0), (77, 40), (200, -90), (310, 90)])
def test_a_sphere_shows_a_centred_circle(azimuth: float, elevation: float) -> None:
    """A sphere's outline is the same circle from everywhere."""
    pixels = draw("sphere", azimuth, elevation)
    ys, xs = np.nonzero(pixels == 0)
    radii = np.hypot(xs - 269.5, ys - 269.5)
    # The angle of the tangent from 10 units to a sphere of radius 1, through a lens of 40 degrees.
    expected = 270 * np.tan(np.arcsin(0.1)) / np.tan(np.deg2rad(20))
    assert np.abs(radii - expected).max() < 2
    assert regions(pixels) == 1


@pytest.mark.parametrize(
    ("azimuth", "elevation", "faces"), [(0, 0, 1), (45, 0, 2), (45, 35, 3), (0, 90, 1), (0, 40, 2)]
)
def test_a_cube_shows_one_to_three_faces(azimuth: float, elevation: float, faces: int) -> None:
    """A hidden edge that shows would divide a face."""
    assert regions(draw("cube", azimuth, elevation)) == faces


@pytest.mark.parametrize(
    ("elevation", "parts"), [(90, 1), (-90, 1), (0, 1), (30, 2), (-30, 2), (60, 2)]
)
def test_a_cylinder_shows_its_wall_and_at_most_one_cap(elevation: float, parts: int) -> None:
    """The back of the far rim is hidden; from straight above the wall is."""
    assert regions(draw("cylinder", 10.0, elevation)) == parts


def test_a_cylinder_from_straight_above_is_a_circle() -> None:
    """Perspective hides the wall behind the near cap."""
    ys, xs = np.nonzero(draw("cylinder", 0.0, 90.0) == 0)
    radii = np.hypot(xs - 269.5, ys - 269.5)
    assert np.ptp(radii) < 3


def test_a_cone_from_above_has_no_inner_line() -> None:
    """A cone's smooth wall has no edge; from below, only the base shows."""
    assert regions(draw("cone", 0.0, 80.0)) == 1
    assert regions(draw("cone", 0.0, -80.0)) == 1
    assert regions(draw("cone", 0.0, 0.0)) == 1
    assert regions(draw("cone", 0.0, -20.0)) == 2


def test_a_pyramid_from_above_shows_four_faces() -> None:
    """Its four creases meet in the middle; from below there is one square."""
    assert regions(draw("pyramid", 0.0, 90.0)) == 4
    assert regions(draw("pyramid", 0.0, -90.0)) == 1


def test_geometry_scales_with_the_size() -> None:
    """Training draws at a quarter of the users' size and must see the same shapes."""
    large, small = (
        draw_solid("cone", np.random.default_rng(8), size=size, ground=255, smooth=False)
        for size in (1080, 270)
    )
    boxes = [
        np.array([np.ptp(axis) for axis in np.nonzero(p == 0)]) / len(p) for p in (large, small)
    ]
    assert np.abs(boxes[0] - boxes[1]).max() < 0.01
