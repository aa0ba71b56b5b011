from __future__ import annotations

import shutil
from collections.abc import Collection, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from config.errors import UsageError
from models.drawing.documents import DOCUMENT_KINDS
from models.drawing.solids import SOLID_KINDS
from models.episodes.classes import Source
from models.episodes.mixture import Mixture, drawn_names, mix, names_of
from models.episodes.spec import DataSpec
from models.page.prepare import Recipe

RECIPE = Recipe(side=16, working_side=64)


@pytest.fixture
def letters(tmp_path: Path) -> Path:
    """Two alphabets of two letters, two images each, and a letter of one image."""
    rng = np.random.default_rng(0)
    for name in ("Latin/a", "Latin/b", "Braille/a", "Braille/b", "Latin/once"):
        folder = tmp_path / "letters" / name
        folder.mkdir(parents=True)
        for number in range(1 if name.endswith("once") else 2):
            pixels = np.where(rng.random((30, 30)) < 0.2, 0, 255).astype(np.uint8)
            Image.fromarray(pixels).save(folder / f"{number}.png")
    return tmp_path / "letters"


def names(sources: Sequence[Source]) -> list[str]:
    """Of all classes."""
    return [one.name for source in sources for one in source.classes]


def mixed(*specs: DataSpec, hold_out: Collection[str] = (), **options: Any) -> Mixture:
    """These, with nothing drawn."""
    options = {"drawings": 0, "seed": 0} | options
    return mix(specs, RECIPE, hold_out=frozenset(hold_out), **options)


def test_what_is_held_out_is_not_learned(letters: Path) -> None:
    """The network would be judged by what it was trained on."""
    mixture = mixed(DataSpec(letters, 2.0), hold_out={"Braille"})
    assert names(mixture.held_out) == ["Braille/a", "Braille/b"]
    assert names(mixture.sources) == ["Latin/a", "Latin/b", "Latin/once"]
    assert mixture.sources[0].weight == 2.0
    assert mixture.held_out[0].name == mixture.sources[0].name == "letters"
    assert names(mixed(DataSpec(letters), hold_out={"b"}).held_out) == ["Braille/b", "Latin/b"]


def test_a_share_is_held_out_by_name_alone(tmp_path: Path) -> None:
    """Another collection beside it, or one class more, would change what is judged by."""
    drawing = np.full((30, 30), 255, np.uint8)
    drawing[10:20, 10] = 0
    for number in range(200):
        folder = tmp_path / "icons" / f"icon{number}"
        folder.mkdir(parents=True)
        for image in range(2):
            Image.fromarray(drawing).save(folder / f"{image}.png")
    held = names(mixed(DataSpec(tmp_path / "icons", held=0.2)).held_out)
    assert 20 <= len(held) <= 60
    assert set(held) < set(names(mixed(DataSpec(tmp_path / "icons", held=0.4)).held_out))
    (tmp_path / "icons" / held[0]).rename(tmp_path / "icons" / "icon900")
    again = names(mixed(DataSpec(tmp_path / "icons", held=0.2)).held_out)
    assert set(held[1:]) <= set(again) <= {*held[1:], "icon900"}
    mixture = mixed(DataSpec(tmp_path / "icons", held=0.2))
    assert not set(names(mixture.held_out)) & set(names(mixture.sources))


def test_small_classes_are_left_out_where_that_is_said(letters: Path) -> None:
    """One folder of one icon would keep a collection from being learned from in pairs."""
    assert "Latin/once" in names(mixed(DataSpec(letters)).sources)
    assert "Latin/once" not in names(mixed(DataSpec(letters, least=2)).sources)


def test_a_class_of_one_image_is_not_judged_by(letters: Path) -> None:
    """A query would be its own example."""
    mixture = mixed(DataSpec(letters), hold_out={"once", "a"})
    assert "Latin/once" not in names(mixture.held_out)
    assert "Latin/once" not in names(mixture.sources)


def test_turns_are_classes_except_where_letters_are_turns(letters: Path) -> None:
    """A letter of Braille would be two classes at once."""
    spec = DataSpec(letters, turns=True)
    assert names(mixed(spec, hold_out={"Latin"}).sources) == ["Braille/a@0", "Braille/b@0"]
    mixture = mixed(spec, hold_out={"Braille", "once"})
    assert len(mixture.sources[0].classes) == 8
    assert all("@" not in name for name in names(mixture.held_out))


def test_two_collections_feed_one_class(letters: Path) -> None:
    """Receipts of two countries would be pushed apart."""
    mixture = mixed(
        DataSpec(letters / "Latin", 2.0, name="both", only=("a",), renamed=("letter",)),
        DataSpec(letters / "Braille", 1.0, name="both", only=("b",), renamed=("letter",)),
    )
    (source,) = mixture.sources
    assert (source.name, source.weight) == ("both", 3.0)
    assert [(one.name, len(one.images)) for one in source.classes] == [("letter", 4)]


def test_two_of_one_name_are_refused_unless_on_purpose(letters: Path, tmp_path: Path) -> None:
    """Two folders of icons would become one, classes of the same name mixed up."""
    other = tmp_path / "elsewhere" / "letters"
    shutil.copytree(letters, other)
    with pytest.raises(UsageError, match="both named letters") as caught:
        mixed(DataSpec(letters), DataSpec(other))
    assert "name=NAME" in caught.value.advice
    assert len(mixed(DataSpec(letters), DataSpec(other, name="others")).sources) == 2
    with pytest.raises(UsageError, match="drawn solids are both named solids"):
        mixed(DataSpec(letters, name="solids"), solids=1.0, drawings=1)


def test_what_cannot_be_read_is_told(letters: Path) -> None:
    """Half of a collection could be missing unseen."""
    (letters / "Latin" / "a" / "bad.png").write_bytes(b"no picture")
    (line,) = mixed(DataSpec(letters)).unreadable
    assert "Latin/a/bad.png" in line


def test_drawings_join_the_classes_of_their_names(letters: Path) -> None:
    """A drawn ticket and a photographed one would be two classes."""
    (letters / "kinds").mkdir()
    (letters / "Latin" / "a").rename(letters / "kinds" / "ticket")
    held_out = min(DOCUMENT_KINDS)
    mixture = mixed(DataSpec(letters / "kinds", drawn=True), hold_out={held_out}, drawings=2)
    sizes = {one.name: len(one.images) for one in mixture.sources[0].classes}
    assert set(sizes) == {*DOCUMENT_KINDS, "ticket"} - {held_out}
    assert sizes.pop("ticket") == 4
    assert set(sizes.values()) == {2}
    assert names(mixture.held_out) == [held_out]
    assert {one.group for one in mixture.sources[0].classes} == {"kinds"}


def test_solids_are_a_source_of_their_own(letters: Path) -> None:
    """A cone would never stand against a pyramid in one batch, and the two be mixed up."""
    spec = DataSpec(letters)
    mixture = mixed(spec, drawings=1, solids=0.7)
    assert [source.weight for source in mixture.sources] == [1.0, 0.7]
    assert set(names(mixture.sources[1:])) == set(SOLID_KINDS)
    assert all(len(one.images) > 1 for one in mixture.sources[1].classes)
    assert len(mixed(spec, drawings=1).sources) == 1


def test_a_held_out_solid_is_judged_by_and_not_learned(letters: Path) -> None:
    """Whether one example of a strange solid is enough could not be told."""
    mixture = mixed(DataSpec(letters), hold_out={"cone", "cube"}, drawings=1, solids=1.0)
    assert set(names(mixture.sources[1:])) == set(SOLID_KINDS) - {"cone", "cube"}
    assert [(one.name, set(names([one]))) for one in mixture.held_out] == [
        ("solids", {"cone", "cube"})
    ]


def test_what_is_drawn_is_known_by_name_before_it_is_drawn(letters: Path) -> None:
    """A mistyped name would be let pass as that of a drawing, or a right one be refused."""
    specs = [DataSpec(letters), DataSpec(letters, name="kinds", drawn=True)]
    assert drawn_names(specs[:1], solids=0.0) == frozenset()
    named = drawn_names(specs, solids=0.5)
    mixture = mixed(*specs, drawings=1, solids=0.5)
    there = {
        name
        for source in mixture.sources
        for one in source.classes
        for name in names_of(one.group, one.name)
    }
    assert named <= there
    assert there - named == {"Latin", "Braille", "a", "b", "once"}
