"""Words, names, numbers and dates to fill drawings with; every shop and person is invented."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

T = TypeVar("T")


def _split(words: str) -> tuple[str, ...]:
    return tuple(words.split())


_STARTS: Final = _split("b br c ch d f fr g gr h j k kl l m n p pr qu r s st t tr v w z")
_MIDDLES: Final = _split("a e i o u ai ea ou ie a e i o")
_ENDS: Final = _split("n r s t l m nd st ck ng rt x lo na ra mi te")
_COMMON: Final = _split(
    "the of and to in is for that on with as by from at this are be or an not which was "
    "has will each may under over when page table line number value result model section "
    "part"
)
_TRADES: Final = _split(
    "MARKET STORE TRADING BAKERY CAFE RESTAURANT PHARMACY HARDWARE BOOKS STATIONERY "
    "MINIMART FOODS GROCER DELI BISTRO SUPERMARKET ENTERPRISE KITCHEN GARDEN MOTORS SHOP "
    "PETROL TOYS"
)
_FORMS: Final = ("", "", "", " LTD", " GMBH", " SDN BHD", " INC", " & CO", " S.A.", " KG")
_STREETS: Final = (
    "STREET",
    "ROAD",
    "AVENUE",
    "LANE",
    "JALAN",
    "STRASSE",
    "RUE",
    "PLAZA",
    "DRIVE",
    "ALLEE",
)
_GOODS: Final = _split(
    "MILK BREAD BUTTER APPLE BANANA COFFEE TEA WATER JUICE CHEESE EGGS RICE NOODLE SOUP "
    "CHICKEN FISH BEEF SALAD YOGURT CAKE COOKIE SUGAR SALT OIL TOMATO ONION POTATO PASTA "
    "SAUCE PIZZA BURGER PEN PAPER GLUE TAPE BATTERY BULB CABLE SOAP TOWEL BRUSH NAIL SCREW "
    "PAINT BOLT FUSE"
)
_KINDS: Final = _split(
    "FRESH ORGANIC LARGE SMALL WHITE BROWN SPECIAL CLASSIC HOT ICED MIXED PREMIUM LIGHT RED GREEN"
)
_MEASURES: Final = ("", "", "", " 500G", " 1KG", " 250ML", " 1L", " 6PC", " 2X", " XL", " 12S")


def pick(rng: np.random.Generator, choices: Sequence[T]) -> T:
    """Choose one, each as likely as the others."""
    return choices[int(rng.integers(len(choices)))]


def chance(rng: np.random.Generator, share: float) -> bool:
    """Answer yes in the given share of cases, 0 to 1."""
    return bool(rng.random() < share)


def invented(rng: np.random.Generator, syllables: int | None = None) -> str:
    """Make up one lower-case word."""
    count = int(rng.integers(1, 4)) if syllables is None else syllables
    parts = [pick(rng, _STARTS) + pick(rng, _MIDDLES) for _ in range(count)]
    return "".join(parts) + pick(rng, _ENDS)


def phrase(rng: np.random.Generator, count: int) -> str:
    """Make up words, common ones among them."""
    return " ".join(pick(rng, _COMMON) if chance(rng, 0.4) else invented(rng) for _ in range(count))


def title(rng: np.random.Generator, count: int) -> str:
    """Make up a heading with capitals."""
    return " ".join(invented(rng, int(rng.integers(1, 3))).capitalize() for _ in range(count))


def shop(rng: np.random.Generator) -> str:
    """Make up a shop's name in capitals."""
    owner = " ".join(
        invented(rng, int(rng.integers(1, 3))).upper() for _ in range(rng.integers(1, 3))
    )
    return f"{owner} {pick(rng, _TRADES)}{pick(rng, _FORMS)}"


def address(rng: np.random.Generator) -> list[str]:
    """Make up two or three lines of an address, in capitals."""
    lines = [f"NO {rng.integers(1, 400)} {invented(rng, 2).upper()} {pick(rng, _STREETS)}"]
    if chance(rng, 0.4):
        lines.append(f"{invented(rng, 2).upper()} {pick(rng, ('PARK', 'CENTRE', 'TAMAN', 'HOF'))}")
    lines.append(f"{rng.integers(10000, 99999)} {invented(rng, 2).upper()}")
    return lines


def goods(rng: np.random.Generator) -> str:
    """Name something that is sold, in capitals."""
    kind = f"{pick(rng, _KINDS)} " if chance(rng, 0.5) else ""
    return f"{kind}{pick(rng, _GOODS)}{pick(rng, _MEASURES)}"


def digits(rng: np.random.Generator, count: int) -> str:
    """Return that many digits."""
    return "".join(str(digit) for digit in rng.integers(0, 10, count))


def day(rng: np.random.Generator) -> dt.date:
    """Choose a date of the years 2010 to 2029."""
    return dt.date(2010, 1, 1) + dt.timedelta(days=int(rng.integers(0, 7300)))
