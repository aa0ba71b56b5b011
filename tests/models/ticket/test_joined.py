from __future__ import annotations

from models.ticket.joined import numbers_joined
from models.ticket.words import Word


def joined(*words: tuple[str, int, int]) -> list[str]:
    """Words of a line 20 pixels high, given as text, left and right; what is made of them."""
    line = [Word(text, 0.9, 1, (1, 1, 1), (left, 0, end - left, 20)) for text, left, end in words]
    return [word.text for word in numbers_joined(line)]


def test_an_amount_in_two_pieces_is_one() -> None:
    """``12`` would be the total, and 50 a number of its own."""
    assert joined(("12", 0, 30), (".50", 40, 70)) == ["12.50"]
    assert joined(("12.", 0, 35), ("50", 50, 80)) == ["12.50"]
    assert joined(("RM1", 0, 50), (".38", 60, 95), ("SR", 120, 150)) == ["RM1.38", "SR"]


def test_digits_closer_than_a_blank_are_one_number() -> None:
    """Long numbers of a register are read in pieces."""
    assert joined(("00038", 0, 60), ("1399040", 65, 150)) == ["000381399040"]


def test_numbers_with_a_blank_between_them_stay_apart() -> None:
    """A quantity and a price would be one number."""
    assert joined(("2", 0, 12), ("6.50", 22, 70)) == ["2", "6.50"]
    assert joined(("12", 0, 30), (".50", 60, 90)) == ["12", ".50"]
    assert joined(("No", 0, 30), ("3", 33, 45)) == ["No", "3"]


def test_words_without_a_height_are_left_as_they_are() -> None:
    """A speck that was read as a word would end the reading of the whole ticket."""
    flat = [Word(text, 0.9, 1, (1, 1, 1), (left, 0, 8, 0)) for text, left in (("a", 0), ("b", 20))]
    assert list(numbers_joined(flat)) == flat
