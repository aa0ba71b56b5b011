from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import pytest

from config.errors import DataError
from models.drawing.solids import SOLID_KINDS
from models.episodes.listing import listed
from models.page.prepare import Recipe
from models.page.texture import LENGTH
from models.page.views import views_of
from models.training.looks import (
    DRAWN_KINDS,
    Look,
    Textures,
    described,
    drawings,
    drawn,
    read_looks,
    seen_again,
    solids,
    templates,
)

RECIPE = Recipe()


def page(side: int = 200) -> np.ndarray:
    """A sheet with a few lines."""
    pixels = np.full((side, side), 255, np.uint8)
    pixels[20::30, 10:-10] = 0
    return pixels


def test_every_look_is_described_under_its_page() -> None:
    """What wear does would be taken for what tells pages apart."""
    looks = seen_again([Look("form", "a", page()), Look("form", "b", page())], rng(), looks=2)
    found = described(looks, RECIPE)
    assert found.descriptions.shape == (6, LENGTH)
    assert list(found.pages) == ["a"] * 3 + ["b"] * 3
    assert [len(one) for one in found.by_kind()] == [6]
    assert [[len(one) for one in pages] for pages in found.by_page()] == [[3, 3]]


def test_a_look_is_described_as_the_branch_will_see_it() -> None:
    """The texture eye would be trained on other numbers than it is given."""
    recipe = Recipe(side=16, working_side=128)
    looks = [Look("form", "a", page(300))]
    seen = views_of([page(300)], recipe, texture=True).texture
    assert np.array_equal(described(looks, recipe).descriptions, seen)


def test_a_page_that_was_seen_once_has_no_looks_to_compare() -> None:
    """Its covariance, zero, would claim that nothing befalls a page."""
    found = Textures(np.zeros((3, 2), np.float32), np.array(["k"] * 3), np.array(["a", "b", "b"]))
    assert [[len(one) for one in pages] for pages in found.by_page()] == [[2]]


def test_no_looks_are_described_as_none() -> None:
    """An empty source would stop the training with a message about shapes."""
    found = described([], RECIPE)
    assert found.descriptions.shape == (0, LENGTH)
    assert found.by_kind() == []


def test_everything_that_is_drawn_can_be_described() -> None:
    """A training would end at the first odd drawing."""
    for looks in (
        drawn(rng(), number=1),
        templates(rng(), number=1, fillings=2),
        solids(rng(), number=1),
        drawings([Look("icons", str(number), page(64)) for number in range(9)], rng()),
    ):
        assert np.isfinite(described(looks, RECIPE).descriptions).all()


def test_fillings_are_looks_at_one_template() -> None:
    """Templates would be pages like any other, and be forgotten."""
    found = list(templates(rng(), number=2, fillings=2))
    one, other, third = (found[at] for at in (0, 1, 2))
    assert (one.kind, one.page) == (other.kind, other.page)
    assert one.page != third.page
    assert one.pixels.shape != other.pixels.shape or (one.pixels != other.pixels).any()


def test_images_are_read_by_class_and_faults_are_told(tmp_path: Path) -> None:
    """One broken file would end the training, or go unnoticed."""
    folder = tmp_path / "set" / "map"
    folder.mkdir(parents=True)
    cv2.imwrite(str(folder / "good.png"), page())
    cv2.imwrite(str(folder / "large.png"), page(3000))
    cv2.imwrite(str(folder / "speck.png"), page(40)[:4, :9])
    (folder / "bad.png").write_bytes(b"not a picture")
    told: list[str] = []
    with listed(tmp_path / "set") as classes:
        looks = list(read_looks(classes, unreadable=told.append))
    assert [(one.kind, one.page) for one in looks] == [
        ("map", "map/good.png"),
        ("map", "map/large.png"),
    ]
    assert max(looks[1].pixels.shape) <= 1600
    assert [line.split(" ", 1)[0] for line in told] == ["map/bad.png", "map/speck.png"]
    assert "is of 9 x 4 pixels, a look needs 16 x 16" in told[1]


def test_a_class_of_which_nothing_can_be_read_ends_the_training(tmp_path: Path) -> None:
    """A kind would be missing, and only the count of lines tell of it."""
    (tmp_path / "set" / "map").mkdir(parents=True)
    for number in range(2):
        (tmp_path / "set" / "map" / f"{number}.png").write_bytes(b"not a picture")
    with (
        listed(tmp_path / "set") as classes,
        pytest.raises(DataError, match=r"class map has 2 images, 0 of 2 can be read: map/0\.png"),
    ):
        list(read_looks(classes))


def test_what_is_held_out_is_not_drawn() -> None:
    """A kind would be judged as one that was never seen, and its drawings have been."""
    out = frozenset({"form", "ticket", "cone"})
    pages = drawn(rng(), number=1, leave_out=out)
    prints = templates(rng(), number=1, fillings=1, leave_out=out)
    assert {one.kind for one in pages} == set(DRAWN_KINDS) - out
    assert {one.kind for one in prints} == set(DRAWN_KINDS) - out
    assert {one.kind for one in solids(rng(), number=1, leave_out=out)} == set(SOLID_KINDS) - out


def test_a_collection_of_drawings_is_one_kind(tmp_path: Path) -> None:
    """A set of a thousand icons would outweigh all alphabets."""
    for name in ("a", "b"):
        (tmp_path / "icons" / name).mkdir(parents=True)
        for number in range(3):
            cv2.imwrite(str(tmp_path / "icons" / name / f"{number}.png"), page(64))
    with listed(tmp_path / "icons") as classes:
        looks = list(read_looks(classes, collection="icons", most=2))
    assert {one.kind for one in looks} == {"icons"}
    assert [one.page for one in looks] == ["a/0.png", "a/1.png", "b/0.png", "b/1.png"]


def rng() -> np.random.Generator:
    """The same chance each time."""
    return np.random.default_rng(0)


def test_looks_at_some_kinds_are_left_out() -> None:
    """A fold would be trained on what it is judged by."""
    kinds = np.array(["map", "letter", "map", "ticket"])
    found = Textures(np.arange(4, dtype=np.float32)[:, np.newaxis], kinds, np.array([*"abcd"]))
    rest = found.without(frozenset({"map", "slide"}))
    assert rest.kinds.tolist() == ["letter", "ticket"]
    assert rest.pages.tolist() == ["b", "d"]
    assert rest.descriptions.ravel().tolist() == [1, 3]
    assert len(found.without(frozenset())) == 4
