from __future__ import annotations

from dataclasses import replace

from models.fields.doubled import without_doubles
from models.ticket.rows import row_of
from tests.models.fields.receipts import words


def test_a_word_that_was_read_twice_counts_once() -> None:
    """A firm would be called ``GREEN GREEN GROCER GROCER LTD``."""
    once = words("GREEN GROCER LTD")
    again = [
        replace(word, text=text, confidence=confidence, box=(word.box[0] + 1, *word.box[1:]))
        for word, text, confidence in zip(
            once, ("GREEN", "GROCFR", "LTD."), (0.8, 0.5, 0.95), strict=True
        )
    ]
    pairs = [word for pair in zip(once, again, strict=True) for word in pair]
    (row,) = without_doubles([row_of(pairs)])
    assert row.text == "GREEN GROCER LTD."


def test_a_word_that_stands_there_twice_stays() -> None:
    """Half of ``NEW YORK NEW YORK`` would be gone."""
    (row,) = without_doubles([row_of(words("NEW YORK NEW YORK 2 2"))])
    assert row.text == "NEW YORK NEW YORK 2 2"
