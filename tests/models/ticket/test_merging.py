from __future__ import annotations

from models.ticket.tesseract.merging import merged
from models.ticket.words import Word


def word(text: str, left: int, confidence: float, *, top: int = 100, width: int = 80) -> Word:
    """A word 20 pixels high."""
    return Word(text, confidence, 1, (1, 1, 1), (left, top, width, 20))


def texts(words: list[Word]) -> set[str]:
    """What the words are."""
    return {one.text for one in words}


def test_of_two_words_at_one_place_the_surer_one_is_kept() -> None:
    """Whichever reading it came from."""
    first = [word("TOTAL", 0, 0.9), word("1Z.50", 200, 0.4)]
    second = [word("T0TAL", 2, 0.5), word("12.50", 198, 0.95)]
    assert texts(merged(first, second)) == {"TOTAL", "12.50"}


def test_a_word_that_was_read_in_pieces_is_replaced_whole() -> None:
    """Half of each would be nonsense."""
    first = [word("GREEN", 0, 0.5, width=60), word("GRO", 70, 0.4, width=30)]
    second = [word("GREENGROCER", 0, 0.9, width=100)]
    assert texts(merged(first, second)) == {"GREENGROCER"}
    assert texts(merged(second, first)) == {"GREENGROCER"}


def test_what_one_reading_alone_has_is_believed_where_it_is_sure() -> None:
    """Folds and specks are read as letters now and then."""
    first = [word("CASH", 0, 0.95), word("~", 300, 0.3)]
    second = [word("20.00", 200, 0.9), word("j", 500, 0.3)]
    assert texts(merged(first, second)) == {"CASH", "20.00"}


def test_words_above_one_another_are_not_at_one_place() -> None:
    """Lines of a receipt stand close."""
    assert len(merged([word("ABOVE", 0, 0.9)], [word("BELOW", 0, 0.9, top=115)])) == 2
    assert merged([], []) == []


def test_what_both_read_alike_is_surer_and_what_they_do_not_is_less_sure() -> None:
    """Two readings are two witnesses."""
    first = [word("TOTAL:", 0, 0.6), word("12.50", 200, 0.9), word("CASH", 400, 0.95)]
    second = [word("total", 2, 0.5), word("12.60", 198, 0.4), word("cash", 400, 0.9)]
    found = {one.text: one.confidence for one in merged(first, second)}
    assert found["CASH"] == 1.0
    assert found["TOTAL:"] > 0.6
    assert found["12.50"] < 0.9
