from __future__ import annotations

from dataclasses import replace

from models.ticket.rows import rows_of
from tests.models.fields.receipts import words


def test_label_and_amount_stand_in_one_row_wherever_the_engine_put_them() -> None:
    """A column of amounts is a block of its own to the engine; no total would have a label."""
    read = words("TOTAL          12.50", "CASH           20.00")
    labels = [word for word in read if word.text.isalpha()]
    amounts = [replace(word, line=(2, 1, 1)) for word in read if not word.text.isalpha()]
    assert [row.text for row in rows_of([*labels, *amounts])] == ["TOTAL 12.50", "CASH 20.00"]


def test_rows_may_slope() -> None:
    """On a page laid in askew the total would stand in the row above it."""
    sloped = [
        replace(word, box=(word.box[0], word.box[1] + word.box[0] // 20, *word.box[2:]))
        for word in words("one two three four five six 1.00", "one two three four five six 2.00")
    ]
    assert [row.text[-4:] for row in rows_of(sloped)] == ["1.00", "2.00"]


def test_pages_follow_one_another() -> None:
    """The head of the second page would be read into the first."""
    second = [replace(word, page=2) for word in words("second")]
    assert [row.text for row in rows_of([*words("first"), *second])] == ["first", "second"]


def test_the_words_of_a_part_are_known() -> None:
    """The box of a field would lie elsewhere."""
    (row,) = rows_of(words("on 12 Mar 2018 at noon"))
    start = row.text.index("12")
    assert [word.text for word in row.within(start, start + len("12 Mar 2018"))] == [
        "12", "Mar", "2018",
    ]  # fmt: skip
