from __future__ import annotations

from pathlib import Path

import pytest

from config.errors import UsageError
from models.episodes.division import divided
from models.episodes.held_names import refuse_unmatched
from models.episodes.spec import DataSpec


def draw(folder: Path, *classes: str) -> Path:
    """Class folders of one file each; nothing reads it."""
    for name in classes:
        (folder / name).mkdir(parents=True)
        (folder / name / "0.png").touch()
    return folder


@pytest.mark.parametrize(
    ("hold_out", "message", "advice"),
    [
        (
            ("Gujarathi",),
            "--hold-out 'Gujarathi' names no group or class of letters, shapes or what is drawn",
            "Did you mean Gujarati?",
        ),
        (
            ("Gujarati", "La/b", "cross"),
            "--hold-out 'La/b', 'cross' name no group or class of letters, shapes or what is drawn",
            "Did you mean b for La/b, crossword for cross?",
        ),
        (
            ("Zzz", "shape"),
            "--hold-out 'Zzz', 'shape' name no group or class of letters, shapes or what is drawn",
            "Did you mean shapes for shape?",
        ),
        (
            ("",),
            "--hold-out '' names no group or class of letters, shapes or what is drawn",
            "There are 8: Gujarati, Latin, a, b, crossword, round, shapes, square",
        ),
    ],
)
def test_a_name_that_holds_nothing_out_is_refused(
    tmp_path: Path, hold_out: tuple[str, ...], message: str, advice: str
) -> None:
    """The network would be trained on the very alphabet that it is judged by."""
    letters = draw(tmp_path / "letters", "Latin/a", "Latin/b", "Gujarati/a")
    specs = [DataSpec(letters), DataSpec(draw(tmp_path / "shapes", "round", "square"))]
    with divided(specs, frozenset(hold_out)) as found, pytest.raises(UsageError) as caught:
        refuse_unmatched(frozenset(hold_out), found, drawn=["crossword"])
    assert (caught.value.message, caught.value.advice) == (message, advice)


def test_a_name_of_a_group_a_class_a_source_or_a_drawing_holds_out(tmp_path: Path) -> None:
    """A right command would be refused."""
    letters = draw(tmp_path / "letters", "Latin/a", "Gujarati/b", "Gujarati/c")
    specs = [DataSpec(letters), DataSpec(draw(tmp_path / "shapes", "round"), held=0.5)]
    hold_out = frozenset({"Gujarati", "a", "b", "shapes", "round", "maze"})
    with divided(specs, hold_out) as found:
        refuse_unmatched(hold_out, found, drawn=["maze"])
        refuse_unmatched(frozenset(), found)
    with pytest.raises(UsageError) as caught:
        refuse_unmatched(hold_out, found)
    assert caught.value.message == "--hold-out 'maze' names no group or class of letters, shapes"


def test_many_names_are_not_all_shown(tmp_path: Path) -> None:
    """The line would go on for pages."""
    icons = draw(tmp_path / "icons", *(f"icon{number:02}" for number in range(20)))
    with divided([DataSpec(icons)], frozenset()) as found, pytest.raises(UsageError) as caught:
        refuse_unmatched(frozenset({"zzz"}), found)
    assert caught.value.advice.startswith("There are 21: icon00, icon01, ")
    assert caught.value.advice.endswith("icon11 and 9 more")
