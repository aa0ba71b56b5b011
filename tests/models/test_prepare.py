from __future__ import annotations

from itertools import product
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp
from numpy.typing import NDArray

from models.drawing.solids import draw_solid
from models.drawing.tickets import draw_ticket
from models.page.prepare import Morphology, Recipe, morphology, prepare, steps

RECIPE = Recipe()
RNG = np.random.default_rng(0)
NOISE = RNG.integers(0, 256, (90, 120, 3), np.uint8)
PAGES = {
    "one pixel": np.zeros((1, 1), np.uint8),
    "one white pixel": np.full((1, 1), 255, np.uint8),
    "a row": RNG.integers(0, 256, (1, 300), np.uint8),
    "a column": RNG.integers(0, 256, (300, 1), np.uint8),
    "a very long row": RNG.integers(0, 256, (1, 100_000), np.uint8),
    "a very high strip": RNG.integers(0, 256, (50_000, 2), np.uint8),
    "white": np.full((300, 200), 255, np.uint8),
    "black": np.zeros((300, 200), np.uint8),
    "noise": NOISE[:, :, 0],
    "colours": NOISE,
    "one pixel in colour": np.zeros((1, 1, 3), np.uint8),
    "a view": NOISE[::-1, ::-2],
    "a view of BGR": NOISE[:, :, ::-1],
    "columns first": np.asfortranarray(NOISE[:, :, 0]),
    "read only": np.frombuffer(bytes(range(256)) * 9, np.uint8).reshape(48, 48),
}


def drawing(ground: int, thickness: int = 1, side: int = 1080) -> NDArray[np.uint8]:
    """A cylinder as the users draw theirs: thin black lines, 1080 pixels a side."""
    pixels = np.full((side, side), ground, np.uint8)
    near, far = side * 3 // 10, side * 7 // 10
    for height in (near, far):
        size = (far - near) // 2, side // 18
        cv2.ellipse(pixels, (side // 2, height), size, 0, 0, 360, 0, thickness)
    for x in (near, far):
        cv2.line(pixels, (x, near), (x, far), 0, thickness)
    return pixels


def is_input(result: NDArray[np.generic], recipe: Recipe = RECIPE) -> bool:
    """Whether it is what the branch takes."""
    return (
        result.shape == (recipe.side, recipe.side, 1)
        and result.dtype == np.float32
        and bool(np.isfinite(result).all())
        and float(result.min()) >= 0
        and float(result.max()) in (0.0, 1.0)
    )


@pytest.mark.parametrize("kind", PAGES)
def test_every_page_becomes_an_input(kind: str) -> None:
    """One odd scan would stop the batch it is in."""
    page = PAGES[kind].copy() if kind == "read only" else PAGES[kind]
    before = page.tobytes()
    assert is_input(prepare(PAGES[kind], RECIPE))
    assert PAGES[kind].tobytes() == before


@given(
    hnp.arrays(
        np.uint8,
        st.one_of(
            hnp.array_shapes(min_dims=2, max_dims=2, max_side=80),
            hnp.array_shapes(min_dims=2, max_dims=2, max_side=40).map(lambda shape: (*shape, 3)),
        ),
        fill=st.integers(0, 255),
    ),
    st.sampled_from(
        [
            Recipe(16, 64),
            Recipe(16, 32, "erode", 2, margin=3),
            Recipe(8, 8, "none", spill=0.4, margin=0),
        ]
    ),
)
@example(np.tile(np.uint8([[0, 255], [255, 0]]), (20, 20)), Recipe(16, 64))
@settings(max_examples=200)
def test_no_pixels_break_it(pixels: NDArray[np.uint8], recipe: Recipe) -> None:
    """A picture nobody thought of would stop the service."""
    assert is_input(prepare(pixels, recipe), recipe)


def test_the_steps_are_the_recipe_in_its_order() -> None:
    """What `docs` shows, and what a user looks at, would not be what the network sees."""
    looked_at = list(steps(drawing(199), RECIPE))
    assert [name for name, _ in looked_at] == [
        "grayscale", "even light", "otsu", "crop to ink", "dilate", "resize", "channel and [0, 1]",
    ]  # fmt: skip
    pictures = [picture for _, picture in looked_at]
    assert all(picture.dtype == np.uint8 and picture.ndim == 2 for picture in pictures[:-1])
    assert pictures[0].shape == (512, 512)
    assert set(np.unique(pictures[2])) == {0, 255}
    assert max(pictures[3].shape) < 512
    assert np.array_equal(pictures[-1], prepare(drawing(199), RECIPE))


@pytest.mark.parametrize("ground", [199, 255])
@pytest.mark.parametrize("thickness", [1, 2, 5])
def test_thin_lines_survive(ground: int, thickness: int) -> None:
    """A drawing of one-pixel lines would reach the network as dots, or as nothing."""
    result = prepare(drawing(ground, thickness), RECIPE)[:, :, 0]
    thick = prepare(drawing(ground, 7), RECIPE)[:, :, 0]
    # Each part of each stroke is there, at least pale, within a pixel of where it was drawn.
    assert (cv2.dilate(result, np.ones((3, 3)))[thick > 0.5] > 0.15).mean() > 0.98
    assert 0.05 < (result > 0.15).mean() < 0.35


def test_no_place_makes_a_thin_rectangle_blank() -> None:
    """A cube seen from the front would be an empty page, depending on where it is drawn."""
    for side, at, size in product((300, 512), range(60, 66), range(100, 103)):
        pixels = np.full((side, side), 255, np.uint8)
        cv2.rectangle(pixels, (at, at), (at + size, at + size), 0, 1)
        assert prepare(pixels, RECIPE).any(), (side, at, size)


@pytest.mark.parametrize("level", [0, 40, 128, 199, 255])
def test_a_blank_page_is_all_zero(level: int) -> None:
    """The noise of an empty sheet would be blown up into a drawing."""
    noise = np.random.default_rng(level).integers(-4, 5, (400, 300))
    pixels = np.clip(level + noise, 0, 255).astype(np.uint8) if level > 100 else None
    assert not prepare(np.full((400, 300), level, np.uint8), RECIPE).any()
    if pixels is not None:
        assert not prepare(pixels, RECIPE).any()


def test_dilation_thickens_and_erosion_thins() -> None:
    """A kernel of one pixel, as in the users' first recipe, does nothing at all."""
    ink = cv2.circle(np.zeros((512, 512), np.uint8), (256, 256), 150, 255, 7)
    count = int(np.count_nonzero(ink))
    assert np.count_nonzero(morphology(ink, Recipe())) > 1.2 * count
    assert np.count_nonzero(morphology(ink, Recipe(morphology="erode"))) < 0.8 * count
    assert np.array_equal(morphology(ink, Recipe(morphology="none")), ink)
    page = drawing(255, 3, side=2400)[600:1800, 600:1800]
    fine, thick = (prepare(page, recipe) for recipe in (Recipe(morphology="none"), Recipe()))
    assert thick.sum() > 1.2 * fine.sum()


@pytest.mark.parametrize(
    ("length", "width"), [(512, 3), (430, 3), (420, 2), (260, 2), (250, 1), (100, 1), (1, 1)]
)
def test_the_kernel_is_in_proportion_to_the_ink(length: int, width: int) -> None:
    """A small drawing would be thickened more than the same one from a finer scanner."""
    for shape in ((length, 40), (min(length, 40), length)):
        dot = np.zeros(shape, np.uint8)
        dot[shape[0] // 2, shape[1] // 2] = 255
        assert np.count_nonzero(morphology(dot, RECIPE)) == width * width


def test_a_small_letter_does_not_close_up() -> None:
    """A letter of 100 pixels would be a blot, and no letter be told from another."""
    letter = np.full((105, 105), 255, np.uint8)
    cv2.putText(letter, "m", (12, 80), cv2.FONT_HERSHEY_SIMPLEX, 3.6, (0,), 3)
    cv2.putText(letter, "e", (36, 62), cv2.FONT_HERSHEY_SIMPLEX, 0.6, (0,), 1)
    fine = prepare(letter, Recipe(morphology="none"))
    assert np.array_equal(prepare(letter, RECIPE), fine)


@pytest.mark.parametrize("morphology_", ["dilate", "erode", "none"])
def test_the_size_of_a_drawing_matters_little(morphology_: Morphology) -> None:
    """One drawing, large and small, would be two classes."""
    recipe = Recipe(morphology=morphology_)
    large, small = (prepare(drawing(255, side // 100, side=side), recipe) for side in (1200, 600))
    assert np.corrcoef(large.ravel(), small.ravel())[0, 1] > 0.9


@pytest.mark.parametrize("margin", [0, 4, 16])
@pytest.mark.parametrize(("height", "width"), [(500, 90), (90, 500), (300, 300), (30, 30)])
def test_a_margin_is_left_on_each_side(margin: int, height: int, width: int) -> None:
    """What is turned or enlarged in training would be cut off."""
    page = np.full((600, 600), 255, np.uint8)
    page[40 : 40 + height, 60 : 60 + width] = 0
    inked = prepare(page, Recipe(spill=0, margin=margin))[:, :, 0] > 0
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    assert min(rows[0], columns[0]) >= margin
    assert max(rows[-1], columns[-1]) < 64 - margin
    # The crop itself leaves a fiftieth of the ink, a pixel at least.
    assert max(len(rows), len(columns)) >= 0.9 * (64 - 2 * margin)


def test_ink_is_one_whether_it_is_black_or_white() -> None:
    """A blackboard, or a scan with its colours turned round, would be another class."""
    dark, light = prepare(drawing(255, 5), RECIPE), prepare(255 - drawing(255, 5), RECIPE)
    assert 0.03 < dark.mean() < 0.4
    assert np.abs(dark - light).mean() < 0.03


def test_where_a_drawing_stands_on_its_page_does_not_matter() -> None:
    """The same symbol in another corner would be farther off than another symbol."""
    symbol = 255 - cv2.circle(np.zeros((120, 120), np.uint8), (60, 60), 50, 255, 4)
    results = []
    for top, left in ((10, 20), (250, 300), (130, 5)):
        page = np.full((420, 460), 255, np.uint8)
        page[top : top + 120, left : left + 120] = symbol
        results.append(prepare(page, RECIPE))
    assert np.abs(results[0] - results[1]).mean() < 0.02
    assert np.abs(results[0] - results[2]).mean() < 0.02


@pytest.mark.parametrize(("height", "width"), [(400, 100), (100, 400), (300, 300)])
def test_the_crop_keeps_the_aspect(height: int, width: int) -> None:
    """A receipt and a visiting card would look alike."""
    page = np.full((600, 600), 255, np.uint8)
    cv2.rectangle(page, (50, 60), (50 + width, 60 + height), 0, 6)
    inked = prepare(page, RECIPE)[:, :, 0] > 0.2
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    found = (rows[-1] - rows[0] + 1) / (columns[-1] - columns[0] + 1)
    assert found == pytest.approx(height / width, rel=0.2)
    assert max(len(rows), len(columns)) >= 54


def test_specks_at_the_edge_do_not_spoil_the_crop() -> None:
    """A grain of dust would shrink the drawing to half its size."""
    clean = drawing(255, 5)
    dusty = clean.copy()
    dusty[5:8, 5:8] = dusty[-8:-5, -8:-5] = 0
    assert np.abs(prepare(clean, RECIPE) - prepare(dusty, RECIPE)).mean() < 0.02


@pytest.mark.parametrize("axis", [0, 1])
@pytest.mark.parametrize("kind", ["ticket", "drawing", "solid"])
def test_a_shadow_changes_nearly_nothing(kind: str, axis: int) -> None:
    """A photograph by a window would be another class than the same sheet in even light."""
    rng = np.random.default_rng(3)
    pixels = {
        "ticket": lambda: draw_ticket(rng, photo=False, on_page=False, strength=0.0).pixels,
        "drawing": lambda: drawing(255, 3),
        "solid": lambda: draw_solid("cylinder", rng, ground=255),
    }[kind]()
    gradient = np.linspace(1.0, 0.5, pixels.shape[axis])
    shadow = gradient[:, None] if axis == 0 else gradient[None, :]
    shaded = (pixels * (shadow[:, :, None] if pixels.ndim == 3 else shadow)).astype(np.uint8)
    even, dim = prepare(pixels, RECIPE), prepare(shaded, RECIPE)
    assert np.abs(even - dim).mean() < 0.2 * even.mean()
    assert np.corrcoef(even.ravel(), dim.ravel())[0, 1] > 0.9


def test_a_table_under_the_paper_is_no_ink() -> None:
    """Every photograph would be a black frame with something in it."""
    photo = np.full((700, 760), 30, np.uint8)
    photo[100:600, 130:630] = drawing(255, 5, side=500)
    looked_at = dict(steps(photo, RECIPE))
    assert looked_at["grayscale"][:50].max() < 40
    assert looked_at["even light"][:50].min() == 255
    assert np.count_nonzero(looked_at["otsu"]) < 0.06 * looked_at["otsu"].size


def test_grey_and_colour_of_one_page_are_one() -> None:
    """The same sheet scanned in grey and in colour would be two scans."""
    gray = drawing(199, 3)
    assert np.array_equal(
        prepare(gray, RECIPE), prepare(cv2.cvtColor(gray, cv2.COLOR_GRAY2RGB), RECIPE)
    )


def test_the_same_page_gives_the_same_input() -> None:
    """A verdict could not be repeated."""
    assert np.array_equal(prepare(NOISE, RECIPE), prepare(NOISE, RECIPE))


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        ({"side": 4}, "side 4"),
        ({"side": 600}, "side 600"),
        ({"kernel": 1}, "kernel of 1"),
        ({"morphology": "open"}, "'open'"),
        ({"spill": 0.5}, "spill of 0.5"),
        ({"spill": -0.1}, "spill of -0.1"),
        ({"margin": -1}, "margin of -1"),
        ({"margin": 17}, "margin of 17 leaves too little of side 64"),
    ],
)
def test_a_recipe_that_cannot_work_is_refused(wrong: dict[str, object], told: str) -> None:
    """A step that does nothing, or another than it says, would be trained for hours."""
    with pytest.raises(ValueError, match=told):
        Recipe(**wrong)  # type: ignore[arg-type]


def test_real_pages_are_prepared(real_data: Path) -> None:
    """Real paper would break what drawings do not."""
    paths = sorted(real_data.rglob("*.jpg"))[:20]
    if not paths:
        pytest.skip("there are no JPEG pictures among the real scans")
    for path in paths:
        pixels = cv2.imread(str(path), cv2.IMREAD_GRAYSCALE)
        if pixels is not None:
            assert is_input(prepare(pixels.astype(np.uint8, copy=False), RECIPE)), path
