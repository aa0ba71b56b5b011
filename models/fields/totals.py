"""Total, tax and currency of a ticket: what is said of each amount, and whether the sums come out."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from models.fields.amounts import Amount, amounts_in, rough_amounts_in, value_of
from models.fields.checks import Proved, Said, may_be, prove
from models.fields.currency import find_currency
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
_AGAIN, _LATE, _LARGEST, _TAX = 0.4, 1.0, 0.7, 1.5
"""The same for each time that it stands there again, for standing low, for being the largest; and
against it that it is called a tax somewhere."""
_DOUBT, _REPAIRED = 0.5, 0.7
"""Against an amount that was misread though a sum proves it; and of how sure that leaves one."""
_PAYABLE = ("grand_total", "total", "card")
"""What is said of amounts that a sum may mend."""
_WHOLE = re.compile(r"\d{1,3}[.,]\d{2}")
_Scored = tuple[Decimal, Amount, float]


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
    said = _apart(list(_said(rows)))
    total = _total(said, list(_rough(rows)), rows)
    if total is None:
        return Sums(None, None, find_currency([one.amount for one in said], rows))
    value, amount, confidence = total
    field = _field(amount, f"{value}", confidence)
    return Sums(field, _tax(said, value), find_currency([one.amount for one in said], rows))


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


def _apart(said: Sequence[Said]) -> list[Said]:
    """A quantity beside an amount is no thousand where the amount stands elsewhere too.

    ``2 144.68`` is 144.68 on a ticket that says so once more.
    """
    whole = {one.amount.value for one in said if len(one.amount.words) == 1}
    return [_last_of(one, whole) or one for one in said]


def _last_of(one: Said, whole: set[Decimal]) -> Said | None:
    *before, last = one.amount.words
    text = last.text.strip("()*:;")
    value = value_of(text) if before and _WHOLE.fullmatch(text) else None
    if value is None or value not in whole:
        return None
    return replace(one, amount=replace(one.amount, value=value, words=(last,)))


def _rough(rows: Sequence[Row]) -> Iterator[Said]:
    """What may be misread amounts, in rows that say total and hold no other amount."""
    for number, row in enumerate(rows):
        label = rules().labels.find(row.text)
        if label is None or label.kind not in _PAYABLE or any(True for _ in amounts_in(row)):
            continue
        for amount in rough_amounts_in(row):
            yield Said(amount, label, number / len(rows))


def _without_signs(text: str) -> str:
    return " ".join(word for word in text.split() if word.strip(".:").upper() not in rules().signs)


def _total(said: Sequence[Said], rough: Sequence[Said], rows: Sequence[Row]) -> _Scored | None:
    proved = prove(said, rounded=any(_says_rounding(row) for row in rows))
    considered = [one for one in said if one.amount.value > 0]
    scores: dict[Decimal, float] = {}
    best_of: dict[Decimal, Said] = {}
    for one in considered:
        _keep(scores, best_of, one.amount.value, _said_score(one), one)
    times = Counter(one.amount.value for one in said)
    # What stands there twice was hardly misread; then a part of the sum was.
    doubtful = [one for one in (*considered, *rough) if times[one.amount.value] <= 1]
    _repair(scores, best_of, doubtful, proved)
    _calculate(scores, best_of, considered, proved)
    if not scores:
        return None
    taxes = {one.amount.value for one in said if one.kind == "tax"}
    largest = max(
        (one.amount.value for one in considered if one.kind not in ("cash", "reference", "count")),
        default=Decimal(0),
    )
    summed = proved.summed | proved.missing
    for value in scores:
        paid = value in proved.paid
        scores[value] += _PAID * paid + _SUMMED * (value in summed)
        scores[value] += _ITEMS * (value == proved.items)
        scores[value] -= _PART * (value in proved.parts and not paid)
        scores[value] -= _TAX * (value in taxes and not paid)
        scores[value] += _AGAIN * max(0, min(times[value] - 1, 3)) + _LARGEST * (value == largest)
    ranked = sorted(scores, key=lambda value: (scores[value], value), reverse=True)
    first = ranked[0]
    margin = scores[first] - (scores[ranked[1]] if len(ranked) > 1 else 0.0)
    sure = min(1.0, 0.5 + margin / 8 + 0.2 * (first in proved.paid))
    if first not in times:
        sure *= _REPAIRED
    return first, best_of[first].amount, sure * best_of[first].amount.confidence


def _keep(
    scores: dict[Decimal, float],
    best_of: dict[Decimal, Said],
    value: Decimal,
    score: float,
    one: Said,
) -> None:
    if value not in scores or score > scores[value]:
        scores[value], best_of[value] = score, one


def _said_score(one: Said) -> float:
    score = _SAID.get(one.kind, 0.0)
    if one.label is not None and score > 0:
        score -= 0.5 * one.label.errors
    return score + _LATE * one.place


def _repair(
    scores: dict[Decimal, float], best_of: dict[Decimal, Said], read: Sequence[Said], proved: Proved
) -> None:
    """What sums come out at takes the label of what may be a misreading of it."""
    for value in {*proved.paid, *proved.missing}:
        for one in read:
            if one.kind not in _PAYABLE or one.amount.value in proved.summed:
                continue
            if one.amount.value == value or may_be(one.amount.value, value):
                _keep(scores, best_of, value, _said_score(one) - _DOUBT, one)


def _calculate(
    scores: dict[Decimal, float], best_of: dict[Decimal, Said], said: Sequence[Said], proved: Proved
) -> None:
    """Where no total could be read, it is what was paid less what was given back."""
    if any(one.kind in ("grand_total", "total") for one in said):
        return
    for value, (cash, back) in proved.paid.items():
        if value not in scores and back.amount.value > 0:
            words = (*cash.amount.words, *back.amount.words)
            scores[value] = 0.0
            best_of[value] = replace(cash, amount=replace(cash.amount, words=words))


def _says_rounding(row: Row) -> bool:
    label = rules().labels.find(row.text)
    return label is not None and label.kind == "rounding"


def _tax(said: Sequence[Said], total: Decimal) -> Field | None:
    fitting = [
        one for one in said
        if one.kind == "tax" and 0 <= one.amount.value < total and one.amount.value * 3 <= total
    ]  # fmt: skip
    if not fitting:
        return None
    best = max(fitting, key=lambda one: (one.amount.value > 0, one.place))
    return _field(best.amount, f"{best.amount.value}", 0.7 * best.amount.confidence)


def _field(amount: Amount, value: str, confidence: float) -> Field:
    return Field(value, round(confidence, 3), amount.words[0].page, around(amount.words))
