from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from config.errors import DataError
from models.episodes.augment import Augmentation
from models.episodes.classes import (
    ImageClass,
    Source,
    drawn_source,
    merge,
    quarter_turns,
    read_source,
)
from models.page.prepare import Recipe, prepare

RECIPE = Recipe(side=16, working_side=64)


def picture(seed: int) -> NDArray[np.uint8]:
    """A stroke or two on white."""
    rng = np.random.default_rng(seed)
    pixels = np.full((50, 50), 255, np.uint8)
    for _ in range(2):
        ends = rng.integers(5, 45, 4).tolist()
        cv2.line(pixels, (ends[0], ends[1]), (ends[2], ends[3]), 0, 2)
    return pixels


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two groups, five classes, in names whose order depends on how they are compared."""
    names = ["set/b/1.png", "set/b/2.jpg", "set/a/1.PNG", "set-b/a/1.png", "set-b/a b/2.bmp",
             "set/a-b/x.webp"]  # fmt: skip
    for seed, name in enumerate(names):
        path = tmp_path / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(picture(seed)).save(path)
    return tmp_path / "data"


def zipped(folder: Path) -> Path:
    """The same as a zip file, entries in an order of its own."""
    path = folder.with_suffix(".zip")
    with zipfile.ZipFile(path, "w") as archive:
        archive.mkdir("set")
        for file in sorted(folder.rglob("*"), reverse=True):
            if file.is_file():
                archive.write(file, file.relative_to(folder))
    return path


def test_folders_of_images_are_classes_and_their_parents_groups(folder: Path) -> None:
    """Letters of one alphabet would not be compared with one another."""
    source = read_source(folder, RECIPE, 2.5)
    assert (source.name, source.weight) == ("data", 2.5)
    assert {(one.group, one.name, len(one.images)) for one in source.classes} == {
        ("set", "set/b", 2), ("set", "set/a", 1), ("set", "set/a-b", 1),
        ("set-b", "set-b/a", 1), ("set-b", "set-b/a b", 1),
    }  # fmt: skip
    below = read_source(folder / "set", RECIPE, name="letters")
    assert {one.group for one in below.classes} == {"letters"}
    assert read_source(folder / "set" / "a", RECIPE).classes[0].name == "a"
    for one in source.classes:
        assert one.images.shape[1:] == (16, 16)
        assert one.images.dtype == np.uint8
        assert one.images.max() == 255


def test_a_zip_file_gives_what_its_folder_gives(folder: Path) -> None:
    """The same data with the same seed would train another network."""
    there, packed = read_source(folder, RECIPE), read_source(zipped(folder), RECIPE)
    assert [one.name for one in packed.classes] == [one.name for one in there.classes]
    for one, other in zip(there.classes, packed.classes, strict=True):
        assert one.group == other.group
        assert np.array_equal(one.images, other.images)


def test_what_is_no_picture_is_passed_over(folder: Path) -> None:
    """A note or a Mac's shadow files would stop a training."""
    before = [one.name for one in read_source(folder, RECIPE).classes]
    (folder / "set" / "b" / "LICENCE.txt").write_text("text")
    (folder / "set" / "b" / "._1.png").write_bytes(b"no picture")
    (folder / "__MACOSX" / "set").mkdir(parents=True)
    (folder / ".thumbnails").mkdir()
    assert [one.name for one in read_source(folder, RECIPE).classes] == before
    with zipfile.ZipFile(zipped(folder), "a") as archive:
        archive.mkdir("set/b/@eaDir")
    assert [one.name for one in read_source(folder.with_suffix(".zip"), RECIPE).classes] == before


@pytest.mark.parametrize("data", [b"", b"no picture", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"])
def test_a_damaged_picture_is_left_out_and_named(folder: Path, data: bytes) -> None:
    """One bad file would stop a training, or nobody would find it among ten thousand."""
    before = [(one.name, len(one.images)) for one in read_source(folder, RECIPE).classes]
    (folder / "set" / "b" / "bad.png").write_bytes(data)
    for path in (folder, zipped(folder)):
        found = read_source(path, RECIPE)
        assert [(one.name, len(one.images)) for one in found.classes] == before
        (line,) = found.unreadable
        assert line.startswith(str(path / "set/b/bad.png "))


def test_a_damaged_zip_entry_is_left_out_and_named(folder: Path) -> None:
    """A traceback would come from the depths of zlib."""
    path = zipped(folder)
    data = bytearray(path.read_bytes())
    at = data.index(b"set/b/2.jpg") + len(b"set/b/2.jpg") + 40
    data[at] ^= 0xFF
    path.write_bytes(data)
    (line,) = read_source(path, RECIPE).unreadable
    assert "set/b/2.jpg cannot be read" in line


def test_a_class_that_cannot_be_read_is_refused_with_both_numbers(folder: Path) -> None:
    """The network would silently know one class fewer than was asked for."""
    (folder / "set" / "a" / "1.PNG").write_bytes(b"no picture")
    with pytest.raises(DataError, match=r"class set/a of .* has 1 image, 0 of them can be read"):
        read_source(folder, RECIPE)
    (folder / "set" / "a" / "2.png").write_bytes(b"")
    with pytest.raises(DataError, match=r"class set/a of .* has 2 images, 0 of them can be read"):
        read_source(folder, RECIPE)


def test_reading_is_watched(folder: Path) -> None:
    """Minutes would pass without a sign of life."""
    told: list[object] = []

    @contextmanager
    def watch(label: str, total: int) -> Iterator[Callable[[], None]]:
        told.append((label, total))
        yield lambda: told.append(1)

    read_source(folder, RECIPE, name="letters", watch=watch)
    assert told == [("letters", 6), *[1] * 6]


def test_what_holds_no_data_is_refused(tmp_path: Path) -> None:
    """A mistyped path would train on nothing."""
    with pytest.raises(DataError, match="nowhere does not exist"):
        read_source(tmp_path / "nowhere", RECIPE)
    (tmp_path / "text.zip").write_text("no archive")
    with pytest.raises(DataError, match="neither a folder nor a zip"):
        read_source(tmp_path / "text.zip", RECIPE)
    (tmp_path / "empty").mkdir()
    with pytest.raises(DataError, match="no folder with images"):
        read_source(tmp_path / "empty", RECIPE)


def test_what_is_transparent_is_paper(tmp_path: Path) -> None:
    """Icons would be learned as black squares."""
    (tmp_path / "icons" / "a").mkdir(parents=True)
    ink = 255 - picture(1)
    plain = np.zeros((50, 50, 4), np.uint8)
    plain[:, :, 3] = ink
    Image.fromarray(plain).save(tmp_path / "icons" / "a" / "clear.png")
    found = read_source(tmp_path / "icons", RECIPE).classes[0].images[0]
    expected = np.rint(prepare(picture(1), RECIPE)[:, :, 0] * 255).astype(np.uint8)
    assert np.array_equal(found, expected)


def test_drawings_are_gathered_by_class() -> None:
    """A drawn class would hold the pictures of another."""
    drawn = [("cone", picture(1)), ("cube", picture(2)), ("cone", picture(3))]
    source = drawn_source("drawn", iter(drawn), RECIPE, 3.0)
    assert [(one.group, one.name, len(one.images)) for one in source.classes] == [
        ("drawn", "cone", 2), ("drawn", "cube", 1),
    ]  # fmt: skip
    assert source.weight == 3.0


def class_of(group: str, name: str, *seeds: int) -> ImageClass:
    """A class of these pictures."""
    images = [np.rint(prepare(picture(seed), RECIPE)[:, :, 0] * 255) for seed in seeds]
    return ImageClass(group, name, np.stack(images).astype(np.uint8))


def test_a_turned_class_is_a_class_of_its_own() -> None:
    """Training would be told that a quarter turn changes nothing."""
    source = Source("s", 2.0, (class_of("x/Latin", "x/Latin/a", 1, 2),))
    turned = quarter_turns(source)
    assert (turned.name, turned.weight) == ("s", 2.0)
    assert [one.name for one in turned.classes] == [f"x/Latin/a@{n}" for n in range(4)]
    assert len({one.group for one in turned.classes}) == 4
    original = source.classes[0].images
    assert np.array_equal(turned.classes[0].images, original)
    for quarter, one in enumerate(turned.classes):
        assert one.images.shape == original.shape
        assert np.array_equal(np.rot90(one.images[1], -quarter), original[1])


def test_alphabets_of_turned_letters_are_not_turned() -> None:
    """A letter would be two classes at once."""
    source = Source("s", 1.0, (class_of("x/Braille", "x/Braille/a", 1), class_of("L", "L/a", 2)))
    turned = quarter_turns(source, leave_out=frozenset({"Braille"}))
    assert [one.name for one in turned.classes] == [
        "x/Braille/a@0", "L/a@0", "L/a@1", "L/a@2", "L/a@3",
    ]  # fmt: skip


def test_classes_of_one_name_become_one() -> None:
    """Drawn and photographed tickets would be pushed apart."""
    photos = Source("p", 1.0, (class_of("kinds", "ticket", 1), class_of("kinds", "map", 2)), ("x",))
    drawn = Source("d", 1.0, (class_of("drawn", "ticket", 3, 4),), ("y",))
    merged = merge("kinds", [photos, drawn], 3.0)
    assert (merged.name, merged.weight, merged.unreadable) == ("kinds", 3.0, ("x", "y"))
    assert [(one.group, one.name, len(one.images)) for one in merged.classes] == [
        ("kinds", "ticket", 3), ("kinds", "map", 1),
    ]  # fmt: skip


@pytest.mark.parametrize("seed", range(20))
def test_a_changed_picture_is_still_an_input(seed: int) -> None:
    """The network would be trained on what it never sees at work."""
    images = quarter_turns(Source("s", 1.0, (class_of("g", "g/a", seed),))).classes[seed % 4].images
    changed = Augmentation().apply(images[0], np.random.default_rng(seed))
    assert changed.shape == (16, 16, 1)
    assert changed.dtype == np.float32
    assert changed.min() >= 0
    assert changed.max() == 1
    assert np.array_equal(changed, Augmentation().apply(images[0], np.random.default_rng(seed)))
    assert not np.array_equal(changed[:, :, 0], images[0] / np.float32(255))


def test_a_blank_picture_stays_blank() -> None:
    """A division by nothing would fill the weights with NaN."""
    blank = np.zeros((16, 16), np.uint8)
    for seed in range(10):
        assert not Augmentation().apply(blank, np.random.default_rng(seed)).any()


def test_no_range_means_no_change() -> None:
    """What is switched off would still happen."""
    still = Augmentation(rotation=0, scale=0, shear=0, shift=0, thickness=0, elastic=0)
    image = class_of("g", "g/a", 5).images[0]
    changed = still.apply(image, np.random.default_rng(0))
    assert np.allclose(changed[:, :, 0], image / 255, atol=0.02)
