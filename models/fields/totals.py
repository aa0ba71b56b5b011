"""Total, tax and currency of a ticket: what is said of each amount, and whether the sums come out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from models.fields.amounts import Amount, amounts_in
from models.fields.rules import Found, plain, rules
from models.fields.ticket import Field
from models.ticket.rows import Row
from models.ticket.words import around

_SAID = {
    "grand_total": 4.0, "total": 3.0, "card": 2.0, "subtotal": 1.0, "cash": 0.5, "service": -1.0, "tax": -2.0,
    "change": -2.5, "rounding": -3.0, "discount": -2.0, "count": -3.0, "reference": -2.0,
}  # fmt: skip
"""How much a label speaks for an amount as the total, in steps of likelihood."""
_PAID, _SUMMED, _ITEMS, _PART = 3.0, 2.0, 1.5, 1.5
"""How much it speaks for an amount that a sum comes out at it, or against it that it is a part."""
_AGAIN, _LATE, _LARGEST = 0.4, 1.0, 0.7
"""The same for each time that it stands there again, for standing low, for being the largest."""


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
class Sums:
    """What a ticket comes to; each None where it does not say."""

    total: Field | None
    tax: Field | None
    currency: Field | None


def find_sums(rows: Sequence[Row]) -> Sums:
    """Total, tax and currency of a ticket.

    Args:
        rows: of the ticket, from the top.
    """
    said = list(_said(rows))
    total = _total(said)
    if total is None:
        return Sums(None, None, _currency(said, rows))
    best, confidence = total
    field = _field(best.amount, f"{best.amount.value}", confidence)
    return Sums(field, _tax(said, best.amount.value), _currency(said, rows))


def _said(rows: Sequence[Row]) -> Iterator[Said]:
    """Each amount with its label: in its row, or above it where nothing else stands in its row."""
    labels = rules().labels
    above: Found | None = None
    for number, row in enumerate(rows):
        amounts = list(amounts_in(row))
        if not amounts:
            above = labels.find(row.text) if plain(row.text) else above
            continue
        own = labels.find(row.text)
        label = own or (above if not plain(_without_signs(row.text)) else None)
        for amount in amounts:
            yield Said(amount, label, number / len(rows))
        above = None


def _without_signs(text: str) -> str:
    return " ".join(word for word in text.split() if word.strip(".:").upper() not in rules().signs)


def _total(said: Sequence[Said]) -> tuple[Said, float] | None:
    scores: dict[Decimal, float] = {}
    best_of: dict[Decimal, Said] = {}
    times = Counter(one.amount.value for one in said)
    paid = set(_paid(said))
    summed, parts = _summed(said)
    items = _items(said)
    considered = [one for one in said if one.amount.value > 0]
    largest = max(
        (one.amount.value for one in considered if one.kind not in ("cash", "reference", "count")),
        default=Decimal(0),
    )
    for one in considered:
        value = one.amount.value
        score = _SAID.get(one.kind, 0.0)
        if one.label is not None and score > 0:
            score -= 0.5 * one.label.errors
        score += _LATE * one.place
        if value not in scores or score > scores[value]:
            scores[value], best_of[value] = score, one
    for value in scores:
        scores[value] += _PAID * (value in paid) + _SUMMED * (value in summed)
        scores[value] += _ITEMS * (value == items)
        scores[value] -= _PART * (value in parts and value not in paid)
        scores[value] += _AGAIN * min(times[value] - 1, 3) + _LARGEST * (value == largest)
    if not scores:
        return None
    ranked = sorted(scores, key=lambda value: (scores[value], value), reverse=True)
    first = ranked[0]
    margin = scores[first] - (scores[ranked[1]] if len(ranked) > 1 else 0.0)
    sure = min(1.0, 0.5 + margin / 8 + 0.2 * (first in paid))
    return best_of[first], sure * best_of[first].amount.confidence


def _paid(said: Sequence[Said]) -> Iterator[Decimal]:
    """What was paid less what was given back."""
    given = {
        one.amount.value for one in said if one.kind in ("cash", "card", "grand_total", "total")
    }
    for back in {one.amount.value for one in said if one.kind == "change"}:
        for cash in given:
            if cash > back >= 0 and any(
                one.amount.value == cash and one.kind in ("cash", "card") for one in said
            ):
                yield cash - back


def _summed(said: Sequence[Said]) -> tuple[set[Decimal], set[Decimal]]:
    """What comes out when tax, service and rounding are added; and what they are added to."""
    there = {one.amount.value for one in said}
    bases = {
        one.amount.value for one in said if one.kind in ("subtotal", "total", "grand_total", "")
    }
    sums, parts = set[Decimal](), set[Decimal]()
    for one in said:
        extra = one.amount.value
        if one.kind not in ("tax", "service", "rounding", "discount") or extra == 0:
            continue
        signs = {"rounding": (1, -1), "discount": (-1,)}.get(one.kind, (1,))
        for base in bases:
            for sign in signs:
                value = base + sign * abs(extra)
                if value in there and value != extra:
                    sums.add(value)
                    parts.add(base)
    return sums, parts


def _items(said: Sequence[Said]) -> Decimal | None:
    """The sum of what nothing is said of; None where that is one amount or none."""
    items = [one.amount.value for one in said if not one.kind]
    return sum(items, Decimal(0)) if len(items) > 1 else None


def _tax(said: Sequence[Said], total: Decimal) -> Field | None:
    fitting = [
        one for one in said
        if one.kind == "tax" and 0 <= one.amount.value < total and one.amount.value * 3 <= total
    ]  # fmt: skip
    if not fitting:
        return None
    best = max(fitting, key=lambda one: (one.amount.value > 0, one.place))
    return _field(best.amount, f"{best.amount.value}", 0.7 * best.amount.confidence)


def _currency(said: Iterable[Said], rows: Sequence[Row]) -> Field | None:
    """The sign beside most amounts; else one that stands alone."""
    signed = [one.amount for one in said if one.amount.sign]
    if signed:
        ((code, times),) = Counter(amount.sign for amount in signed).most_common(1)
        first = next(amount for amount in signed if amount.sign == code)
        return _field(first, code, times / len(signed))
    for row in rows:
        for word in row.words:
            code = rules().signs.get(word.text.strip("().:,*").upper(), "")
            if code:
                return Field(code, 0.8 * word.confidence, word.page, word.box)
    return None


def _field(amount: Amount, value: str, confidence: float) -> Field:
    return Field(value, round(confidence, 3), amount.words[0].page, around(amount.words))
