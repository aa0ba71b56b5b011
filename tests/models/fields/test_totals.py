from __future__ import annotations

import pytest

from models.fields.totals import Sums, find_sums
from tests.models.fields.receipts import rows


def sums(*lines: str) -> Sums:
    """What these lines come to."""
    return find_sums(rows(*lines))


def total(*lines: str) -> str | None:
    """The total of these lines."""
    found = sums(*lines).total
    return found.value if found else None


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        (["BREAD 3.00", "MILK 2.50", "TOTAL 5.50"], "5.50"),
        (["SUBTOTAL 5.00", "GST 6% 0.30", "TOTAL 5.30", "CASH 10.00", "CHANGE 4.70"], "5.30"),
        (
            ["TOTAL 64.13", "ROUNDING ADJ 0.02", "TOTAL 64.15", "CASH 100.00", "CHANGE 35.85"],
            "64.15",
        ),
        (["TOTAL SALES 37.44", "ROUNDING .01", "CREDIT RM 37.45"], "37.45"),
        (["TOTAL QTY 12.00", "TOTAL 9.00"], "9.00"),
        (["TOTAL DISCOUNT 12.00", "TOTAL 9.00"], "9.00"),
        (["TOTAL EXCL GST 9.43", "TOTAL INCL GST 10.00", "GST 0.57"], "10.00"),
        (["CASH 170.00", "DPT.05 149.00", "DPT.04 21.00"], "170.00"),
        (["SUMME EUR 24,23", "BAR 30,00", "RUECKGELD 5,77"], "24.23"),
        (["Zu zahlen", "24,23", "MwSt 19% 3,87"], "24.23"),
        (["T0TAL 8.00", "CASH 20.00", "CHANGE 12.00"], "8.00"),
        (["TOTAI AMOUNT 8.00", "ITEM 9.00"], "8.00"),
        (["CASH 20.00", "CHANGE 12.00", "xxxxx 8.00"], "8.00"),
        (["hello", "world"], None),
    ],
)
def test_the_total_is_what_was_to_be_paid(lines: list[str], found: str | None) -> None:
    """A spreadsheet would sum the cash that was handed over."""
    assert total(*lines) == found


@pytest.mark.parametrize(
    ("lines", "found"),
    [
        # What was paid less what was given back, and the tax added, prove a digit.
        (["TOTAL 5.80", "CASH 10.00", "CHANGE 4.70"], "5.30"),
        (["SUBTOTAL 144.68", "GST 8.68", "ROUNDING -0.01", "TOTAL 3.35"], "153.35"),
        (["SUBTOTAL 50.00", "GST 3.00", "T0TAL 58.00"], "53.00"),
        # A total without its point, or with a letter in it.
        (["TOTAL 1250", "CASH 20.00", "CHANGE 7.50"], "12.50"),
        (["TOTAL l2.5O", "CASH 20.00", "CHANGE 7.50"], "12.50"),
        # Where only cash and change were read.
        (["TOTAL", "CASH 50.00", "CHANGE 14.20"], "35.80"),
        # Nothing is mended where nothing proves it, or where the total stands there twice.
        (["TOTAL 5.80", "CASH 10.00"], "5.80"),
        (["TOTAL 1250", "PRICE 3.00"], "3.00"),
        (["TOTAL INCL GST 8.90", "ROUNDED TOTAL 8.90", "CASH 50.09", "CHANGE 41.10"], "8.90"),
        (["TOTAL EXCL GST 8.33", "GST 0.37", "TOTAL 6.70", "CASH 6.70"], "6.70"),
        # Tax and rounding at once, and a rounding whose amount was not read.
        (["SUBTOTAL 52.00", "TOTAL TAX 3.12", "ROUNDING -0.02", "TOTAL 55.10", "TOTAL: 52.00 3.12"], "55.10"),
        (["TOTAL SALES 37.44", "ROUNDING ADJ", "CREDIT 37.45"], "37.45"),
        # Blanks: a quantity beside an amount, two words in one.
        (["TOTAL QTY 3 248.04", "SUBTOTAL 234.00", "TotalGST 14.04", "TOTAL 248.04"], "248.04"),
        (["GRAND T OTAL 7.00", "ITEM 9.00"], "7.00"),
    ],
)  # fmt: skip
def test_digits_are_mended_where_a_sum_proves_it(lines: list[str], found: str) -> None:
    """One misread digit would be in the books, or a right one would be mended away."""
    assert total(*lines) == found


def test_a_mended_total_is_less_sure() -> None:
    """Nobody could tell which totals to look at."""
    read, mended = (
        sums(f"TOTAL {value}", "CASH 10.00", "CHANGE 4.70").total for value in ("5.30", "5.80")
    )
    assert read is not None
    assert mended is not None
    assert read.value == mended.value
    assert read.confidence > mended.confidence


def test_what_is_proved_is_surer() -> None:
    """Nobody could tell which totals to look at."""
    proved = sums("TOTAL 5.30", "CASH 10.00", "CHANGE 4.70").total
    said = sums("TOTAL 5.30", "SERVICE 10.00", "OTHER 4.70").total
    assert proved is not None
    assert said is not None
    assert proved.confidence > said.confidence


def test_tax_and_currency_are_found() -> None:
    """An accountant would have to open each ticket."""
    found = sums("SUBTOTAL RM 5.00", "GST 6% RM 0.30", "TOTAL RM 5.30")
    assert (found.tax and found.tax.value, found.currency and found.currency.value) == (
        "0.30",
        "MYR",
    )
    found = sums("ALL PRICES IN EUR", "TOTAL 5.30")
    assert (found.tax, found.currency and found.currency.value) == (None, "EUR")
    assert sums("TOTAL 5.30").currency is None


def test_a_tax_is_never_more_than_its_ticket() -> None:
    """The taxed amount in a table of taxes would be taken for the tax."""
    assert sums("TOTAL 10.00", "GST 9.43").tax is None
