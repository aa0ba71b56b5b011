from __future__ import annotations

from models.fields.currency import find_currency
from tests.models.fields.receipts import rows


def currency(*lines: str) -> str | None:
    """The currency of a ticket that says so, without an amount that has a sign."""
    found = find_currency([], rows(*lines))
    return found.value if found else None


def test_without_a_sign_the_country_tells() -> None:
    """Sums of tickets that print no sign could not be told apart."""
    assert currency("GREEN GROCER", "UST-ID-NR: DE123456789", "SUMME 5,30") == "EUR"
    assert currency("GREEN GROCER", "81100 JOHOR BAHRU", "TOTAL 5.30") == "MYR"
    assert currency("GREEN GROCER", "VAT NO 123", "TOTAL 5.30") == "GBP"


def test_a_sign_says_more_than_a_country() -> None:
    """A German would pay in euros wherever he went."""
    assert currency("GREEN GROCER GMBH", "ALL PRICES IN CHF", "SUMME 5,30") == "CHF"
    sign, country = (
        find_currency([], rows(line)) for line in ("ALL PRICES IN EUR", "MWST 19% ENTHALTEN")
    )
    assert sign is not None
    assert country is not None
    assert sign.confidence > country.confidence


def test_a_sign_that_was_misread_once_does_not_decide() -> None:
    """The S of a tax code would be a dollar, and the ticket missing in the sum of its currency."""
    assert currency("TAX CODE", "$ 6%", "AMOUNT (RM)", "TAX (RM)") == "MYR"


def test_where_nothing_tells_there_is_none() -> None:
    """A guess would look like something that was read."""
    assert currency("GREEN GROCER", "TOTAL 5.30") is None
    assert currency("GREEN GROCER SDN BHD", "MWST 19%", "TOTAL 5.30") is None
