"""What a detector was judged on: its pictures, and the score that each got unseen."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from models.detector.judging.trial import Comparison
from models.detector.pictures.drawn import DRAWN
from models.detector.saved.manifest import PICTURES_FILE

_COLUMNS = ("sha256", "label", "group", "round", "probability", "path")


@dataclass(frozen=True, slots=True)
class Known:
    """Pictures that a detector knows, by the sha256 of their bytes.

    Attributes:
        probabilities: what each got from what had not seen it.
        paths: where each lay; none of what was drawn, which lies nowhere.
    """

    probabilities: Mapping[str, float]
    paths: Mapping[str, Path]

    def of(self, digests: Sequence[str]) -> NDArray[np.float64]:
        """The probabilities of these pictures; NaN of those it does not know."""
        return np.array([self.probabilities.get(digest, np.nan) for digest in digests])


def write_known(folder: Path, comparison: Comparison) -> None:
    """Write the pictures of a comparison beside the detector that came of it.

    A table with tabs, for people and their tools: which picture was judged how.
    """
    with (folder / PICTURES_FILE).open("w", encoding="utf-8", newline="", errors="backslashreplace") as file:  # fmt: skip
        table = csv.writer(file, dialect="excel-tab", lineterminator="\n")
        table.writerow(_COLUMNS)
        rows = zip(
            comparison.pictures, comparison.rounds, comparison.best.probabilities, strict=True
        )
        for one, number, probability in rows:
            label = comparison.name if one.positive else "other"
            # Whole, to be found from any folder.
            path = one.path if one.path.parts[0] == DRAWN else one.path.absolute()
            table.writerow(
                (one.sha256, label, one.group, int(number), f"{probability:.6f}", str(path))
            )


def read_known(folder: Path) -> Known | None:
    """What `write_known` wrote; None where it is missing or damaged: then nobody knows."""
    found: dict[str, float] = {}
    paths: dict[str, Path] = {}
    try:
        text = (folder / PICTURES_FILE).read_text(encoding="utf-8", errors="replace")
        for row in csv.DictReader(io.StringIO(text, newline=""), dialect="excel-tab"):
            found[row["sha256"]] = float(row["probability"])
            path = Path((row.get("path") or "").replace("\0", ""))
            if path.parts[:1] != (DRAWN,):
                paths[row["sha256"]] = path
    except (OSError, KeyError, ValueError, TypeError, csv.Error):
        return None
    return Known(found, paths) if found and text.endswith("\n") else None
