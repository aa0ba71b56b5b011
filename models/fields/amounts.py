"""Amounts of money in a row, however they are written: ``1,234.50``, ``1.234,50``, ``RM 3 .20``."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal

from price_parser import Price

from models.fields.rules import rules
from models.ticket.rows import Row
from models.ticket.words import Word

_NUMBER = r"\d{1,3}(?:[.,'\u2019 ]\d{3})+[.,]\s?\d{2}|\d{1,6}\s?[.,]\s?\d{2}|(?<!\w)[.,]\d{2}"
_ROUGH = re.compile(r"(?<![\w.,])[\dOolISBZ]{1,6}\s?[.,:;*'-]?\s?[\dOolISBZ]{2}(?![\w%])")
_MISREAD = str.maketrans("OolISBZ", "0011582")
_ROUGH_DIGITS = 2
_LARGEST = Decimal(10_000_000)


@dataclass(frozen=True, slots=True)
class Amount:
    """An amount, as it stands in a row.

    Attributes:
        value: with two decimals, negative if it says so.
        sign: code of the currency that stands beside it (ISO 4217); empty if none does.
        words: that it was read from.
    """

    value: Decimal
    sign: str
    words: tuple[Word, ...]

    @property
    def confidence(self) -> float:
        """That of the word that was read worst, from 0 to 1."""
        return min(word.confidence for word in self.words)


def _pattern() -> re.Pattern[str]:
    signs = "|".join(sorted(map(re.escape, rules().signs), key=len, reverse=True))
    return re.compile(
        rf"(?<![\d.,:/])(?P<minus>[-\u2212\u2013(]\s?)?(?:(?<![A-Z])(?P<before>{signs})[\s.:]{{0,2}})?"
        rf"(?P<inner>[-\u2212\u2013]\s?)?(?P<number>{_NUMBER})"
        rf"(?:\s?(?P<after>{signs})(?![A-Z]))?(?P<behind>\s?[-\u2212\u2013)](?!\d))?(?![\d%]|[.,/:]\d|\s%)",
        re.IGNORECASE,
    )


_PATTERN = _pattern()


def amounts_in(row: Row) -> Iterator[Amount]:
    """The amounts in a row, from left to right. Percentages, dates and times are none."""
    for found in _PATTERN.finditer(row.text):
        value = value_of(found["number"])
        if value is None:
            continue
        if found["inner"] or found["behind"] or (found["minus"] or "").strip():
            value = -value
        sign = rules().signs.get((found["before"] or found["after"] or "").upper(), "")
        words = row.within(found.start("number"), found.end("number"))
        yield Amount(value, sign, words)


def rough_amounts_in(row: Row) -> Iterator[Amount]:
    """What may be amounts that were misread: ``TOTAL 12 50``, ``l2.5O``, ``1250``.

    To be believed only where something else proves them.
    """
    for found in _ROUGH.finditer(row.text):
        digits = re.sub(r"\W", "", found[0]).translate(_MISREAD)
        if digits.isdecimal() and sum(map(str.isdecimal, found[0])) >= _ROUGH_DIGITS:
            value = (Decimal(digits) / 100).quantize(Decimal("0.01"))
            yield Amount(value, "", row.within(*found.span()))


def value_of(text: str) -> Decimal | None:
    """The number with two decimals that ``text`` writes; None if it is none or too large."""
    joined = re.sub(r"[\s'\u2019]", "", text)
    # With two decimals the last sign is the decimal one, whatever the country.
    price = Price.fromstring(joined, decimal_separator=joined[-3])
    if price.amount is None or price.amount >= _LARGEST:
        return None
    return price.amount.quantize(Decimal("0.01"))
