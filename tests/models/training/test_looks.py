from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from models.episodes.listing import listed
from models.page.texture import LENGTH
from models.training.looks import (
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


def page(side: int = 200) -> np.ndarray:
    """A sheet with a few lines."""
    pixels = np.full((side, side), 255, np.uint8)
    pixels[20::30, 10:-10] = 0
    return pixels


def test_every_look_is_described_under_its_page() -> None:
    """What wear does would be taken for what tells pages apart."""
    looks = seen_again([Look("form", "a", page()), Look("form", "b", page())], rng(), looks=2)
    found = described(looks)
    assert found.descriptions.shape == (6, LENGTH)
    assert list(found.pages) == ["a"] * 3 + ["b"] * 3
    assert [len(one) for one in found.by_kind()] == [6]
    assert [[len(one) for one in pages] for pages in found.by_page()] == [[3, 3]]


def test_a_page_that_was_seen_once_has_no_looks_to_compare() -> None:
    """Its covariance, zero, would claim that nothing befalls a page."""
    found = Textures(np.zeros((3, 2), np.float32), np.array(["k"] * 3), np.array(["a", "b", "b"]))
    assert [[len(one) for one in pages] for pages in found.by_page()] == [[2]]


def test_no_looks_are_described_as_none() -> None:
    """An empty source would stop the training with a message about shapes."""
    found = described([])
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
        assert np.isfinite(described(looks).descriptions).all()


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
    cv2.imwrite(str(folder / "speck.png"), page(40)[:4, :4])
    (folder / "bad.png").write_bytes(b"not a picture")
    told: list[str] = []
    with listed(tmp_path / "set") as classes:
        looks = list(read_looks(classes, unreadable=told.append))
    assert [(one.kind, one.page) for one in looks] == [
        ("map", "map/good.png"),
        ("map", "map/large.png"),
    ]
    assert max(looks[1].pixels.shape) <= 1600
    assert len(told) == 1
    assert "bad.png" in told[0]


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
