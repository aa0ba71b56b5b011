from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from models.drawing.solids import SOLID_KINDS
from models.episodes.division import as_kinds, divided
from models.episodes.spec import DataSpec
from models.page.prepare import Recipe
from models.training.gathering import Amounts, Gathered, gather, some
from models.training.looks import DRAWN_KINDS

RECIPE = Recipe(side=16, working_side=64)
AMOUNTS = Amounts(
    pages=2, looks=1, drawn=1, templates=1, fillings=1, classes=3, figures=1, solids=1
)


def draw(folder: Path, *classes: str, images: int = 3) -> Path:
    """Class folders of strokes."""
    rng = np.random.default_rng(len(classes))
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(images):
            pixels = np.full((60, 60), 255, np.uint8)
            cv2.polylines(pixels, [rng.integers(5, 55, (4, 2))], False, 0, 2)
            cv2.imwrite(str(folder / name / f"{number}.png"), pixels)
    return folder


def gathered(pages: Path, figures: Path, *hold_out: str, **options: Any) -> Gathered:
    """What a join would be trained on."""
    out = frozenset(hold_out)
    options = {"amounts": AMOUNTS, "seed": 1, "with_solids": True} | options
    with (
        divided([DataSpec(pages)], out, "--pages") as documents,
        divided([DataSpec(figures)], out) as sources,
    ):
        return gather(as_kinds(documents, "pages"), sources, RECIPE, hold_out=out, **options)


def test_all_that_is_named_is_looked_at_as_often_as_was_said(tmp_path: Path) -> None:
    """A training would take hours, or leave out what it was given."""
    steps: dict[str, list[int]] = {}

    @contextmanager
    def watch(label: str, total: int) -> Iterator[Any]:
        steps[label] = [total, 0]

        def advance() -> None:
            steps[label][1] += 1

        yield advance

    pages = draw(tmp_path / "kinds", "map", "form", "chart")
    icons = draw(tmp_path / "icons", *"abcde")
    found = gathered(pages, icons, "chart", "cone", "staves", watch=watch)
    described = found.described()
    assert described["pages"]["read"] | {"sha256": ""} == {
        "kinds": 2, "pages": 4, "looks": 8, "sha256": "",
    }  # fmt: skip
    assert set(found.pages["drawn"].kinds) == set(DRAWN_KINDS) - {"staves"}
    assert set(found.pages["templates"].kinds) == set(DRAWN_KINDS) - {"staves", "ticket"}
    assert set(found.drawings) == {"icons", "solids"}
    assert described["drawings"]["icons"]["pages"] == AMOUNTS.classes
    assert len(found.drawings["solids"]) == len(SOLID_KINDS) - 1
    assert steps["pages"] == [8, 8]
    assert steps["drawn documents"] == [32, 32]


def test_the_same_data_are_the_same_wherever_they_lie(tmp_path: Path) -> None:
    """A manifest could not tell whether another machine has the same data."""
    found = []
    for place in ("here", "there"):
        pages = draw(tmp_path / place / "kinds", "map", "form")
        icons = draw(tmp_path / place / "icons", *"ab")
        found.append(gathered(pages, icons).described())
    assert found[0] == found[1]
    (tmp_path / "there" / "kinds" / "map" / "0.png").unlink()
    other = gathered(tmp_path / "there" / "kinds", tmp_path / "there" / "icons").described()
    assert other["pages"]["read"]["sha256"] != found[0]["pages"]["read"]["sha256"]
    assert other["pages"]["drawn"] == found[0]["pages"]["drawn"]


def test_a_source_that_is_held_out_whole_is_no_side_of_the_gate(tmp_path: Path) -> None:
    """An empty array would stop the regression with a message about shapes."""
    pages, icons = draw(tmp_path / "kinds", "map", "form"), draw(tmp_path / "icons", *"ab")
    found = gathered(pages, icons, "icons", with_solids=False)
    assert found.drawings == {}


def test_some_of_many_classes_are_drawn_at_random(tmp_path: Path) -> None:
    """The first classes of a set are of one designer."""
    draw(tmp_path / "icons", *(f"{number:02}" for number in range(30)), images=1)
    with divided([DataSpec(tmp_path / "icons")], frozenset()) as (source,):
        chosen = [one.name for one in some(source.learned, 5, np.random.default_rng(0))]
        assert some(source.learned, 30, np.random.default_rng(0)) == list(source.learned)
    assert len(set(chosen)) == 5
    assert chosen == sorted(chosen)
    assert chosen != [f"{number:02}" for number in range(5)]


def test_what_is_drawn_goes_in_step() -> None:
    """Fewer drawings for a quick trial would still take minutes."""
    assert Amounts.of(20) == Amounts()
    assert Amounts.of(2) == Amounts(drawn=2, templates=1, solids=6)
