"""Every kind of document that can be drawn, by name: each is a class to learn from.

Fillings and layout are random, the manner of a kind is one. Pages come clean; `wear.age` makes
scans of them and `wear.on_ground` photos.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final, Protocol

import numpy as np
import numpy.typing as npt

from models.drawing import wear
from models.drawing.kinds import cards, charts, codes, diagrams, figures, forms, pages
from models.drawing.words import chance


class DrawDocument(Protocol):
    """Draws one document of its kind, `width` pixels wide, uint8 (height, width)."""

    def __call__(self, rng: np.random.Generator, width: int = 480) -> npt.NDArray[np.uint8]:
        """Draw it."""
        ...


DOCUMENT_KINDS: Final[Mapping[str, DrawDocument]] = MappingProxyType(
    {
        "answer_sheet": forms.answer_sheet,
        "bar_chart": charts.bar_chart,
        "barcode_label": codes.barcode_label,
        "calendar": cards.calendar,
        "card": cards.card,
        "catalogue": forms.catalogue,
        "code_listing": pages.code_listing,
        "contour_map": figures.contour_map,
        "crossword": codes.crossword,
        "diagram": diagrams.diagram,
        "floor_plan": diagrams.floor_plan,
        "form": forms.form,
        "handwritten_page": pages.handwritten_page,
        "invoice": forms.invoice,
        "letter": pages.letter,
        "line_chart": charts.line_chart,
        "line_map": figures.line_map,
        "matrix_code": codes.matrix_code,
        "maze": codes.maze,
        "newspaper_page": pages.newspaper_page,
        "number_puzzle": codes.number_puzzle,
        "parcel_label": cards.parcel_label,
        "pie_chart": charts.pie_chart,
        "poster": cards.poster,
        "printed_page": pages.printed_page,
        "register": forms.register,
        "scatter_chart": charts.scatter_chart,
        "sketched_diagram": diagrams.sketched_diagram,
        "slide": pages.slide,
        "staves": figures.staves,
        "tree": diagrams.tree,
        "typescript": pages.typescript,
    }
)


def draw_document(
    kind: str, rng: np.random.Generator, *, width: int = 480, strength: float = 1.0
) -> npt.NDArray[np.uint8]:
    """Draw a document as it comes from a scanner or, one time in six, from a phone.

    Args:
        kind: A key of `DOCUMENT_KINDS`.
        rng: The only source of chance.
        width: Width of the page in pixels, 160 or more.
        strength: Wear, 0 clean, 1 as real scans.
    """
    pixels = DOCUMENT_KINDS[kind](rng, width)
    if strength <= 0:
        return pixels
    pixels = wear.age(pixels, rng, strength=strength)
    return wear.on_ground(pixels, rng) if chance(rng, strength / 6) else pixels
