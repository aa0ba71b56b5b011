from __future__ import annotations

import pytest

from models.scoring.words import (
    CharacterCounts,
    WordCounts,
    compare_texts,
    compare_words,
    compared,
)
from models.ticket.words import Word
from tests.models.fields.receipts import words


def texts(found: tuple[Word, ...]) -> list[str]:
    """The texts of words."""
    return [word.text for word in found]


@pytest.mark.parametrize(
    ("word", "bare"),
    [
        ("(Total):", "total"),
        ("RM12.50", "rm12.50"),
        ("STRASSE", "strasse"),
        ("***", ""),
        ("É,", "é"),
    ],
)
def test_case_and_punctuation_around_a_word_play_no_part(word: str, bare: str) -> None:
    """The figures would be others than those that are published, word for word."""
    assert compared(word) == bare


def test_words_are_a_bag() -> None:
    """A column that is read before its neighbour would count as unread; a word twice as once."""
    found = compare_words(
        words("milk 2.00 milk", "Total: -- 5.00"), words("MILK 2.00", "total 5.OO")
    )
    assert texts(found.right) == ["milk", "2.00", "Total:"]
    assert texts(found.wrong) == ["milk", "5.00"]
    assert texts(found.missed) == ["5.OO"]
    assert found.counts == WordCounts(right=3, wrong=2, missed=1)


def test_of_words_that_stand_twice_the_nearest_are_the_same() -> None:
    """The page would show the wrong one of two."""
    read, true = words("", "", "1.00"), words("1.00", "", "1.00")
    found = compare_words(read, true)
    assert found.right == (read[0],)
    assert found.missed == (true[0],)


def test_counts_add_up_to_shares() -> None:
    """A mean of means would stand for the words of all receipts."""
    counts = WordCounts(6, 2, 2) + WordCounts(0, 0, 2)
    assert (counts.recall, counts.precision, counts.f1) == (0.6, 0.75, pytest.approx(2 / 3))
    nothing = WordCounts(0, 0, 0)
    assert (nothing.recall, nothing.precision, nothing.f1) == (None, None, None)


def test_character_errors_are_of_the_text_without_case_and_line_ends() -> None:
    """Another layout of the same text would count as misread."""
    assert compare_texts("TOTAL  12.50\n\nThanks ", "Total 12.50 thanks") == CharacterCounts(0, 18)
    assert compare_texts("Tota1 12.50", "Total 12.50") == CharacterCounts(1, 11)
    assert compare_texts("", "abcd").rate == 1.0
    assert (CharacterCounts(1, 4) + CharacterCounts(0, 4)).rate == 0.125
    assert compare_texts("abc", "").rate is None
