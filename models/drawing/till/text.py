"""What a till prints: the rows of a receipt, with sums that are right."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

import numpy as np

from models.drawing.till.tongues import TONGUES, Tongue
from models.drawing.words import address, chance, day, digits, goods, invented, pick, shop

RowKind = Literal["centred", "sides", "rule", "blank", "banner"]


@dataclass(frozen=True, slots=True)
class Row:
    """One printed row: `left` alone, or `left` and a right-aligned `right`, or a rule of `left`."""

    kind: RowKind
    left: str = ""
    right: str = ""
    scale: int = 1
    bold: bool = False


@dataclass(frozen=True, slots=True)
class TillText:
    """The rows of a receipt and the truth about it; `items` are (name, amount)."""

    rows: tuple[Row, ...]
    vendor: str
    date: dt.date
    items: tuple[tuple[str, Decimal], ...]
    subtotal: Decimal
    tax: Decimal
    total: Decimal
    currency: str


_CENT: Final = Decimal("0.01")


def compose(rng: np.random.Generator, *, items: int | None = None) -> TillText:
    """Make up a receipt; `items` is how many things were bought (by default 1 to 25)."""
    tongue = pick(rng, TONGUES)
    count = int(rng.choice([1, 2, 3, 4, 5, 6, 8, 10, 14, 19, 25])) if items is None else items
    sign = tongue.sign if tongue.sign and chance(rng, 0.5) else ""
    vendor, date = shop(rng), day(rng)
    rule = pick(rng, ("-", "-", "=", "*", "_", ".", "- "))

    def amount(value: Decimal) -> str:
        plain = f"{value:,.2f}" if not tongue.comma else f"{value:.2f}".replace(".", ",")
        return f"{sign} {plain}" if len(sign) > 1 else f"{sign}{plain}"

    def line() -> Row:
        return Row("rule", rule) if chance(rng, 0.75) else Row("blank")

    rows = [*_head(rng, tongue, vendor), line()]
    rows += _times(rng, tongue, date)
    rows.append(line())
    if chance(rng, 0.4):
        rows += [Row("sides", "Qty Description", "Amount"), line()]
    bought: list[tuple[str, Decimal]] = []
    layout = int(rng.integers(5))
    for _ in range(count):
        name, cost, printed = _item(rng, layout, amount)
        bought.append((name, cost))
        rows += printed
    rows.append(line())

    subtotal = sum((cost for _, cost in bought), Decimal(0))
    rate = Decimal(pick(rng, ("0", "0.06", "0.07", "0.19", "0.20")))
    tax = (subtotal * rate).quantize(_CENT)
    total = subtotal + tax
    rows.append(Row("sides", tongue.subtotal, amount(subtotal)))
    if tax:
        label = tongue.tax.split()[0]
        shown = f"{label} {rate * 100:.0f}%" if chance(rng, 0.7) else label
        rows.append(Row("sides", shown, amount(tax)))
    scale = 2 if chance(rng, 0.4) else 1
    if chance(rng, 0.3):
        rows.append(line())
    rows.append(Row("sides", pick(rng, tongue.total), amount(total), scale, chance(rng, 0.6)))
    rows += _payment(rng, tongue, total, amount)
    rows += _foot(rng, tongue, line)
    return TillText(tuple(rows), vendor, date, tuple(bought), subtotal, tax, total, tongue.currency)


def _head(rng: np.random.Generator, tongue: Tongue, vendor: str) -> list[Row]:
    scale = 2 if chance(rng, 0.35) and len(vendor) < 18 else 1
    rows = [Row("centred", vendor, scale=scale, bold=chance(rng, 0.5))]
    rows += [Row("centred", text) for text in address(rng)]
    if chance(rng, 0.6):
        rows.append(Row("centred", f"TEL {digits(rng, 3)}-{digits(rng, 7)}"))
    if chance(rng, 0.6):
        rows.append(Row("centred", f"{tongue.tax_id} {digits(rng, int(rng.integers(9, 13)))}"))
    if chance(rng, 0.2):
        rows.append(Row("centred", f"www.{invented(rng, 2)}.com"))
    if chance(rng, 0.6):
        if chance(rng, 0.5):
            rows.append(Row("blank"))
        heading = pick(rng, tongue.heading)
        banner = chance(rng, 0.12)
        rows.append(Row("banner" if banner else "centred", heading, bold=chance(rng, 0.5)))
    return rows


def _times(rng: np.random.Generator, tongue: Tongue, date: dt.date) -> list[Row]:
    moment = f"{rng.integers(7, 23):02}:{rng.integers(60):02}" + pick(rng, ("", ":12", ":47"))
    shown = date.strftime(pick(rng, tongue.dates))
    rows = []
    for label in tongue.till:
        if chance(rng, 0.45):
            value = digits(rng, int(rng.integers(1, 9)))
            row = Row("sides", label, value) if chance(rng, 0.2) else _labelled(label, value)
            rows.append(row)
    match int(rng.integers(3)):
        case 0:
            rows.append(Row("sides", shown, moment))
        case 1:
            rows.append(_labelled(tongue.date, f"{shown} {moment}"))
        case _:
            rows.append(Row("sides", f"{tongue.date}: {shown}", moment))
    return rows


def _labelled(label: str, value: str) -> Row:
    return Row("sides", f"{label:<10}: {value}")


def _item(
    rng: np.random.Generator, layout: int, amount: Callable[[Decimal], str]
) -> tuple[str, Decimal, list[Row]]:
    name = goods(rng)
    quantity = int(rng.choice([1, 1, 1, 1, 2, 3, 5]))
    price = Decimal(int(np.exp(rng.normal(6.3, 0.9))) + 5) / 100
    cost = (quantity * price).quantize(_CENT)
    match layout:
        case 0:
            rows = [Row("sides", f"{quantity} {name.title()}", amount(cost))]
        case 1:
            rows = [Row("sides", name, amount(cost))]
            if quantity > 1:
                rows.append(Row("sides", f"   {quantity} x {amount(price)}"))
        case 2:
            rows = [
                Row("sides", f"{digits(rng, 8)}"),
                Row("sides", name),
                Row("sides", f"  {quantity} X  {amount(price)}", amount(cost)),
            ]
        case 3:
            rows = [
                Row("sides", name),
                Row("sides", f"  {quantity:<5}{amount(price):>9}", amount(cost)),
            ]
        case _:
            rows = [Row("sides", f"{name}  {quantity}", f"{amount(cost)} {pick(rng, 'ABZS')}")]
    return name, cost, rows


def _payment(
    rng: np.random.Generator,
    tongue: Tongue,
    total: Decimal,
    amount: Callable[[Decimal], str],
) -> list[Row]:
    if chance(rng, 0.15):
        return []
    means = pick(rng, tongue.cash)
    if chance(rng, 0.35):
        return [Row("sides", means, amount(total))]
    given = (total // 10 + 1) * 10
    return [
        Row("sides", means, amount(given)),
        Row("sides", tongue.change, amount(given - total)),
    ]


def _summary(rng: np.random.Generator, tongue: Tongue) -> list[Row]:
    """Print the tax once more as a small table of codes."""
    label = tongue.tax.split()[0]
    rows = [Row("sides", f"{label} Summary", bold=chance(rng, 0.5))] if chance(rng, 0.6) else []
    rows.append(Row("sides", f"{'Code':<7}{'%':<6}{'Amount':<9}", label))
    for code in "ABC"[: int(rng.integers(1, 4))]:
        net, share = int(rng.integers(100, 20000)), int(rng.choice([0, 6, 7, 19]))
        tax = f"{net * share / 10000:.2f}"
        rows.append(Row("sides", f"{code:<7}{share:<6}{net / 100:<9.2f}", tax))
    return rows


def _foot(rng: np.random.Generator, tongue: Tongue, line: Callable[[], Row]) -> list[Row]:
    rows = [line()]
    if chance(rng, 0.25):
        rows += _summary(rng, tongue)
        rows.append(line())
    elif chance(rng, 0.15):
        rows += [
            Row("sides", f"{invented(rng, 2).title()} {digits(rng, 3)}", digits(rng, 4))
            for _ in range(rng.integers(2, 9))
        ]
        rows.append(line())
    if chance(rng, 0.3):
        rows.append(Row("blank"))
    start = int(rng.integers(len(tongue.thanks)))
    rows += [Row("centred", text) for text in tongue.thanks[start:]]
    if chance(rng, 0.3):
        rows.append(Row("centred", digits(rng, int(rng.integers(8, 22)))))
    return rows
