from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.fields.amounts import amounts_in, value_of
from tests.models.fields.receipts import rows


def amounts(line: str) -> list[tuple[str, str]]:
    """Value and currency of the amounts in a line."""
    return [(str(one.value), one.sign) for row in rows(line) for one in amounts_in(row)]


@pytest.mark.parametrize(
    ("line", "found"),
    [
        ("TOTAL 12.50", [("12.50", "")]),
        ("SUMME EUR 1.234,56", [("1234.56", "EUR")]),
        ("TOTAL RM1,234.50", [("1234.50", "MYR")]),
        ("Total: $ 7.00", [("7.00", "USD")]),
        ("1 234,50 €", [("1234.50", "EUR")]),
        ("2 x 3.00   6.00", [("3.00", ""), ("6.00", "")]),
        ("ROUNDING .01-", [("-0.01", "")]),
        ("DISCOUNT -5.59", [("-5.59", "")]),
        ("DISCOUNT (5.59)", [("-5.59", "")]),
        ("TOTAL 12. 50", [("12.50", "")]),
        ("CHF 1'234.50", [("1234.50", "CHF")]),
    ],
)
def test_an_amount_is_read_however_it_is_written(line: str, found: list[tuple[str, str]]) -> None:
    """Each country writes another one; sums of a spreadsheet would be off by a thousand."""
    assert amounts(line) == found


@pytest.mark.parametrize(
    "line",
    ["GST 6.00%", "GST 6.00 %", "21.03.2018", "12:50:30", "03-7887 2622", "1.500 kg", "QTY 3",
     "IP 10.20.30.40", "99999999999.00"],
)  # fmt: skip
def test_what_is_no_amount_is_none(line: str) -> None:
    """A date or a percentage would be summed."""
    assert amounts(line) == []


@given(
    st.decimals(0, 999_999, places=2),
    st.sampled_from([(",", "."), (".", ","), (" ", ","), ("", ".")]),
)
def test_whatever_is_written_comes_back(value: Decimal, signs: tuple[str, str]) -> None:
    """A rare length or grouping would be misread."""
    thousands, point = signs
    written = f"{value:,.2f}".replace(",", "T").replace(".", point).replace("T", thousands)
    assert value_of(written) == value


@given(st.text("0123456789.,' -RM€", max_size=20))
def test_no_text_makes_it_raise(line: str) -> None:
    """A misread line would fail a ticket."""
    amounts(line)
