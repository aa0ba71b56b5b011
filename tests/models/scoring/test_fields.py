from __future__ import annotations

import pytest

from models.fields.ticket import Field, Fields
from models.scoring.fields import TrueFields, judge_fields, similarity

BOX = (0, 0, 10, 10)


def found(**values: str) -> Fields:
    """Fields with these values."""
    return Fields(**{name: Field(value, 0.9, 1, BOX) for name, value in values.items()})


def test_only_what_is_known_is_asked_for() -> None:
    """A field that nobody wrote down would count as wrong."""
    true = TrueFields(total="12.50")
    assert judge_fields(found(total="12.50", vendor="A"), true) == {"total": True}
    assert judge_fields(found(vendor="A"), true) == {"total": False}
    assert judge_fields(found(), TrueFields()) == {}


def test_a_vendor_may_be_similar_or_the_same() -> None:
    """One letter misread would be as bad as another shop."""
    true = TrueFields(vendor="GREEN GROCER SDN BHD")
    for said, similar, exact in (
        ("Green  Grocer Sdn Bhd", True, True),
        ("GREEN GR0CER SDN BHD", True, False),
        ("RED GROCER", False, False),
    ):
        assert judge_fields(found(vendor=said), true) == {
            "vendor": similar,
            "vendor_exact": exact,
        }


def test_similarity_is_that_of_difflib() -> None:
    """Figures could not be compared with those of others."""
    assert similarity("abcd", "bcde") == pytest.approx(0.75)
    assert similarity("a  b", "A B") == 1.0


def test_date_currency_and_tax_are_compared() -> None:
    """A column of the table would say nothing."""
    true = TrueFields(ticket_date="2026-11-22", currency="EUR", tax="1.90")
    said = found(ticket_date="2026-11-22", currency="USD", tax="1.90")
    assert judge_fields(said, true) == {"ticket_date": True, "currency": False, "tax": True}
