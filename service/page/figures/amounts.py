"""Counts, shares and times as a person reads them."""

from __future__ import annotations


def scans(number: int) -> str:
    """So many scans, with a comma for thousands."""
    return f"{number:,} {'scan' if number == 1 else 'scans'}"


def percent(share: float) -> str:
    """A share in [0, 1]; not 100 % where one of many was wrong."""
    if 0.995 <= share < 1 or 0 < share <= 0.005:
        return f"{100 * share:.1f} %"
    return f"{100 * share:.0f} %"


def seconds(number: float) -> str:
    """A time, at least 0."""
    if number < 10:
        return f"{number:.2g} s"
    if number < 120:
        return f"{number:.0f} s"
    return f"{number / 60:.0f} min" if number < 7200 else f"{number / 3600:.1f} h"
