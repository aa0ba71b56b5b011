from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from config.errors import UsageError
from models.drawing.documents import DOCUMENT_KINDS
from models.drawing.solids import SOLID_KINDS
from models.episodes.mixture import DataSpec, mix
from models.page.prepare import Recipe

RECIPE = Recipe(side=16, working_side=64)


@pytest.mark.parametrize(
    ("text", "spec"),
    [
        ("data/omniglot.zip", DataSpec(Path("data/omniglot.zip"))),
        ("a,weight=4,turns", DataSpec(Path("a"), 4.0, turns=True)),
        ("a,turns,weight=0.5,drawn", DataSpec(Path("a"), 0.5, turns=True, drawn=True)),
        ("with space", DataSpec(Path("with space"))),
    ],
)
def test_a_source_is_named_as_the_help_says(text: str, spec: DataSpec) -> None:
    """A documented option would not work."""
    assert DataSpec.parse(text) == spec


@pytest.mark.parametrize(
    "text",
    ["a,wieght=2", "a,weight", "a,weight=", "a,weight=much", "a,weight=0", "a,weight=-1",
     "a,weight=nan", "a,weight=inf", "a,turns=yes", "a,", "a,Turns", "", ",turns"],
)  # fmt: skip
def test_what_means_nothing_is_refused(text: str) -> None:
    """Hours of training would pass over a typing mistake."""
    with pytest.raises(UsageError, match="--data") as caught:
        DataSpec.parse(text)
    assert "PATH,weight=2,turns,drawn" in caught.value.advice


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


def test_what_is_held_out_is_not_learned(letters: Path) -> None:
    """The network would be judged by what it was trained on."""
    specs = [DataSpec(letters, 2.0)]
    mixture = mix(specs, RECIPE, hold_out=frozenset({"Braille"}), drawings=0, seed=0)
    assert [one.name for one in mixture.held_out] == ["Braille/a", "Braille/b"]
    assert [one.name for one in mixture.sources[0].classes] == ["Latin/a", "Latin/b"]
    assert mixture.sources[0].weight == 2.0
    mixture = mix(specs, RECIPE, hold_out=frozenset({"b"}), drawings=0, seed=0)
    assert [one.name for one in mixture.held_out] == ["Braille/b", "Latin/b"]


def test_classes_of_one_image_are_left_out(letters: Path) -> None:
    """One folder of one icon would stop a training."""
    mixture = mix([DataSpec(letters)], RECIPE, hold_out=frozenset(), drawings=0, seed=0)
    assert "Latin/once" not in [one.name for one in mixture.sources[0].classes]


def test_turns_are_classes_except_where_letters_are_turns(letters: Path) -> None:
    """A letter of Braille would be two classes at once."""
    specs = [DataSpec(letters, turns=True)]
    names = [
        one.name
        for one in mix(specs, RECIPE, hold_out=frozenset({"Latin"}), drawings=0, seed=0)
        .sources[0]
        .classes
    ]
    assert names == ["Braille/a@0", "Braille/b@0"]
    mixture = mix(specs, RECIPE, hold_out=frozenset({"Braille"}), drawings=0, seed=0)
    assert len(mixture.sources[0].classes) == 8
    assert all("@" not in one.name for one in mixture.held_out)


def test_drawings_join_the_classes_of_their_names(letters: Path) -> None:
    """A drawn ticket and a photographed one would be two classes."""
    (letters / "kinds").mkdir()
    (letters / "Latin" / "a").rename(letters / "kinds" / "ticket")
    specs = [DataSpec(letters / "kinds", drawn=True)]
    held_out = min(DOCUMENT_KINDS)
    mixture = mix(specs, RECIPE, hold_out=frozenset({held_out}), drawings=2, seed=0)
    sizes = {one.name: len(one.images) for one in mixture.sources[0].classes}
    assert set(sizes) == {*DOCUMENT_KINDS, "ticket"} - {held_out}
    assert sizes.pop("ticket") == 4
    assert set(sizes.values()) == {2}
    assert [one.name for one in mixture.held_out] == [held_out]


def test_solids_are_a_source_of_their_own(letters: Path) -> None:
    """A cone would never stand against a pyramid in one batch, and the two be mixed up."""
    specs = [DataSpec(letters)]
    mixture = mix(specs, RECIPE, hold_out=frozenset(), drawings=1, solids=0.7, seed=0)
    assert [source.weight for source in mixture.sources] == [1.0, 0.7]
    assert {one.name for one in mixture.sources[1].classes} == set(SOLID_KINDS)
    assert all(len(one.images) > 1 for one in mixture.sources[1].classes)
    assert len(mix(specs, RECIPE, hold_out=frozenset(), drawings=1, seed=0).sources) == 1
