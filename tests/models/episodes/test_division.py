from __future__ import annotations

import shutil
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from config.errors import DataError, UsageError
from models.episodes.division import Division, as_kinds, divided
from models.episodes.mixture import mix
from models.episodes.spec import DataSpec
from models.page.prepare import Recipe


def draw(folder: Path, *classes: str, images: int = 2) -> Path:
    """Class folders of specks."""
    rng = np.random.default_rng(0)
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(images):
            pixels = np.where(rng.random((30, 30)) < 0.2, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / name / f"{number}.png")
    return folder


def names(division: Division) -> tuple[list[str], list[str]]:
    """Of what is learned, and of what is held out."""
    return [one.name for one in division.learned], [one.name for one in division.held]


def test_what_the_shape_eye_held_out_is_held_out_again(tmp_path: Path) -> None:
    """The branch would be judged by what its shape eye was trained on."""
    letters = draw(
        tmp_path / "letters", *(f"{group}/{key}" for group in ("Latin", "Braille") for key in "abcdefgh")
    )  # fmt: skip
    spec, out = DataSpec(letters, held=0.4), frozenset({"Braille"})
    mixture = mix([spec], Recipe(side=16), hold_out=out, drawings=0, seed=0)
    with divided([spec], out) as (division,):
        learned, held = names(division)
    assert held == [one.name for source in mixture.held_out for one in source.classes]
    assert learned == [one.name for source in mixture.sources for one in source.classes]
    assert 8 < len(held) < 16
    assert {one.group for one in division.held} == {"Latin", "Braille"}


def test_kinds_are_set_aside_for_a_while(tmp_path: Path) -> None:
    """A fold would be judged by what it was trained on, or forget what is held out for good."""
    kinds = draw(tmp_path / "kinds", "letter", "map", "ticket", "slide")
    with divided([DataSpec(kinds)], frozenset({"slide"})) as (division,):
        fold = division.setting_aside(frozenset({"ticket", "letter"}))
        assert names(fold) == (["map"], ["letter", "ticket", "slide"])
        assert names(division) == (["letter", "map", "ticket"], ["slide"])
        assert division.setting_aside(frozenset()) == division


def test_files_of_a_zip_can_be_read_while_it_is_open(tmp_path: Path) -> None:
    """Every zip file would have to be unpacked first."""
    draw(tmp_path / "set", "a", images=1)
    archive = Path(shutil.make_archive(str(tmp_path / "set"), "zip", tmp_path / "set"))
    with divided([DataSpec(archive)], frozenset()) as (division,):
        (one,) = division.learned
        (file,) = one.files
        assert file.read() == (tmp_path / "set" / "a" / "0.png").read_bytes()
        assert one.group == "set"
        assert file.name == str(archive / "a" / "0.png")


def test_small_classes_are_left_out(tmp_path: Path) -> None:
    """The word least would mean nothing here."""
    draw(draw(tmp_path / "set", "a", images=3), "b", images=2)
    with divided([DataSpec(tmp_path / "set", least=3)], frozenset()) as (division,):
        assert names(division) == (["a"], [])


def test_a_kind_is_what_has_one_name(tmp_path: Path) -> None:
    """Receipts of two collections would be two kinds, and tell one apart from the other."""
    one, other = draw(tmp_path / "one", "receipt", "map"), draw(tmp_path / "two", "receipt", "form")
    with divided([DataSpec(one), DataSpec(other)], frozenset({"map"}), "--pages") as found:
        kinds = as_kinds(found, "pages")
    assert names(kinds) == (["form", "receipt"], ["map"])
    receipts = kinds.learned[1]
    assert receipts.group == "pages"
    assert len({file.name for file in receipts.files}) == len(receipts.files) == 4


def test_a_kind_that_one_source_holds_out_is_held_out_of_all(tmp_path: Path) -> None:
    """What is judged by would have been learned from another collection."""
    one = draw(tmp_path / "one", *"abcdefgh")
    other = draw(tmp_path / "two", *"abcdefgh")
    with divided([DataSpec(one, held=0.5), DataSpec(other)], frozenset(), "--pages") as found:
        _, held_of_one = names(found[0])
        learned, held = names(as_kinds(found, "pages"))
    assert held == held_of_one
    assert 0 < len(held) < 8
    assert sorted(learned + held) == list("abcdefgh")
    assert names(found[1])[1] == []


def test_what_cannot_be_listed_is_refused(tmp_path: Path) -> None:
    """Reading would end in the middle, with a traceback."""
    draw(tmp_path / "set", "a")
    (tmp_path / "set" / "empty").mkdir()
    with (
        pytest.raises(DataError, match=r"set/empty has 0 images, a class needs 1"),
        divided([DataSpec(tmp_path / "set")], frozenset()),
    ):
        pass
    again = draw(tmp_path / "again" / "set", "a")
    (tmp_path / "set" / "empty").rmdir()
    with (
        pytest.raises(UsageError, match=r"--pages .* and .* are both named set"),
        divided([DataSpec(tmp_path / "set"), DataSpec(again)], frozenset(), "--pages"),
    ):
        pass
