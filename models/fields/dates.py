"""The date of a ticket, however it is written, as ISO 8601."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

import dateparser

from config.settings import DateOrder
from models.fields.rules import rules
from models.fields.ticket import DOUBT, Field
from models.ticket.rows import Row
from models.ticket.words import Word, around

_MONTHS: Final = 12
_EARLIEST: Final = 1990
_SHORT_YEARS: Final = 2000
"""A year of two digits before this one, in front, is a number of something else, of a version say."""
_AHEAD: Final = 50
"""Years from today until which a ticket may name a day that is to come."""
_LANGUAGES: Final = ["en", "de", "fr", "es", "it", "nl", "pt", "ms", "pl"]
_D = r"[0-9OoIlSB]"
_SEP = r"\s?[-/.,'\u2019]\s?"
_YEAR = rf"(?:[12I]{_D}{{3}}|{_D}{{2}})"
_PATTERNS: Final = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        # 2018-03-21, 2018/3/21
        rf"(?<!\w)(?P<year>[12]{_D}{{3}}){_SEP}(?P<b>{_D}{{1,2}}){_SEP}(?P<c>{_D}{{1,2}})(?!\d)",
        # 20180321
        r"(?<!\w)(?P<year>20\d\d)(?P<b>0[1-9]|1[0-2])(?P<c>0[1-9]|[12]\d|3[01])(?!\w)",
        # 21/03/2018, 21.3.18, 21-03-18
        rf"(?<![\w.,/-])(?P<a>{_D}{{1,2}}){_SEP}(?P<b>{_D}{{1,2}}){_SEP}(?P<year>{_YEAR})(?![\d]|[.,/-]\d)",
        # 21 Mar 2018, 25/FEB/2017, 21st March, 2018
        rf"(?<!\w)(?P<a>{_D}{{1,2}})(?:st|nd|rd|th|\.)?[-/.,\s]*(?P<name>[^\W\d_]{{3,9}})[-/.,'\s]*(?P<year>{_YEAR})(?!\d)",
        # Mar 21, 2018
        rf"(?<!\w)(?P<name>[^\W\d_]{{3,9}})\.?\s*(?P<a>{_D}{{1,2}})(?:st|nd|rd|th)?[-/.,\s]+(?P<year>[12]{_D}{{3}})(?!\d)",
    )
)
# What may be a date whose signs between the numbers were misread, or that is glued to something.
_GAP = r"\s?[-/.,'\u2019|~_:\u2013\u2014]{1,2}\s?"
_BLANK = r"\s"
_ROUGH: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # 2018 01-15
        rf"(?<![\w.,/-])(?P<year>20{_D}{{2}})(?:{_GAP}|{_BLANK})(?P<b>{_D}{{2}})(?:{_GAP}|{_BLANK})(?P<c>{_D}{{2}})(?![\w.,/-])",
        # 15|01|2018, 15 01-2018, DATE15/01/2018, 15/01/201810:20
        rf"(?<![\d.,/-])(?P<a>{_D}{{1,2}}){_GAP}(?P<b>{_D}{{1,2}}){_GAP}(?P<year>[12]{_D}{{3}})(?!\d(?!\d?:))",
        rf"(?<![\d.,/-])(?P<a>{_D}{{2}})(?:{_GAP}|{_BLANK})(?P<b>{_D}{{2}})(?:{_GAP}|{_BLANK})(?P<year>[12]{_D}{{3}})(?!\d(?!\d?:))",
        # 15/0112018, 1510112018: a stroke that was read as a one
        r"(?<![\w.,/-])(?P<a>\d{1,2})[-/|](?P<b>\d{1,2})1(?P<year>20\d\d)(?!\d)",
        r"(?<![\w.,/-])(?P<a>\d\d)1(?P<b>\d\d)[-/|1](?P<year>20\d\d)(?!\d)",
        # 15|01/18
        r"(?<![\w.,/|-])(?P<a>\d\d)[-/|~](?P<b>\d\d)[-/|~](?P<year>\d\d)(?![\w.,/|-])",
        # 15/01/7018
        r"(?<![\w.,/-])(?P<a>\d\d)[-/.](?P<b>\d\d)[-/.](?P<year>\d{4})(?![\w.,/-])",
        # 15 01-18, 15-01 18
        rf"(?<![\w.,/:-])(?P<a>\d\d)(?:{_BLANK}[-/]|[-/]{_BLANK}|{_BLANK})(?P<b>\d\d)[-/](?P<year>\d\d)(?![\w.,/:-]|\s\d)",
        rf"(?<![\w.,/:-])(?P<a>\d\d)[-/](?P<b>\d\d){_BLANK}(?P<year>\d\d)(?![\w.,/:-]|\s\d)",
    )
)
_MISREAD = str.maketrans("OoIlSB", "001158")
_TIME = re.compile(r"(?<![\d:])(?:[01]?\d|2[0-3])\s?[:.]\s?[0-5]\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Candidate:
    """A date on a ticket.

    Attributes:
        readings: what it may mean, by the order of its numbers.
        repaired: letters were taken for digits.
        label: what stands before it in its row.
        timed: a time of day stands in its row.
        words: that it was read from.
        place: share of the ticket above it, from 0 to 1.
        numbers: the first two, where day and month are numbers and the year stands behind them.
    """

    readings: dict[DateOrder, date]
    repaired: bool
    label: str
    timed: bool
    words: tuple[Word, ...]
    place: float
    numbers: tuple[int, int] | None = None

    @property
    def certain(self) -> bool:
        """Whether it means one day only."""
        return len(set(self.readings.values())) == 1


def find_date(rows: Sequence[Row], *, order: DateOrder, today: date) -> Field | None:
    """The date of the ticket; None where there is none.

    Args:
        rows: of the ticket, from the top.
        order: of the numbers, where nothing else tells.
        today: later dates are none.
    """
    found = list(_candidates(rows, today)) or list(_rough_candidates(rows, today, order))
    if not found:
        return None
    orders = [order, "DMY", "MDY", "YMD"]
    certain = {day for one in found if one.certain for day in one.readings.values()}
    # Where several tickets were scanned as one, vendor and date are those of the first.
    first = min(one.words[0].page for one in found)
    best = max((one for one in found if one.words[0].page == first), key=_rank)
    day, sure = _meant(best, certain, orders)
    confidence = min(word.confidence for word in best.words)
    confidence *= (1.0 if sure else DOUBT) * (0.7 if best.repaired else 1.0)
    field = Field(day.isoformat(), round(confidence, 3), best.words[0].page, around(best.words))
    return _with_orders(field, best, day, sure)


def _with_orders(field: Field, one: Candidate, day: date, sure: bool) -> Field:
    """The field with the order that its numbers prove, or with the other day that it may be."""
    if one.numbers is None or one.repaired or one.numbers[0] == one.numbers[1]:
        return field
    if one.certain:
        # A parser may have taken them the other way round: only the calendar proves it.
        proof: DateOrder = "DMY" if one.numbers == (day.day, day.month) else "MDY"
        return replace(field, order=proof) if day.day > _MONTHS else field
    order = next(order for order, other in one.readings.items() if other == day)
    if sure:
        return replace(field, order=order)
    other = next(other for other in one.readings if other != order)
    otherwise = one.readings[other].isoformat()
    return replace(field, order=order, otherwise=otherwise, other_order=other)


def _candidates(rows: Sequence[Row], today: date) -> Iterator[Candidate]:
    for number, row in enumerate(rows):
        taken: list[tuple[int, int]] = []
        for pattern in _PATTERNS:
            for match in pattern.finditer(row.text):
                start, end = match.span()
                if any(start < after and before < end for before, after in taken):
                    continue
                readings, repaired = _readings(match, today)
                if not readings:
                    continue
                taken.append((start, end))
                rest = row.text[:start] + " " + row.text[end:]
                yield Candidate(
                    readings, repaired, row.text[:start], bool(_TIME.search(rest)),
                    row.within(start, end), number / len(rows), _numbers(match),
                )  # fmt: skip


def _numbers(match: re.Match[str]) -> tuple[int, int] | None:
    parts = match.groupdict()
    if parts.get("name") or not parts.get("a"):
        return None
    first, second = (int(parts[key].translate(_MISREAD)) for key in ("a", "b"))
    return first, second


def _rough_candidates(rows: Sequence[Row], today: date, order: DateOrder) -> Iterator[Candidate]:
    """What may be a date on a ticket that has no other. A telephone number is none."""
    for number, row in enumerate(rows):
        said = rules().labels.find(row.text)
        if said and said.kind == "reference":
            continue
        for pattern in (*_ROUGH, *_PATTERNS):
            for match in pattern.finditer(row.text):
                readings = _readings(match, today)[0] or _mended(match, today, order)
                if readings:
                    start, end = match.span()
                    timed = bool(_TIME.search(row.text[:start] + " " + row.text[end:]))
                    words = row.within(start, end)
                    yield Candidate(
                        readings, True, row.text[:start], timed, words, number / len(rows)
                    )


def _mended(match: re.Match[str], today: date, order: DateOrder) -> dict[DateOrder, date]:
    """The one day that there is with one digit taken for another that looks like it.

    Of ``08/69/2017`` that is the 8th of September; where there are several, none is sure.
    """
    parts = match.groupdict()
    if parts.get("name") or "a" not in parts or len(parts["year"]) != len("2018"):
        return {}
    a, b, year = (parts[key].translate(_MISREAD) for key in ("a", "b", "year"))
    text = f"{a}/{b}/{year}"
    if (day := _parsed(text, order)) and day.year - today.year < _AHEAD:
        return {}  # It says when something ends.
    days = {
        day
        for place, sign in enumerate(text)
        for pair in rules().digits if sign in pair
        for other in pair - {sign}
        if (day := _parsed(text[:place] + other + text[place + 1 :], order))
        and day.year >= _EARLIEST and day <= today
    }  # fmt: skip
    return {order: days.pop()} if len(days) == 1 else {}


def _readings(match: re.Match[str], today: date) -> tuple[dict[DateOrder, date], bool]:
    parts = match.groupdict()
    name = parts.get("name")
    numbers = {key: text for key, text in parts.items() if text and key != "name"}
    digits = {key: text.translate(_MISREAD) for key, text in numbers.items()}
    repaired = digits != numbers
    if repaired and sum(map(str.isdigit, "".join(numbers.values()))) < 4:
        return {}, False
    readings: dict[DateOrder, date] = {}
    if name is not None:
        written: list[tuple[DateOrder, str]] = [("DMY", f"{digits['a']} {name} {digits['year']}")]
    elif "a" in digits:
        written = [
            (order, "/".join((digits["a"], digits["b"], digits["year"])))
            for order in ("DMY", "MDY")
        ]
        if len(digits["year"]) == 2:
            written.append(("YMD", "/".join((digits["a"], digits["b"], digits["year"]))))
    else:
        written = [("YMD", "-".join((digits["year"], digits["b"], digits["c"])))]
    for order, text in written:
        day = _parsed(text, order)
        if day is None or day > today:
            continue
        in_front = "a" in digits and not digits["year"].endswith(f"{day.year % 100:02}")
        if day.year >= (_SHORT_YEARS if in_front else _EARLIEST):
            readings[order] = day
    if len(readings) > 1 and "YMD" in readings and "a" in digits:
        del readings["YMD"]  # only where nothing else fits
    return readings, repaired


def _parsed(text: str, order: DateOrder) -> date | None:
    settings = {
        "DATE_ORDER": order, "STRICT_PARSING": True, "PREFER_LOCALE_DATE_ORDER": False,
        "PARSERS": ["absolute-time"],
    }  # fmt: skip
    found = dateparser.parse(text, languages=_LANGUAGES, settings=settings)
    return found.date() if found else None


def _rank(one: Candidate) -> tuple[float, float]:
    said = rules().date_labels.find(one.label)
    score = 0.0
    if said:
        score += 2.0 if said.kind == "yes" else -3.0
    score += 1.0 * one.timed - 1.0 * one.repaired
    score += 0.3 * one.certain
    return score, -one.place


def _meant(one: Candidate, certain: set[date], orders: Sequence[DateOrder]) -> tuple[date, bool]:
    """The day that is meant, and whether more than a habit says so."""
    for day in one.readings.values():
        if one.certain or day in certain:
            return day, True
    return next(one.readings[order] for order in orders if order in one.readings), False
