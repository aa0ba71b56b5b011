"""Words out of what a recogniser says of each step."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from models.ticket.rapid.ctc import Alphabet, words_in

CHARACTERS = ["blank", "a", "b", "1", "：", "中", "é", "×", " "]  # noqa: RUF001
NOTHING, A, B, ONE, COLON, CHINESE, ACUTE, TIMES, BLANK = range(9)


def steps(*columns: int | dict[int, float]) -> NDArray[np.float32]:
    """Steps that are sure of one column, or as sure of several as is told."""
    found = np.zeros((len(columns), len(CHARACTERS)), np.float32)
    for step, column in zip(found, columns, strict=True):
        for number, sure in (column if isinstance(column, dict) else {column: 1.0}).items():
            step[number] = sure
    return found


def texts(probabilities: NDArray[np.float32], *, latin: bool = True) -> list[str]:
    """The words that are read."""
    return [word.text for word in words_in(probabilities, Alphabet.of(CHARACTERS, latin=latin))]


def test_neighbours_are_one_sign_and_nothing_parts_them() -> None:
    """Every broad letter would be read twice, or no letter doubled."""
    assert texts(steps(A, A, NOTHING, A, B, B)) == ["aab"]
    assert texts(steps(NOTHING, NOTHING)) == []
    assert texts(steps()) == []


def test_a_blank_ends_a_word_also_where_it_is_only_likely() -> None:
    """A receipt's words would stick together: TOTAL12.50."""
    assert texts(steps(A, BLANK, B)) == ["a", "b"]
    assert texts(steps(BLANK, A, BLANK)) == ["a"]
    assert texts(steps(A, {NOTHING: 0.6, BLANK: 0.3}, B)) == ["a", "b"]
    assert texts(steps(A, {NOTHING: 0.9, BLANK: 0.1}, B)) == ["ab"]


def test_a_word_knows_where_it_stands_and_how_sure_it_is() -> None:
    """Its box would lie elsewhere."""
    line = steps(NOTHING, A, {B: 0.5}, BLANK, ONE)
    first, last = words_in(line, Alphabet.of(CHARACTERS, latin=True))
    assert (first.first, first.last, first.confidence) == (1, 2, pytest.approx(0.75))
    assert (last.text, last.first, last.last) == ("1", 4, 4)


def test_stains_are_no_chinese_where_latin_letters_are_read() -> None:
    """Texts would be sprinkled with signs that nobody searches for."""
    line = steps({CHINESE: 0.5, A: 0.4}, COLON, ACUTE, {TIMES: 0.5, B: 0.4})
    assert texts(line) == ["a:éb"]
    assert texts(line, latin=False) == ["中：é×"]  # noqa: RUF001
