from __future__ import annotations

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from models.ticket.reversed import black_on_white


def page() -> Image.Image:
    """A white page with a line of text at 44 pixels."""
    image = Image.new("L", (700, 900), 250)
    draw = ImageDraw.Draw(image)
    draw.text((60, 60), "GREEN GROCER", fill=0, font=ImageFont.load_default(size=44))
    return image


def test_a_bar_with_white_print_is_turned_over_and_nothing_else() -> None:
    """Evening the light would take the print for paper in the shade."""
    image = page()
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 300, 650, 370), fill=20)
    draw.text((60, 310), "TOTAL 12.50", fill=240, font=ImageFont.load_default(size=44))
    before = np.asarray(image.rotate(1, fillcolor=250))
    after, small = black_on_white(before, before)
    assert np.array_equal(after, small)
    assert np.array_equal(after[:280], before[:280])
    assert np.median(after[320:350, 100:600]) > 200
    assert after[320:350, 100:600].min() < 60


def test_a_page_that_is_white_on_black_is_turned_over() -> None:
    """Screens at night, and films."""
    before = 255 - np.asarray(page())
    after, _ = black_on_white(before, before)
    assert np.array_equal(after, np.asarray(page()))


def test_a_receipt_on_a_dark_table_stays() -> None:
    """It would be white on black then."""
    before = np.full((2400, 2400), 30, np.uint8)
    before[250:1150, 350:1050] = np.asarray(page())
    after, _ = black_on_white(before, before)
    assert np.array_equal(after, before)


def test_black_that_bears_no_print_stays() -> None:
    """Rules, barcodes, logos and photographs would be turned over."""
    image = page()
    draw = ImageDraw.Draw(image)
    draw.rectangle((50, 300, 650, 330), fill=0)
    for left in range(100, 400, 20):
        draw.rectangle((left, 400, left + 9, 480), fill=0)
    draw.text((60, 520), "88000000", fill=0, font=ImageFont.load_default(size=120))
    draw.rectangle((0, 700, 699, 899), fill=10)
    before = np.asarray(image)
    for after in black_on_white(before, before):
        assert np.array_equal(after, before)


def test_pages_of_any_size_are_taken() -> None:
    """A page of one pixel would end the reading."""
    for shape in ((1, 1), (3, 900), (40, 40)):
        blank = np.zeros(shape, np.uint8)
        assert np.array_equal(black_on_white(blank, blank)[0], blank)
