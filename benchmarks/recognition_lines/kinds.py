"""The real kinds of documents in the folder of real data, and where each lies there."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

from config.errors import DataError
from models.episodes.listing import MANIFEST

from .pictures import Picture, Pixels, page_of
from .seen import Seen


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of document, whatever it was collected from.

    Attributes:
        name: ours.
        where: folder, column of its manifest, and the labels that are of this kind.
        known_as: other names that a training may have held it out by.
        drawn: kinds of drawings that look like it.
    """

    name: str
    where: tuple[tuple[str, str, tuple[str, ...]], ...]
    known_as: tuple[str, ...] = ()
    drawn: tuple[str, ...] = ()

    @property
    def names(self) -> frozenset[str]:
        """All names that it goes by."""
        labels = {label for _, _, labels in self.where for label in labels}
        return frozenset({self.name, *self.known_as, *labels})


def _document(
    name: str, *labels: str, known_as: tuple[str, ...] = (), drawn: tuple[str, ...] = ()
) -> Kind:
    return Kind(name, (("document_kinds", "kind", labels),), known_as, drawn)


TICKET: Final = Kind(
    "ticket",
    (
        ("receipts_sroie", "label", ("receipt",)),
        ("receipts_german_scans", "label", ("receipt",)),
        ("receipt_vs_invoice", "label", ("receipt",)),
    ),
    drawn=("ticket",),
)
INVOICE: Final = Kind(
    "invoice", (("receipt_vs_invoice", "label", ("invoice",)),), drawn=("invoice", "form")
)
PUZZLE: Final = Kind(
    "number_puzzle",
    (("sudoku_photos", "label", ("sudoku",)),),
    ("sudoku_photo",),
    ("number_puzzle", "crossword"),
)
PEN_DIAGRAM: Final = Kind(
    "pen_diagram",
    (("handdrawn_bpmn", "label", ("handdrawn_diagram",)),),
    ("bpmn_photo",),
    ("sketched_diagram", "diagram"),
)
KINDS: Final = (
    TICKET,
    INVOICE,
    PUZZLE,
    PEN_DIAGRAM,
    Kind(
        "handwriting",
        (
            ("handwritten_pages", "label", ("handwritten_page",)),
            ("document_kinds", "kind", ("handwritten_minutes_photo",)),
        ),
        drawn=("handwritten_page",),
    ),
    Kind("photograph", (("bananas_grocery", "label", ("banana", "not_banana")),)),
    _document("answer_sheet", "bubble_answer_sheet", drawn=("answer_sheet",)),
    _document("matrix_code", "printed_matrix_code", "qr_code_photo", drawn=("matrix_code",)),
    _document("barcode_label", "product_barcode_photo", drawn=("barcode_label", "parcel_label")),
    _document("line_map", "line_map", drawn=("line_map", "contour_map")),
    _document("register", "notary_register_table", drawn=("register",)),
    _document(
        "slide", "presentation_slide", known_as=("presentation_slide_photo",), drawn=("slide",)
    ),
    _document("staves", "sheet_music_snippet", known_as=("sheet_music",), drawn=("staves",)),
    _document(
        "chart",
        "statistical_chart",
        drawn=("bar_chart", "line_chart", "pie_chart", "scatter_chart"),
    ),
    _document(
        "catalogue",
        "typed_tabular_catalogue",
        known_as=("typed_catalogue",),
        drawn=("catalogue",),
    ),
    _document("typescript", "typewritten_page", drawn=("typescript",)),
)
"""Labels that are one kind to a user are one: two sorts of handwriting, two of matrix codes."""
PEN_SHAPES: Final = Kind(
    "pen_shape",
    (("handdrawn_shapes", "label", ("ellipse", "rectangle", "triangle", "other")),),
    ("pen_ellipse", "pen_rectangle", "pen_triangle", "pen_other"),
)
"""Small drawings, no documents: strangers only."""


@dataclass(frozen=True, slots=True)
class RealPicture:
    """An image of the folder of real data.

    Attributes:
        picture: see `Picture`; its origin is the source document.
        trained_on: whether training saw these very bytes.
    """

    picture: Picture
    trained_on: bool


def pictures_of(kind: Kind, data: Path, seen: Seen, working_side: int) -> list[RealPicture]:
    """All images of a kind.

    Args:
        kind: which.
        data: the folder of real data.
        seen: what was trained on.
        working_side: see `models.page.prepare.Recipe`.

    Raises:
        DataError: the folder lacks them.
    """
    found = [
        RealPicture(
            Picture(f"{folder}/{path}", origin, partial(_read, data / folder / path, working_side)),
            seen.has((data / folder / path).read_bytes()),
        )
        for folder, column, labels in kind.where
        for path, label, origin in _rows(data / folder, column)
        if label in labels
    ]
    if not found:
        raise DataError(f"{data} has no image of the kind {kind.name}")
    return found


def is_unseen(kind: Kind, pictures: list[RealPicture], seen: Seen) -> bool:
    """Whether training saw none of a kind, as far as the manifest tells.

    Where training had data that are not here, a kind counts as seen unless it was held out by
    one of its names.
    """
    if any(one.trained_on for one in pictures):
        return False
    return not seen.unlisted or bool(kind.names & seen.hold_out)


def _rows(folder: Path, column: str) -> Iterator[tuple[str, str, str]]:
    """Path, label and origin of each image; an image that names no group is its own."""
    try:
        with (folder / MANIFEST).open(
            encoding="utf-8", errors="surrogateescape", newline=""
        ) as file:
            rows = csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE)
            for row in rows:
                yield row["path"], row[column], f"{folder.name}/{row['group'] or row['path']}"
    except FileNotFoundError:
        raise DataError(
            f"{folder / MANIFEST} is missing", "Name the folder of real data that has it"
        ) from None


def _read(path: Path, working_side: int) -> Pixels:
    return page_of(path.read_bytes(), str(path), working_side)
