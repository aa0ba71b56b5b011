"""Numbers in sentences."""

from __future__ import annotations


def counted(number: int, one: str, many: str = "") -> str:
    """A number and what is counted, as in ``1 image`` and ``2 images``.

    Args:
        number: how many.
        one: the noun in the singular.
        many: in the plural, where it is not the singular and an s.
    """
    return f"{number} {one if number == 1 else many or one + 's'}"
