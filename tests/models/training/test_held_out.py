from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray

from models.drawing.solids import SOLID_KINDS
from models.episodes.division import Division, divided
from models.episodes.spec import DataSpec
from models.page.prepare import Recipe
from models.page.views import views_of
from models.siamese.branch import build_branch
from models.siamese.shapes import TINY_JOINED, JoinShape
from models.training.held_out import (
    DRAWN_PAGES,
    HeldClass,
    draw_held_pages,
    draw_held_solids,
    embed_by,
    embed_held,
    gate_scores,
    one_shot_scores,
    weights_of,
)

RECIPE = Recipe(side=TINY_JOINED.eye.side, working_side=64)
JOIN = JoinShape(shape_dim=2, texture_dim=3, least_shape=0.2)


def draw(folder: Path, *classes: str, images: int = 3) -> Path:
    """Class folders of strokes."""
    rng = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(images):
            pixels = np.full((60, 80), 255, np.uint8)
            cv2.polylines(pixels, [rng.integers(5, 55, (4, 2))], False, 0, 2)
            cv2.imwrite(str(folder / name / f"{number}.png"), pixels)
    return folder


def ink(pages: object) -> NDArray[np.float32]:
    """In the place of a branch: how dark each page is, and how wide."""
    rows = [(255 - np.mean(page), page.shape[1] / 80) for page in pages]  # type: ignore[attr-defined]
    return np.array(rows, np.float32)


def held(source: str, group: str, *rows: tuple[float, ...]) -> HeldClass:
    """A class of these embeddings."""
    found = np.array(rows, np.float32)
    return HeldClass(source, group, "", found / np.linalg.norm(found, axis=1, keepdims=True))


def test_held_out_images_are_seen_by_the_whole_branch() -> None:
    """It would be calibrated by other distances than those of the pages it judges."""
    branch = build_branch(TINY_JOINED)
    pages = [np.full((40, 60), 255, np.uint8) for _ in range(70)]
    for number, page in enumerate(pages):
        page[5:30, number % 50 : number % 50 + 4] = 0
    rows = embed_by(branch, RECIPE)(pages)
    views = views_of(pages, RECIPE, texture=True)
    together = np.asarray(branch([views.ink, views.texture], training=False))
    assert rows.shape == (70, TINY_JOINED.dim)
    assert rows == pytest.approx(together, abs=1e-6)


def test_classes_are_grouped_by_their_source(tmp_path: Path) -> None:
    """Letters would be told from icons, and icons of two sets from one another."""
    letters = draw(tmp_path / "letters", "Latin/a", "Latin/b", "Greek/a")
    icons = draw(tmp_path / "icons", "house", "once")
    (icons / "once" / "1.png").unlink()
    (icons / "once" / "2.png").write_bytes(b"no picture")
    told: list[str] = []
    out = frozenset({"Latin", "Greek", "icons"})
    with divided([DataSpec(letters), DataSpec(icons)], out) as sources:
        found = embed_held(sources, ink, classes=9, images=2, seed=0, unreadable=told.append)
    groups = [(one.source, one.group, one.name, len(one.embeddings)) for one in found]
    assert groups == [
        ("letters", "letters/Greek", "Greek/a", 2),
        ("letters", "letters/Latin", "Latin/a", 2),
        ("letters", "letters/Latin", "Latin/b", 2),
        ("icons", "icons", "house", 2),
    ]
    assert len(told) == 1  # the class of which one image is left is no class to judge by


def test_so_many_classes_are_enough(tmp_path: Path) -> None:
    """Thousands of icons would be embedded for a calibration of hundreds."""
    draw(tmp_path / "icons", *(f"{number:02}" for number in range(20)), images=2)
    counts = []
    with divided([DataSpec(tmp_path / "icons")], frozenset({"icons"})) as sources:
        for seed in (0, 0, 1):
            found = embed_held(sources, ink, classes=4, images=9, seed=seed)
            counts.append([float(one.embeddings[0, 0]) for one in found])
    assert len(counts[0]) == 4
    assert counts[0] == counts[1] != counts[2]
    with divided([DataSpec(tmp_path / "icons")], frozenset()) as sources:
        assert embed_held(sources, ink, classes=4, images=9, seed=0) == []


def test_solids_are_drawn_anew() -> None:
    """The gate would be judged by the drawings it was trained on."""
    found = draw_held_solids(ink, images=2, seed=1)
    assert [(one.source, one.group, one.name, len(one.embeddings)) for one in found] == [
        ("solids", "solids", kind, 2) for kind in SOLID_KINDS
    ]
    (only,) = draw_held_solids(ink, images=2, seed=1, leave_out=frozenset(SOLID_KINDS[1:]))
    assert only.name == SOLID_KINDS[0]
    other = draw_held_solids(ink, images=2, seed=2)
    assert not np.array_equal(found[0].embeddings, other[0].embeddings)


def test_a_source_is_judged_within_its_groups() -> None:
    """A source of one class a group would end the training after all the work."""
    classes = [
        held("a", "a/x", (1, 0, 0), (1, 0.1, 0)), held("a", "a/x", (0, 1, 0), (0.1, 1, 0)),
        held("b", "b/x", (1, 0, 0), (1, 0.1, 0)), held("b", "b/y", (0, 1, 0), (0.1, 1, 0)),
    ]  # fmt: skip
    assert one_shot_scores(classes, 1) == {"a": {"errors": 0, "trials": 4000, "ways": 2}}


def test_images_on_the_wrong_side_of_the_gate_are_counted() -> None:
    """A letter that is compared by its paper would go unnoticed."""
    drawing, page = (1, 0, 0, 0, 0, 0), (0.2**0.5, 0, 0, 0, 0.8**0.5, 0)
    between = (0.9**0.5, 0, 0, 0, 0.1**0.5, 0)
    classes = [
        held("letters", "letters", drawing, between),
        held("letters", "letters", drawing, drawing),
        held("pages", "pages", page, drawing, between, page),
    ]
    assert gate_scores(classes, JOIN, frozenset({"pages"})) == {
        "letters": {"images": 4, "wrong": 1},
        "pages": {"images": 4, "wrong": 2},
    }


def test_a_source_that_holds_nothing_out_is_not_watched() -> None:
    """An empty bar would stand on the screen."""
    assert embed_held([Division("a", (), ())], ink, classes=1, images=1, seed=0) == []


def test_pages_of_held_out_kinds_are_drawn() -> None:
    """Few kinds of documents are at hand, and scores on strange ones would be guesses."""
    found = draw_held_pages(ink, frozenset({"staves", "ticket", "Korean"}), images=3, seed=1)
    assert [(one.source, one.name, len(one.embeddings)) for one in found] == [
        (DRAWN_PAGES, "staves", 3), (DRAWN_PAGES, "ticket", 3)
    ]  # fmt: skip
    assert draw_held_pages(ink, frozenset({"Korean"}), images=3, seed=1) == []


def test_pages_count_as_much_as_all_drawings() -> None:
    """A limit for strangers that is set by letters lets every other document in."""
    row = (1.0, 0.0)
    classes = [held("letters", f"letters/{name}", row) for name in "abcde"]
    classes += [held("pages", "pages", row), held(DRAWN_PAGES, DRAWN_PAGES, row)]
    assert weights_of(classes, frozenset({"pages", DRAWN_PAGES})) == {
        "pages": 2.5,
        DRAWN_PAGES: 2.5,
    }
    assert weights_of(classes[:5], frozenset({"pages"})) == {}
