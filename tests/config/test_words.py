from __future__ import annotations

import pytest

from config.words import counted


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        (counted(0, "image"), "0 images"),
        (counted(1, "image"), "1 image"),
        (counted(2, "image"), "2 images"),
        (counted(1, "class", "classes"), "1 class"),
        (counted(3, "class", "classes"), "3 classes"),
    ],
)
def test_a_noun_agrees_with_its_number(said: str, expected: str) -> None:
    """'has 1 images' reads as if nobody had."""
    assert said == expected
