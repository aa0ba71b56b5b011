"""Drawn receipts: their truth adds up and their pictures look like paper from a till."""

from __future__ import annotations

from decimal import Decimal

import cv2
import numpy as np
import pytest

from models.drawing.tickets import MINIMUM_ASPECT, draw_ticket


@pytest.mark.parametrize("seed", range(30))
def test_the_sums_are_right(seed: int) -> None:
    """Tests of the reader compare with these numbers."""
    ticket = draw_ticket(np.random.default_rng(seed), width=200)
    assert sum((amount for _, amount in ticket.items), Decimal(0)) == ticket.subtotal
    assert ticket.subtotal + ticket.tax == ticket.total
    assert ticket.total > 0
    assert ticket.total.as_tuple().exponent == -2
    assert 2010 <= ticket.date.year < 2030


@pytest.mark.parametrize("seed", range(10))
def test_what_is_true_is_printed(seed: int) -> None:
    """A total that stands in the truth alone could never be read."""
    ticket = draw_ticket(np.random.default_rng(seed))
    plain = " ".join(ticket.lines).replace(",", "").replace(".", "")
    assert str(ticket.total).replace(".", "") in plain
    assert ticket.vendor.split()[0] in " ".join(ticket.lines)


def test_same_seed_same_ticket() -> None:
    """Ready classes would differ from one installation to the next."""
    first, again = (draw_ticket(np.random.default_rng(4)) for _ in range(2))
    assert np.array_equal(first.pixels, again.pixels)
    assert (first.vendor, first.date, first.total) == (again.vendor, again.date, again.total)
    other = draw_ticket(np.random.default_rng(5))
    assert first.pixels.shape != other.pixels.shape or not np.array_equal(
        first.pixels, other.pixels
    )


@pytest.mark.parametrize("width", [120, 220, 440, 800])
def test_a_clean_ticket_is_tall_and_white_with_black_print(width: int) -> None:
    """The paper's shape and its margins are what tells a receipt from a page."""
    for seed in range(5):
        pixels = draw_ticket(
            np.random.default_rng(seed), width=width, on_page=False, photo=False, strength=0.0
        ).pixels
        assert pixels.dtype == np.uint8
        assert pixels.shape[0] >= MINIMUM_ASPECT * pixels.shape[1] - 1
        assert width <= pixels.shape[1] <= 1.25 * width
        assert 0.01 < (pixels < 128).mean() < 0.3


def test_more_things_make_a_longer_ticket() -> None:
    """Lengths must vary with what was bought."""
    short, long = (
        draw_ticket(np.random.default_rng(2), items=n, on_page=False, photo=False, strength=0.0)
        for n in (1, 30)
    )
    assert long.pixels.shape[0] > 1.5 * short.pixels.shape[0]
    assert (len(short.items), len(long.items)) == (1, 30)


def test_a_page_leaves_a_ticket_wide_margins() -> None:
    """Flatbed scans show a narrow receipt on a white page."""
    pixels = draw_ticket(
        np.random.default_rng(11), width=200, on_page=True, photo=False, strength=0.0, extras=False
    ).pixels
    assert pixels.shape[1] > 1.25 * 200
    assert pixels.shape[0] / pixels.shape[1] >= 1.4


def test_wear_keeps_the_print_visible() -> None:
    """A picture without contrast teaches nothing."""
    rng = np.random.default_rng(6)
    for _ in range(40):
        pixels = draw_ticket(rng, width=240, strength=1.0).pixels
        assert float(cv2.Laplacian(pixels, cv2.CV_32F).std()) > 3
