from __future__ import annotations

import numpy as np
import pypdfium2 as pdfium
import pytest

from models.page.scan import Fault, Page
from models.ticket.searchable import searchable_pdf
from models.ticket.words import Word

LINES = ("Bäckerei Müller", "Summe 12,50 €", "Łódź 中文 🍞")


def page(number: int = 1, height: int = 600, width: int = 900) -> Page:
    """A grey page with a dark corner at its upper left."""
    pixels = np.full((height, width), 230, np.uint8)
    pixels[: height // 4, : width // 4] = 30
    return Page(number, pixels)


def words(*lines: str, number: int = 1) -> list[Word]:
    """Words in boxes of 20 pixels a letter and 30 high, a line each 100 pixels."""
    found = []
    for row, line in enumerate(lines, 1):
        left = 50
        for text in line.split():
            wide = 20 * len(text)
            found.append(Word(text, 0.9, number, (1, 1, row), (left, 100 * row, wide, 30)))
            left += wide + 20
    return found


def opened(*pages: Page | Fault, of: list[Word]) -> pdfium.PdfDocument:
    """What a reader of PDFs makes of it."""
    data = searchable_pdf(iter(pages), of)
    assert isinstance(data, bytes)
    return pdfium.PdfDocument(data)


def test_words_come_out_in_order_with_blanks_and_in_every_script() -> None:
    """A ticket would be found by its English words alone, or copied as one long word."""
    with opened(page(), of=words(*LINES)) as document:
        assert document[0].get_textpage().get_text_bounded().splitlines() == list(LINES)


@pytest.mark.parametrize(
    ("text", "box"), [("Müller", (230, 100, 120, 30)), ("12,50", (170, 200, 100, 30))]
)
def test_a_word_is_marked_where_it_stands(text: str, box: tuple[int, int, int, int]) -> None:
    """Whoever searches would see a mark over something else."""
    with opened(page(), of=words(*LINES)) as document:
        read = document[0].get_textpage()
        found = read.search(text).get_next()
        assert found is not None
        corners = [read.get_charbox(found[0] + i, loose=True) for i in range(found[1])]
    scale = 300 / 72
    left, right = corners[0][0] * scale, corners[-1][2] * scale
    bottom, top = (600 - corners[0][side] * scale for side in (1, 3))
    assert (left, right - left) == pytest.approx((box[0], box[2]), abs=1)
    assert (top, bottom - top) == pytest.approx((box[1], box[3]), abs=1)


def test_pages_are_their_pixels_at_300_dots_to_the_inch() -> None:
    """A print would not have the size of the receipt."""
    with opened(page(1), page(2, 300, 1200), of=words("one") + words("two", number=2)) as document:
        assert [document.get_page_size(i) for i in (0, 1)] == [(216, 144), (288, 72)]
        assert [one.get_textpage().get_text_bounded() for one in document] == ["one", "two"]
        bitmap = document[0].render(scale=0.99999 * 300 / 72, grayscale=True).to_numpy()
    assert bitmap.shape[:2] == (600, 900)
    assert np.abs(bitmap.reshape(600, 900).astype(int) - page().pixels).mean() < 2


def test_words_are_not_drawn() -> None:
    """Letters would stand over letters."""
    shown = []
    for of in ([], words(*LINES)):
        with opened(page(), of=of) as document:
            shown.append(document[0].render(scale=2).to_numpy().copy())
    assert np.array_equal(*shown)


def test_the_same_ticket_gives_the_same_file() -> None:
    """What a daemon that died had written could not be told from a stranger's file."""
    first = searchable_pdf(iter([page()]), words(*LINES))
    assert first == searchable_pdf(iter([page()]), words(*LINES))
    assert first != searchable_pdf(iter([page()]), words("another"))
    assert isinstance(first, bytes)
    assert b"D:20" not in first
    assert len(first) < 30_000


def test_odd_boxes_and_letters_do_no_harm() -> None:
    """One word of noise would leave a ticket without its PDF."""
    odd = [
        Word("flat", 0.1, 1, (1, 1, 1), (10, 10, 0, 0)),
        Word("\udcff", 0.1, 1, (1, 1, 2), (-20, -20, 5, 5)),
        Word("outside", 0.1, 1, (1, 1, 3), (5000, 5000, 50, 20)),
        Word("nowhere", 0.1, 9, (1, 1, 1), (0, 0, 50, 20)),
    ]
    with opened(page(), of=odd) as document:
        assert "flat" in document[0].get_textpage().get_text_range()
    with opened(page(height=1, width=1), of=[]) as document:
        assert len(document) == 1


def test_a_receipt_of_five_metres_fits() -> None:
    """JPEG ends at 65,535 pixels, a page of a PDF at 14,400 points."""
    long = Page(1, np.full((70_000, 40), 200, np.uint8))
    with opened(long, of=[Word("end", 0.9, 1, (1, 1, 1), (0, 69_900, 40, 20))]) as document:
        height = document.get_page_size(0)[1]
        assert height == pytest.approx(14_400, abs=1)
        assert document[0].get_textpage().get_charbox(0)[1] < 30


def test_a_fault_among_the_pages_is_the_answer() -> None:
    """Half a document would look like a whole one."""
    fault = Fault("decode", "is broken")
    assert searchable_pdf(iter([page(), fault]), []) == fault


def test_a_missing_font_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every ticket would be without its PDF, and nobody know why."""
    monkeypatch.setenv("PATH", "/nowhere")
    found = searchable_pdf(iter([page()]), [])
    assert isinstance(found, Fault)
    assert found.stage == "output"
    assert "apt-get" in found.advice
