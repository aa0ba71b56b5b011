"""Sums of a ticket that come out: what its total must be, whatever was read there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import product
from typing import Final

from models.fields.amounts import Amount
from models.fields.rules import Found, rules

_COIN: Final = Decimal("0.05")
"""The smallest coin where sums are rounded."""
_CENT: Final = Decimal("0.01")
_TAIL: Final = 3
"""Digits that must be left of an amount whose first ones were not read."""
_TOTALS: Final = ("grand_total", "total")
_NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Said:
    """An amount and what is said of it.

    Attributes:
        amount: see `Amount`.
        label: the phrase of the rules beside it, or above it; None if there is none.
        place: share of the ticket above it, from 0 to 1.
    """

    amount: Amount
    label: Found | None
    place: float

    @property
    def kind(self) -> str:
        """The kind of its label; empty if it has none."""
        return self.label.kind if self.label else ""


@dataclass(frozen=True, slots=True)
class Proved:
    """What sums come out at.

    Attributes:
        paid: what was paid less what was given back, and the two amounts that say so.
        summed: what comes out when tax, service and rounding are added, and stands there.
        parts: what they were added to.
        missing: what comes out where they are added to the sum before tax, and stands nowhere.
        items: the sum of what nothing is said of; None where that is one amount or none.
    """

    paid: dict[Decimal, tuple[Said, Said]]
    summed: frozenset[Decimal]
    parts: frozenset[Decimal]
    missing: frozenset[Decimal]
    items: Decimal | None


def prove(said: Sequence[Said], *, rounded: bool) -> Proved:
    """Add up what a ticket says.

    Args:
        said: the amounts that were read without doubt.
        rounded: it says that its total was rounded.
    """
    there = {one.amount.value for one in said}
    bases = {one.amount.value for one in said if one.kind in ("subtotal", *_TOTALS, "")}
    sums = {(value, base) for value, base in _sums(said, bases) if value in there}
    if rounded:
        sums |= {(value, base) for value, base in _rounded(said) if value in there}
    subtotals = {one.amount.value for one in said if one.kind == "subtotal"}
    missing = {value for value, _ in _sums(said, subtotals)} - there
    items = [one.amount.value for one in said if not one.kind]
    return Proved(
        paid=dict(_paid(said)),
        summed=frozenset(value for value, _ in sums),
        parts=frozenset(base for _, base in sums),
        missing=frozenset(missing) if not sums else frozenset(),
        items=sum(items, _NOTHING) if len(items) > 1 else None,
    )


def may_be(read: Decimal, true: Decimal) -> bool:
    """Whether ``true`` may have been misread as ``read``.

    One digit looks like another, or its first digits are missing.
    """
    one, other = str(read).replace(".", ""), str(true).replace(".", "")
    if len(one) != len(other):
        return len(one) >= _TAIL and len(one) < len(other) and other.endswith(one)
    wrong = [(a, b) for a, b in zip(one, other, strict=True) if a != b]
    return len(wrong) == 1 and frozenset(wrong[0]) in rules().digits


def _paid(said: Sequence[Said]) -> Iterator[tuple[Decimal, tuple[Said, Said]]]:
    given = [one for one in said if one.kind in ("cash", "card")]
    for back in (one for one in said if one.kind == "change"):
        for cash in given:
            if cash.amount.value > back.amount.value >= 0:
                yield cash.amount.value - back.amount.value, (cash, back)


def _sums(said: Sequence[Said], bases: Iterable[Decimal]) -> Iterator[tuple[Decimal, Decimal]]:
    """What comes out, and what it was added to."""
    taxes = _values(said, "tax", "service")
    rounding = {sign * value for value in _values(said, "rounding") for sign in (1, -1)}
    less = {-value for value in _values(said, "discount")}
    for base, tax, rest in product(bases, taxes | {_NOTHING}, rounding | less | {_NOTHING}):
        value = base + tax + rest
        if rest in rounding and value % _COIN:
            continue
        if value != base and value > 0 and value not in (tax, abs(rest)):
            yield value, base


def _rounded(said: Sequence[Said]) -> Iterator[tuple[Decimal, Decimal]]:
    for one in said:
        value = (one.amount.value / _COIN).quantize(Decimal(1)) * _COIN
        if one.kind in _TOTALS and value != one.amount.value:
            yield value.quantize(_CENT), one.amount.value


def _values(said: Sequence[Said], *kinds: str) -> set[Decimal]:
    return {abs(one.amount.value) for one in said if one.kind in kinds} - {_NOTHING}
